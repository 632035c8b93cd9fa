// Safe file operations that the standard library lacks: descriptors, lookups that never follow symlinks, atomic
// creation by rename. Failures are Error(Kind::failure) with the system's message.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace eka::store {

class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int number) : number_(number) {}
  ~FileDescriptor() { reset(); }
  FileDescriptor(FileDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    if (this != &other) {
      reset();
      number_ = std::exchange(other.number_, -1);
    }
    return *this;
  }

  int get() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }
  int release() { return std::exchange(number_, -1); }
  void reset();

 private:
  int number_ = -1;
};

// "<what>: <message for errno>". Call it before anything else can change errno.
Error errno_error(std::string_view what);
[[noreturn]] void throw_errno(std::string_view what);

// Creates the directory and its missing parents with mode 0700, whatever the umask is.
void make_directories(const std::filesystem::path& path);

// Creates a new file for writing with mode 0600. Returns an empty descriptor and sets errno if it exists or cannot be
// created.
FileDescriptor create_file(const std::filesystem::path& path);

// Writes all of `bytes`; handles short writes.
void write_all(int descriptor, std::string_view bytes, std::string_view what);

// The content of a regular file; nullopt if there is none or it is longer than `limit`.
std::optional<std::string> read_file(const std::filesystem::path& path, std::size_t limit);
std::optional<std::string> read_file_at(int directory, const std::string& name, std::size_t limit);

// Syncs a file or directory: data written to the file, or entries added to the directory, survive a power loss.
void make_durable(const std::filesystem::path& path);

// Opens the directory `relative` ("" for `root` itself) below the directory `root`. Symlinks on the path are an error,
// including ones created during the lookup.
FileDescriptor open_directory_beneath(int root, const std::string& relative);

// The names in a directory except "." and "..", in unspecified order.
std::vector<std::string> names_in(FileDescriptor directory);

// Renames without replacing: returns false if `to` exists.
bool rename_new(const std::filesystem::path& from, const std::filesystem::path& to);

// Removes everything at `path`, including read-only directories, at any depth. Symlinks are removed, not followed.
// Whatever cannot be removed stays.
void remove_tree(const std::filesystem::path& path) noexcept;

}  // namespace eka::store
