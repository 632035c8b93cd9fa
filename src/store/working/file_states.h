// The states of the files of one working tree when they were last read, and the ids of their blobs: as git's index, but
// of every file, written by eka, and with a checksum that covers it all. A file whose state is the same has the same
// content and need not be read.
//
// A state is recorded only if it was already older than the beginning of the listing (git calls others "racily clean"):
// a later change cannot leave the same times then. Files are neither synced nor locked: a torn or damaged file is
// recognized by its checksum and counts as empty, and of two processes that write at once one wins.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atom/hash/object_id.h"
#include "git/object/file_state.h"

namespace eka::store {

class FileStates {
 public:
  struct File {
    std::string_view path;
    git::FileState state;
    atom::ObjectId blob;
  };

  FileStates() = default;
  // Reads what write() wrote; empty if there is no such file, or if it is damaged or of another format.
  static FileStates read(const std::filesystem::path& file);
  // Replaces the file, which is assembled in `quarantines`. Throws Kind::failure. `files` must be sorted by path.
  static void write(const std::filesystem::path& file, const std::filesystem::path& quarantines,
                    const std::vector<File>& files, const std::vector<atom::ObjectId>& directories,
                    const std::vector<atom::ObjectId>& trees);

  // The blob that the file at `path` had in this state. Fast if asked in the order of paths.
  std::optional<atom::ObjectId> blob(std::string_view path, const git::FileState& state);
  // Whether a directory of the working tree had this tree.
  bool has_directory(const atom::ObjectId& tree) const;
  std::size_t size() const { return files_.size(); }
  // The trees of the whole working tree, the last one first; at most `most_trees`.
  const std::vector<atom::ObjectId>& trees() const { return trees_; }
  static constexpr std::size_t most_trees = 8;

 private:
  std::unique_ptr<const std::string> text_;  // the paths point into it
  std::vector<File> files_;
  std::vector<atom::ObjectId> directories_;  // sorted
  std::vector<atom::ObjectId> trees_;
  std::size_t next_ = 0;  // where blob() looks first
};

// The time by which a state must have been reached to be recorded, for a listing that begins now; in nanoseconds.
std::int64_t now_for_states();
// Whether the state may be recorded for a listing that began at `begun`.
bool is_settled(const git::FileState& state, std::int64_t begun);

}  // namespace eka::store
