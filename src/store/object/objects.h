// Git objects, read from an object database of libgit2.
//
// An Objects is used by one thread at a time. libgit2 calls its odb safe for concurrent readers, but a miss makes it
// rescan the directory and change the list of packs that other readers walk; so each job takes an Objects of its own
// from the Repository (repository.h). They are cheap: the packs and their mapped windows are shared by libgit2 below.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atom/hash/object_id.h"
#include "coro/run/pool.h"
#include "git/libgit2/libgit2.h"
#include "store/disk/write_access.h"
#include "store/object/bounds.h"

namespace eka::store {

enum class ObjectType { commit, tree, blob, tag };
std::string_view name_of(ObjectType type);
git_object_t raw_type(ObjectType type);  // as libgit2 says it

// An object in memory.
class Object {
 public:
  Object(ObjectType type, git::OdbObjectHandle handle) : type_(type), handle_(std::move(handle)) {}
  ObjectType type() const { return type_; }
  std::string_view content() const;

 private:
  ObjectType type_;
  git::OdbObjectHandle handle_;
};

struct ObjectHeader {
  ObjectType type = ObjectType::blob;
  std::uint64_t size = 0;
};

class Objects {
 public:
  // All objects of a cache: `directory` is its git/objects/. No other directory is read, whatever objects/info says.
  // What is written is for this user alone.
  static Objects of_cache(const std::filesystem::path& directory, WriteAccess access = {});
  // All objects of a user's repository, those that it borrows from others included.
  static Objects of_repository(const std::filesystem::path& directory);
  // Those of one pack alone, by its .idx; nothing else is looked at.
  static Objects of_pack(const std::filesystem::path& index);
  // The loose ones alone: `directory` is a repository's objects/.
  static Objects of_loose(const std::filesystem::path& directory);
  // Those of a source of ours (object_source.h).
  static Objects of_source(git_odb_backend* backend);
  // And of another place, looked at last.
  void also_from(git_odb_backend* backend);

  // From now on header(), find() and read() throw Cancelled once `stop` is requested, so that walks over trees of any
  // size end soon; nothing: never.
  void stop_at(std::optional<coro::Stop> stop) { stop_ = stop; }

  // Each is looked for again on the disk before it is called missing: other processes add packs. Objects that cannot be
  // read, or whose content is not what their id says, are Kind::integrity.
  std::optional<ObjectHeader> header(const atom::ObjectId& id);
  std::optional<Object> find(const atom::ObjectId& id);
  // Kind::integrity when it is missing, or of another type, or (but for blobs) too large to be honest.
  Object read(const atom::ObjectId& id, ObjectType type);
  // The ids of all there are, in no order; one that lies in two packs comes twice.
  std::vector<atom::ObjectId> all();
  // Adds a loose object, unless it is there. Only to those of a repository, and where they may be written.
  atom::ObjectId write(ObjectType type, std::string_view content);

 private:
  explicit Objects(git::OdbHandle odb, WriteAccess access = {}) : odb_(std::move(odb)), access_(std::move(access)) {}

  std::unique_ptr<git::Libgit2> libgit2_ = std::make_unique<git::Libgit2>();
  git::OdbHandle odb_;
  WriteAccess access_;
  std::optional<coro::Stop> stop_;
};

// The tree that a commit's first line names. Kind::integrity when it names none.
atom::ObjectId tree_of_commit(std::string_view commit);

}  // namespace eka::store
