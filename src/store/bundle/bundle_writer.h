// Writes a git bundle: refs, and the objects that they reach, as one file that `git bundle verify` and `git fetch`
// accept.
//
//   "# v2 git bundle\n", "<id> <name>\n" for each ref, "\n", and a pack
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atom/hash/object_id.h"
#include "coro/run/pool.h"
#include "git/object/pack_writer.h"
#include "store/object/objects.h"

namespace eka::store {

struct BundleRef {
  std::string name;  // "refs/…"
  atom::ObjectId id;
};

// An object that is not in the cache.
struct NewObject {
  NewObject(ObjectType the_type, std::string the_content)
      : type(the_type), content(std::move(the_content)), id(atom::ObjectId::of(name_of(type), content)) {}

  ObjectType type;
  std::string content;
  atom::ObjectId id;
};

// A tree object with one entry for each of `files`, which are in ascending order of their names.
NewObject tree_of(const std::vector<std::pair<std::string, atom::ObjectId>>& files, std::string_view mode = "100644");

// Used on the pool, by one thread at a time.
class BundleWriter {
 public:
  // `objects` is the directory of the cache's objects. `commits` are complete in it; `refs` refer to them or to `made`,
  // which are written as they are. Throws Kind::integrity if an object is missing or damaged.
  BundleWriter(const std::filesystem::path& objects, const std::vector<atom::ObjectId>& commits,
               std::vector<NewObject> made, const std::vector<BundleRef>& refs, coro::Stop stop);

  // The next part of the file; empty at its end.
  std::string next_chunk(coro::Stop stop);

  std::size_t objects() const { return ids_.size() + made_.size(); }

 private:
  void append_next();

  Objects objects_;
  std::vector<atom::ObjectId> ids_;
  std::vector<NewObject> made_;
  std::string header_;
  std::optional<git::PackWriter> pack_;
  std::size_t next_ = 0;
  bool finished_ = false;
};

}  // namespace eka::store
