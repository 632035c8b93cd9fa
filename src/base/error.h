// The one error type of the program.
//
// An Error says what failed (message), while doing what (context, outermost last added), and what a person can do
// about it (hint). It is thrown inside a task and becomes a value, Result<T>, where independent failures are gathered
// or where a pure parser reports what is wrong with its input. cli/ maps kinds to exit codes and to text; nothing below
// prints.
//
// Cancellation is not an error but a third outcome: Cancelled is a type of its own, so that "catch (const Error&)"
// can never swallow it.
//
// Messages may quote remote bytes: pass those through printable() (text.h) first. They must never hold a secret: a Url
// prints itself redacted.
#pragma once

#include <exception>
#include <expected>
#include <string>
#include <utility>
#include <vector>

namespace eka {

enum class Kind {
  failure,        // anything without a kind of its own; exit 1
  usage,          // what was typed or configured is wrong; exit 2
  unsatisfiable,  // no versions satisfy the requirements; exit 3
  remote,         // a remote could not be reached, refused, or broke the protocol; exit 4
  evaluation,     // Nix refused, or a limit of the sandbox was hit; exit 5
  integrity,      // something fetched or cached is not what it must be; exit 6
  offline,        // offline, and something is missing; exit 7
};

class Error : public std::exception {
 public:
  Error(Kind kind, std::string message) : kind_(kind), message_(std::move(message)) {}

  // Adds what was being done; call it on the way up, innermost first.
  Error&& within(std::string what) &&;
  Error& within(std::string what) &;
  Error&& with_hint(std::string hint) &&;
  Error&& retryable() &&;

  Kind kind() const { return kind_; }
  const std::string& message() const { return message_; }
  const std::vector<std::string>& context() const { return context_; }
  const std::string& hint() const { return hint_; }
  // True for transient faults only (engine law 5): the same request may succeed if sent again.
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

// Any exception as an Error: an Error as it is, those of the standard library as Kind::failure, with the path for what
// failed in the file system. Not for Cancelled.
Error error_of(const std::exception& exception);

// Thrown out of whatever was cancelled.
class Cancelled : public std::exception {
 public:
  const char* what() const noexcept override { return "cancelled"; }
};

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(Kind kind, std::string message) {
  return std::unexpected<Error>(Error(kind, std::move(message)));
}

// The value, or the error thrown.
template <class T>
T unwrap(Result<T> result) {
  if (!result) throw std::move(result).error();
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

}  // namespace eka
