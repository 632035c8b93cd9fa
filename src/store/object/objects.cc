#include "store/object/objects.h"

#include <new>
#include <system_error>

namespace eka::store {
namespace {

ObjectType type_from(git_object_t type, const atom::ObjectId& id) {
  switch (type) {
    case GIT_OBJECT_COMMIT:
      return ObjectType::commit;
    case GIT_OBJECT_TREE:
      return ObjectType::tree;
    case GIT_OBJECT_BLOB:
      return ObjectType::blob;
    case GIT_OBJECT_TAG:
      return ObjectType::tag;
    default:
      throw Error(Kind::integrity, "object " + id.hex() + " has an invalid type");
  }
}

git::OdbHandle empty_odb() {
  return git::make<git::OdbHandle>(Kind::failure, "cannot create an object database", git_odb_new);
}

// The odb owns its backends once they are added.
void add_backend(const git::OdbHandle& odb, git_odb_backend* backend, int priority) {
  if (const int code = git_odb_add_backend(odb.get(), backend, priority); code < 0) {
    git::throw_git_error(Kind::failure, "cannot open the object database");
  }
}

enum class Sync { no, yes };

git_odb_backend* loose_backend(const std::filesystem::path& directory, Sync sync) {
  git_odb_backend* out = nullptr;
  git::check(git_odb_backend_loose(&out, directory.c_str(), -1, sync == Sync::yes ? 1 : 0, 0700, 0400), Kind::failure,
             "cannot open the object database");
  return out;
}

}  // namespace

git_object_t raw_type(ObjectType type) {
  switch (type) {
    case ObjectType::commit:
      return GIT_OBJECT_COMMIT;
    case ObjectType::tree:
      return GIT_OBJECT_TREE;
    case ObjectType::blob:
      return GIT_OBJECT_BLOB;
    case ObjectType::tag:
      return GIT_OBJECT_TAG;
  }
  return GIT_OBJECT_INVALID;
}

std::string_view name_of(ObjectType type) {
  switch (type) {
    case ObjectType::commit:
      return "commit";
    case ObjectType::tree:
      return "tree";
    case ObjectType::blob:
      return "blob";
    case ObjectType::tag:
      return "tag";
  }
  return "object";
}

std::string_view Object::content() const {
  return {static_cast<const char*>(git_odb_object_data(handle_.get())), git_odb_object_size(handle_.get())};
}

Objects Objects::of_cache(const std::filesystem::path& directory, WriteAccess access) {
  const git::Libgit2 libgit2;
  git::OdbHandle odb = empty_odb();
  git_odb_backend* packs = nullptr;
  git::check(git_odb_backend_pack(&packs, directory.c_str()), Kind::failure, "cannot open the object database");
  add_backend(odb, packs, 2);
  add_backend(odb, loose_backend(directory, Sync::no), 1);
  return Objects(std::move(odb), std::move(access), directory);
}

Objects Objects::of_repository(const std::filesystem::path& directory) {
  const git::Libgit2 libgit2;
  return Objects(
      git::make<git::OdbHandle>(Kind::failure, "cannot open the object database", git_odb_open, directory.c_str()));
}

Objects Objects::of_pack(const std::filesystem::path& index) {
  const git::Libgit2 libgit2;
  git::OdbHandle odb = empty_odb();
  git_odb_backend* backend = nullptr;
  git::check(git_odb_backend_one_pack(&backend, index.c_str()), Kind::integrity, "cannot read the index of a pack");
  add_backend(odb, backend, 1);
  return Objects(std::move(odb));
}

Objects Objects::of_loose(const std::filesystem::path& directory) {
  const git::Libgit2 libgit2;
  git::OdbHandle odb = empty_odb();
  git_odb_backend* backend = nullptr;
  git::check(git_odb_backend_loose(&backend, directory.c_str(), -1, 0, 0, 0), Kind::failure,
             "cannot open the loose objects");
  add_backend(odb, backend, 1);
  return Objects(std::move(odb));
}

Objects Objects::of_source(git_odb_backend* backend) {
  const git::Libgit2 libgit2;
  git::OdbHandle odb = empty_odb();
  add_backend(odb, backend, 1);
  return Objects(std::move(odb));
}

void Objects::also_from(git_odb_backend* backend) {
  add_backend(odb_, backend, 0);
}

std::vector<atom::ObjectId> Objects::all() {
  std::vector<atom::ObjectId> ids;
  const auto add = [](const git_oid* id, void* into) {
    try {
      static_cast<std::vector<atom::ObjectId>*>(into)->push_back(git::from_oid(*id));
      return 0;
    } catch (const std::bad_alloc&) {
      return -1;
    }
  };
  git::check(git_odb_foreach(odb_.get(), add, &ids), Kind::integrity, "cannot list the objects");
  return ids;
}

std::optional<ObjectHeader> Objects::header(const atom::ObjectId& id) {
  if (stop_) stop_->check();
  const git_oid oid = git::to_oid(id);
  std::size_t size = 0;
  git_object_t type = GIT_OBJECT_INVALID;
  const int code = git_odb_read_header(&size, &type, odb_.get(), &oid);
  if (code == GIT_ENOTFOUND) return std::nullopt;
  git::check(code, Kind::integrity, "object " + id.hex() + " is damaged");
  return ObjectHeader{type_from(type, id), size};
}

std::vector<bool> Objects::present(const std::vector<atom::ObjectId>& ids) {
  std::vector<bool> found(ids.size());
  // Returns whether all were found.
  const auto look = [&] {
    bool all = true;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (found[i]) continue;
      if (stop_) stop_->check();
      const git_oid oid = git::to_oid(ids[i]);
      found[i] = git_odb_exists_ext(odb_.get(), &oid, GIT_ODB_LOOKUP_NO_REFRESH) == 1;
      all = all && found[i];
    }
    return all;
  };
  if (!look()) {
    git::check(git_odb_refresh(odb_.get()), Kind::failure, "cannot list the packs");
    look();
  }
  return found;
}

