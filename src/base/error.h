// The error type of the program.
//
// An Error consists of what failed and why (message), during which operations (context, innermost first), and what the
// user can do about it (hint). It is thrown in tasks, and returned as Result<T> by parsers and where independent
// failures are collected. cli/ maps kinds to exit codes and prints errors; nothing below prints.
//
// Cancellation is not an error: Cancelled is a separate type, so that "catch (const Error&)" does not catch it.
//
// Text from remotes in messages must be passed through printable() (text.h). Messages must not contain secrets: a Url
// is printed without its password.
#pragma once

#include <exception>
#include <expected>
#include <string>
#include <utility>
#include <vector>

namespace eka {

enum class Kind {
  failure,        // any other failure; exit 1
  usage,          // invalid arguments or configuration; exit 2
  unsatisfiable,  // no versions satisfy the requirements; exit 3
  remote,         // a remote is unreachable, refused a request, or violated the protocol; exit 4
  evaluation,     // evaluation failed or exceeded a limit of the sandbox; exit 5
  integrity,      // fetched or cached data does not match; exit 6
  offline,        // offline, and required data is not cached; exit 7
};

class Error : public std::exception {
 public:
  Error(Kind kind, std::string message) : kind_(kind), message_(std::move(message)) {}

  // Adds an operation to the context; innermost first.
  Error&& within(std::string what) &&;
  Error& within(std::string what) &;
  Error&& with_hint(std::string hint) &&;
  Error&& retryable() &&;

  Kind kind() const { return kind_; }
  const std::string& message() const { return message_; }
  const std::vector<std::string>& context() const { return context_; }
  const std::string& hint() const { return hint_; }
  // True for transient failures: the same request may succeed if it is repeated.
  bool is_retryable() const { return retryable_; }

  // The message alone, for code that only knows std::exception.
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  Kind kind_;
  std::string message_;
  std::vector<std::string> context_;
  std::string hint_;
  bool retryable_ = false;
};

// Converts an exception to an Error: an Error is returned unchanged; an exception of the standard library becomes
// Kind::failure, prefixed with the path if it is a filesystem_error. Not for Cancelled.
Error error_of(const std::exception& exception);

// Thrown by cancelled tasks.
class Cancelled : public std::exception {
 public:
  const char* what() const noexcept override { return "cancelled"; }
};

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(Kind kind, std::string message) {
  return std::unexpected<Error>(Error(kind, std::move(message)));
}

// Returns the value or throws the error.
template <class T>
T unwrap(Result<T> result) {
  if (!result) throw std::move(result).error();
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

}  // namespace eka
