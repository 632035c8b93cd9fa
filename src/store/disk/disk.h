// What the standard library lacks for writing safely to a disk: descriptors, walks that no symlink can lead astray,
// names that appear at once or not at all. Failures are Error(Kind::failure) with the system's own words.
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

// "<what>: <what errno says>". Call it before anything else can touch errno.
Error errno_error(std::string_view what);
[[noreturn]] void throw_errno(std::string_view what);

// Makes the directory and what is missing above it, for this user alone (0700), whatever the umask is.
void make_directories(const std::filesystem::path& path);

// A new file to be written, for this user alone (0600); false, with errno, where it cannot be made or exists.
FileDescriptor create_file(const std::filesystem::path& path);

// All of `bytes`, however short the writes are.
void write_all(int descriptor, std::string_view bytes, std::string_view what);

// The content of a regular file; nothing when there is none, or when it is longer than `limit`.
std::optional<std::string> read_file(const std::filesystem::path& path, std::size_t limit);
std::optional<std::string> read_file_at(int directory, const std::string& name, std::size_t limit);

// What was written to the file, or entered into the directory, survives a power cut from here on.
void make_durable(const std::filesystem::path& path);

// Opens the directory `relative` ("" for itself) below the directory `root`. Symlinks on the way are an error, even
// ones that are created during the walk.
FileDescriptor open_directory_beneath(int root, const std::string& relative);

// The names in a directory but "." and "..", in no order.
std::vector<std::string> names_in(FileDescriptor directory);

// Renames, but never over something that exists: false when something does.
bool rename_new(const std::filesystem::path& from, const std::filesystem::path& to);

// Removes everything at `path`, read-only directories included, however deep it is; links are removed, not followed.
// What cannot be removed stays.
void remove_tree(const std::filesystem::path& path) noexcept;

}  // namespace eka::store
