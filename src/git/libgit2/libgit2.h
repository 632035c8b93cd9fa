// The only file that includes libgit2: owning handles, initialization of the library, errors as eka::Error.
//
// libgit2 blocks, so its functions run on the pool, in coro::offload(). Its last error is thread-local, so check()
// copies it at the call site, before anything can suspend. A handle may move between threads but must be used by one at
// a time.
#pragma once

#include <memory>
#include <string_view>

#include <git2.h>
#include <git2/sys/odb_backend.h>
#include <git2/sys/repository.h>
#if __has_include(<git2/sys/errors.h>)
#include <git2/sys/errors.h>  // git_error_clear since libgit2 1.8
#endif

#include "atom/hash/object_id.h"
#include "base/error.h"

namespace eka::git {

// Keeps the library initialised while it exists; there may be any number, the library counts them. Owners of handles
// own one, declared before the handles. So do owners of the pool that calls libgit2: thread-local data is freed when a
// thread ends, if the library is still initialised.
//
// It sets global options of libgit2. Extensions of the repository format that do not concern readers are accepted
// (config/repository_format.h decides which repositories are read). The owner check is disabled: eka checks owners
// itself, by git's rules (config/safe_directory.h), which libgit2 1.5 implements only in part. And the configuration of
// the user and of the system is not read: eka must not depend on it.
class Libgit2 {
 public:
  Libgit2();
  ~Libgit2();
  Libgit2(const Libgit2&) = delete;
  Libgit2& operator=(const Libgit2&) = delete;
};

template <auto free_function>
struct LibgitDeleter {
  template <class T>
  void operator()(T* handle) const noexcept {
    free_function(handle);
  }
};

using RepositoryHandle = std::unique_ptr<git_repository, LibgitDeleter<git_repository_free>>;
using OdbHandle = std::unique_ptr<git_odb, LibgitDeleter<git_odb_free>>;
using OdbObjectHandle = std::unique_ptr<git_odb_object, LibgitDeleter<git_odb_object_free>>;
using ObjectHandle = std::unique_ptr<git_object, LibgitDeleter<git_object_free>>;
using CommitHandle = std::unique_ptr<git_commit, LibgitDeleter<git_commit_free>>;
using TreeHandle = std::unique_ptr<git_tree, LibgitDeleter<git_tree_free>>;
using TreeBuilderHandle = std::unique_ptr<git_treebuilder, LibgitDeleter<git_treebuilder_free>>;
using BlobHandle = std::unique_ptr<git_blob, LibgitDeleter<git_blob_free>>;
using ReferenceHandle = std::unique_ptr<git_reference, LibgitDeleter<git_reference_free>>;
using ReferenceIteratorHandle = std::unique_ptr<git_reference_iterator, LibgitDeleter<git_reference_iterator_free>>;
using RefdbHandle = std::unique_ptr<git_refdb, LibgitDeleter<git_refdb_free>>;
using RevwalkHandle = std::unique_ptr<git_revwalk, LibgitDeleter<git_revwalk_free>>;
using IndexerHandle = std::unique_ptr<git_indexer, LibgitDeleter<git_indexer_free>>;
using PackbuilderHandle = std::unique_ptr<git_packbuilder, LibgitDeleter<git_packbuilder_free>>;
using ConfigHandle = std::unique_ptr<git_config, LibgitDeleter<git_config_free>>;

// "<what>: <last error of libgit2 on this thread>", safe for a terminal.
Error git_error_of(Kind kind, std::string_view what);
[[noreturn]] void throw_git_error(Kind kind, std::string_view what);

// Throws if `code` is an error of libgit2; otherwise returns it.
inline int check(int code, Kind kind, std::string_view what) {
  if (code < 0) throw_git_error(kind, what);
  return code;
}

// Calls a libgit2 constructor that stores its result in a first parameter T**:
//   auto repository = make<RepositoryHandle>(Kind::failure, "open the cache", git_repository_open_bare, path.c_str());
template <class Handle, class Function, class... Arguments>
Handle make(Kind kind, std::string_view what, Function function, Arguments... arguments) {
  typename Handle::pointer raw = nullptr;
  check(function(&raw, arguments...), kind, what);
  return Handle(raw);
}

git_oid to_oid(const atom::ObjectId& id);
atom::ObjectId from_oid(const git_oid& oid);

}  // namespace eka::git
