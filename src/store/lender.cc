#include "store/lender.h"

#include <cstring>
#include <exception>
#include <utility>

#include "store/reach.h"

namespace eka::store {
namespace {

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

// --- what libgit2 calls. No exception may cross it; whatever goes wrong is "not found".

struct Backend {
  git_odb_backend head;  // first: libgit2 knows only this
  Lender* lender;
};

Lender& lender_of(git_odb_backend* backend) {
  return *reinterpret_cast<Backend*>(backend)->lender;
}

int read_lent(void** content, std::size_t* size, git_object_t* type, git_odb_backend* backend, const git_oid* oid) try {
  const auto object = lender_of(backend).find(git::from_oid(*oid));
  if (!object) return GIT_ENOTFOUND;
  const std::string_view bytes = object->content();
  *content = git_odb_backend_data_alloc(backend, bytes.size() + 1);
  if (*content == nullptr) return -1;
  std::memcpy(*content, bytes.data(), bytes.size());
  *size = bytes.size();
  *type = raw_type(object->type());
  return 0;
} catch (const std::exception&) {
  return GIT_ENOTFOUND;
}

int read_lent_header(std::size_t* size, git_object_t* type, git_odb_backend* backend, const git_oid* oid) try {
  const auto header = lender_of(backend).header(git::from_oid(*oid));
  if (!header) return GIT_ENOTFOUND;
  *size = header->size;
  *type = raw_type(header->type);
  return 0;
} catch (const std::exception&) {
  return GIT_ENOTFOUND;
}

int is_lent(git_odb_backend* backend, const git_oid* oid) try {
  return lender_of(backend).header(git::from_oid(*oid)) ? 1 : 0;
} catch (const std::exception&) {
  return 0;
}

void free_backend(git_odb_backend* backend) {
  delete reinterpret_cast<Backend*>(backend);
}

}  // namespace

git_odb_backend* Lender::backend() {
  auto backend = std::make_unique<Backend>();
  git_odb_init_backend(&backend->head, GIT_ODB_BACKEND_VERSION);
  backend->head.read = read_lent;
  backend->head.read_header = read_lent_header;
  backend->head.exists = is_lent;
  backend->head.free = free_backend;
  backend->lender = this;
  return &backend.release()->head;
}

git::OdbHandle Lender::open() {
  auto odb = git::make<git::OdbHandle>(Kind::failure, "cannot make an object database", git_odb_new);
  git::check(git_odb_add_backend(odb.get(), backend(), 1), Kind::failure, "cannot open the object database");
  return odb;
}

bool Lender::lends(const atom::ObjectId& id) {
  for (const atom::ObjectId& commit : std::exchange(commits_, {})) {
    repository_.read([&](Objects& objects) {
      const Object content = objects.read(commit, ObjectType::commit);
      lent_.insert(commit);
      add_reachable(objects, tree_of_commit(content.content()), lent_);
    });
  }
  return lent_.contains(id);
}

std::optional<Object> Lender::find(const atom::ObjectId& id) {
  if (!lends(id)) return std::nullopt;
  return repository_.read([&](Objects& objects) { return objects.find(id); });
}

std::optional<ObjectHeader> Lender::header(const atom::ObjectId& id) {
  if (!lends(id)) return std::nullopt;
  return repository_.read([&](Objects& objects) { return objects.header(id); });
}

}  // namespace eka::store
