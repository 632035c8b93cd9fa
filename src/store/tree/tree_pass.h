// One pass over a tree that writes it as a directory, produces its NAR, or both: each object is read once.
//
// The files are processed in the order of the NAR, in rounds of bounded size. The parts of a round (reading and writing
// files) can run in parallel with one another, with the completion of the round before (passing on the NAR), and with
// the planning of the next one (reading trees, creating directories). What is written is described in tree_writer.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atom/hash/object_id.h"
#include "store/disk/disk.h"
#include "store/object/objects.h"
#include "store/object/tree.h"
#include "store/tree/tree_writer.h"

namespace eka::store {

class TreePass {
 public:
  struct Wanted {
    std::optional<std::filesystem::path> directory{};  // exists and is empty
    std::optional<WrittenTree> like{};                 // lends files to `directory` (tree_writer.h)
    std::function<void(std::string_view)> nar{};       // takes the NAR (nar.h) in pieces; called by complete()
  };

  // Files that follow one another in the NAR, and what is between them.
  class Round;

  // The tree must have passed a Surveyor.
  TreePass(const atom::ObjectId& tree, Wanted wanted);
  ~TreePass();
  TreePass(const TreePass&) = delete;
  TreePass& operator=(const TreePass&) = delete;

  // The next round; nullopt after the last one. One call at a time.
  std::optional<Round> next(Objects& objects);
  // Processes one of the round's parts; in any order, in parallel with different `objects`.
  void carry_out(Round& round, std::size_t part, Objects& objects) const;
  // Call it for each round in turn, once all its parts are processed. One call at a time.
  void complete(Round& round);

  // Runs everything that remains on this thread.
  void run(Objects& objects);

 private:
  struct File;
  struct Frame;
  void enter(Objects& objects, Round& round, const atom::ObjectId& tree, const std::optional<atom::ObjectId>& like);
  void leave(Round& round);
  void plan(Objects& objects, Round& round, const TreeEntry& entry);
  void add_file(Objects& objects, Round& round, const TreeEntry& entry, bool lent);
  void put(std::string_view word);

  Wanted wanted_;
  FileDescriptor root_;
  FileDescriptor like_;
  atom::ObjectId tree_;
  // Of the planning.
  bool is_begun_ = false;
  std::vector<Frame> frames_;  // the directories that are entered
  std::string path_;           // of the last one
  std::string text_;           // what precedes the next file in the NAR
};

class TreePass::Round {
 public:
  // The number of parts; at least 1.
  std::size_t parts() const { return ends_.size(); }
  bool is_last() const { return is_last_; }

 private:
  friend TreePass;
  void divide();
  std::vector<File> files_;
  std::vector<std::size_t> ends_;         // of the parts, in files_
  std::vector<std::string> directories_;  // that contain the files
  std::vector<std::string> full_;         // directories that get nothing more after this round
  std::uint64_t bytes_ = 0;
  std::string rest_;  // what follows the last file in the NAR
  bool is_last_ = false;
};

struct TreePass::File {
  std::string before;  // in the NAR
  std::string name;
  atom::ObjectId id;
  EntryKind kind = EntryKind::file;
  bool lent = false;  // the tree like this one has the same file
  std::uint64_t size = 0;
  std::size_t directory = 0;  // in Round::directories_
  std::optional<Object> content{};
};

}  // namespace eka::store
