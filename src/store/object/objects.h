// Git objects, read from a libgit2 object database.
//
// An Objects is used by one thread at a time. libgit2 documents its odb as safe for concurrent readers, but on a miss
// it rescans the directory and changes the list of packs that other readers walk; so each job takes its own Objects
// from the Repository (repository.h). They are cheap: libgit2 shares the packs and their mapped windows.
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
git_object_t raw_type(ObjectType type);  // libgit2's constant

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
  // All objects of a cache: `directory` is its git/objects/. Alternates in objects/info are ignored. Written objects
  // are accessible to this user only.
  static Objects of_cache(const std::filesystem::path& directory, WriteAccess access = {});
  // All objects of a user's repository, including those of its alternates.
  static Objects of_repository(const std::filesystem::path& directory);
  // The objects of one pack, given by its .idx.
  static Objects of_pack(const std::filesystem::path& index);
  // The loose objects only: `directory` is a repository's objects/.
  static Objects of_loose(const std::filesystem::path& directory);
  // The objects of an ObjectSource (object_source.h).
  static Objects of_source(git_odb_backend* backend);
  // Adds a backend with the lowest priority.
  void also_from(git_odb_backend* backend);

  // After this, header(), find() and read() throw Cancelled once `stop` is requested, so that tree walks of any size
  // end soon; nullopt turns this off.
  void stop_at(std::optional<coro::Stop> stop) { stop_ = stop; }

  // A missing object is looked up again on disk before it is reported missing, since other processes add packs. Objects
  // that are unreadable or do not match their id throw Kind::integrity.
  std::optional<ObjectHeader> header(const atom::ObjectId& id);
  // Whether each exists, in the given order. If any is missing, the disk is looked at once for all of them.
  std::vector<bool> present(const std::vector<atom::ObjectId>& ids);
  std::optional<Object> find(const atom::ObjectId& id);
  // Throws Kind::integrity if the object is missing, has another type, or (except for blobs) exceeds the size limit.
  Object read(const atom::ObjectId& id, ObjectType type);
  // The ids of all objects, in unspecified order; an object in two packs is listed twice.
  std::vector<atom::ObjectId> all();
  // Whether it exists and can be read.
  bool is_sound(const atom::ObjectId& id);
  // Adds a loose object unless a sound one exists: a file that a power cut tore is replaced. Only for objects of a
  // writable repository.
  atom::ObjectId write(ObjectType type, std::string_view content);
  // The same, synced before it appears under its name, so that a power cut cannot tear it.
  atom::ObjectId write_durably(ObjectType type, std::string_view content);

 private:
  explicit Objects(git::OdbHandle odb, WriteAccess access = {}, std::filesystem::path directory = {})
      : odb_(std::move(odb)), access_(std::move(access)), directory_(std::move(directory)) {}
  void remove_loose(const atom::ObjectId& id) const;
  atom::ObjectId write_to(const git::OdbHandle& odb, ObjectType type, std::string_view content);

  std::unique_ptr<git::Libgit2> libgit2_ = std::make_unique<git::Libgit2>();
  git::OdbHandle odb_;
  WriteAccess access_;
  std::filesystem::path directory_;  // of the objects that write() adds to
  std::optional<coro::Stop> stop_;
};

// The tree id in a commit's first line. Throws Kind::integrity if there is none.
atom::ObjectId tree_of_commit(std::string_view commit);

}  // namespace eka::store