std::optional<Object> Objects::find(const atom::ObjectId& id) {
  if (stop_) stop_->check();
  const git_oid oid = git::to_oid(id);
  git_odb_object* raw = nullptr;
  const int code = git_odb_read(&raw, odb_.get(), &oid);
  if (code == GIT_ENOTFOUND) return std::nullopt;
  git::check(code, Kind::integrity, "object " + id.hex() + " is damaged");
  git::OdbObjectHandle handle(raw);
  const ObjectType type = type_from(git_odb_object_type(raw), id);
  return Object(type, std::move(handle));
}

Object Objects::read(const atom::ObjectId& id, ObjectType type) {
  const auto lying = [&](ObjectType real) {
    return Error(Kind::integrity, "object " + id.hex() + " should be a " + std::string(name_of(type)) + ", but is a " +
                                      std::string(name_of(real)));
  };
  if (type != ObjectType::blob) {
    // Checked before the object is inflated.
    const auto known = header(id);
    if (known && known->type != type) throw lying(known->type);
    if (known && known->size > PackLimits{}.structure_size) {
      throw Error(Kind::integrity, "the " + std::string(name_of(type)) + " " + id.hex() + " is " +
                                       std::to_string(known->size) + " bytes: too large");
    }
  }
  auto object = find(id);
  if (!object) throw Error(Kind::integrity, "the " + std::string(name_of(type)) + " " + id.hex() + " is missing");
  if (object->type() != type) throw lying(object->type());
  return *std::move(object);
}

bool Objects::is_sound(const atom::ObjectId& id) {
  try {
    return find(id).has_value();
  } catch (const Error& error) {
    if (error.kind() != Kind::integrity) throw;
    return false;
  }
}

// libgit2 writes none that it has a file of.
void Objects::remove_loose(const atom::ObjectId& id) const {
  if (directory_.empty()) return;
  const auto hex = id.hex();
  std::error_code ignored;  // it is not there, or writing will tell why
  std::filesystem::remove(directory_ / hex.substr(0, 2) / hex.substr(2), ignored);
}

atom::ObjectId Objects::write(ObjectType type, std::string_view content) {
  return write_to(odb_, type, content);
}

atom::ObjectId Objects::write_durably(ObjectType type, std::string_view content) {
  const git::OdbHandle synced = empty_odb();
  add_backend(synced, loose_backend(directory_, Sync::yes), 1);
  return write_to(synced, type, content);
}

atom::ObjectId Objects::write_to(const git::OdbHandle& odb, ObjectType type, std::string_view content) {
  const auto id = atom::ObjectId::of(name_of(type), content);
  if (is_sound(id)) return id;
  access_.check();
  remove_loose(id);
  git_oid written;
  git::check(git_odb_write(&written, odb.get(), content.data(), content.size(), raw_type(type)), Kind::failure,
             "cannot write to the cache");
  return id;
}

atom::ObjectId tree_of_commit(std::string_view commit) {
  constexpr std::string_view key = "tree ";
  if (commit.starts_with(key) && commit.find('\n') == key.size() + 40) {
    if (auto id = atom::ObjectId::parse(commit.substr(key.size(), 40))) return *id;
  }
  throw Error(Kind::integrity, "invalid commit: no tree");
}

}  // namespace eka::store
