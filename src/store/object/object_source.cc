#include "store/object/object_source.h"

#include <cstring>
#include <exception>
#include <memory>

namespace eka::store {
namespace {

// --- Callbacks for libgit2. Exceptions must not escape; every failure is reported as "not found".

struct Backend {
  git_odb_backend head;  // must be first: libgit2 casts to this
  ObjectSource* source;
};

ObjectSource& source_of(git_odb_backend* backend) {
  return *reinterpret_cast<Backend*>(backend)->source;
}

int read_object(void** content, std::size_t* size, git_object_t* type, git_odb_backend* backend,
                const git_oid* oid) try {
  const auto copy = [&](ObjectType kind, std::string_view bytes) {
    *content = git_odb_backend_data_alloc(backend, bytes.size() + 1);
    if (*content == nullptr) return;
    std::memcpy(*content, bytes.data(), bytes.size());
    *size = bytes.size();
    *type = raw_type(kind);
  };
  *content = nullptr;
  if (!source_of(backend).read(git::from_oid(*oid), copy)) return GIT_ENOTFOUND;
  return *content == nullptr ? -1 : 0;
} catch (const std::exception&) {
  return GIT_ENOTFOUND;
}

int read_header(std::size_t* size, git_object_t* type, git_odb_backend* backend, const git_oid* oid) try {
  const auto header = source_of(backend).header(git::from_oid(*oid));
  if (!header) return GIT_ENOTFOUND;
  *size = header->size;
  *type = raw_type(header->type);
  return 0;
} catch (const std::exception&) {
  return GIT_ENOTFOUND;
}

int has_object(git_odb_backend* backend, const git_oid* oid) try {
  return source_of(backend).header(git::from_oid(*oid)) ? 1 : 0;
} catch (const std::exception&) {
  return 0;
}

void free_backend(git_odb_backend* backend) {
  delete reinterpret_cast<Backend*>(backend);
}

}  // namespace

git_odb_backend* ObjectSource::backend() {
  auto backend = std::make_unique<Backend>();
  git_odb_init_backend(&backend->head, GIT_ODB_BACKEND_VERSION);
  backend->head.read = read_object;
  backend->head.read_header = read_header;
  backend->head.exists = has_object;
  backend->head.free = free_backend;
  backend->source = this;
  return &backend.release()->head;
}

git::OdbHandle ObjectSource::open() {
  auto odb = git::make<git::OdbHandle>(Kind::failure, "cannot create an object database", git_odb_new);
  git::check(git_odb_add_backend(odb.get(), backend(), 1), Kind::failure, "cannot open the object database");
  return odb;
}

}  // namespace eka::store
