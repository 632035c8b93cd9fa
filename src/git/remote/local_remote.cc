#include "git/remote/local_remote.h"

#include <algorithm>
#include <fstream>
#include <optional>
#include <set>
#include <span>
#include <utility>

#include "git/config/repository_format.h"
#include "git/config/safe_directory.h"
#include "git/object/object_walk.h"
#include "git/object/pack_writer.h"
#include "git/wire/ls_refs.h"

namespace eka::git {
namespace {

constexpr std::size_t chunk_size = std::size_t{256} << 10;

RepositoryHandle open_repository(const atom::Url& url) {
  const std::string none = "cannot open a git repository at " + url.str();
  const auto place = repository_at(url.path());
  if (!place) throw Error(Kind::remote, none);
  check_trusted(*place, Kind::remote);
  check_format(*place, Kind::remote);
  return make<RepositoryHandle>(Kind::remote, none, git_repository_open_ext, place->git_directory.c_str(),
                                GIT_REPOSITORY_OPEN_NO_SEARCH, nullptr);
}

// The object that an annotated tag finally points to; nullopt for other objects.
std::optional<atom::ObjectId> peel(git_repository* repository, git_odb* odb, const git_oid& id, git_object_t type) {
  if (type != GIT_OBJECT_TAG) return std::nullopt;
  git_oid at = id;
  while (type == GIT_OBJECT_TAG) {
    git_tag* raw = nullptr;
    if (git_tag_lookup(&raw, repository, &at) < 0) return std::nullopt;
    const std::unique_ptr<git_tag, LibgitDeleter<git_tag_free>> tag(raw);
    git_oid_cpy(&at, git_tag_target_id(raw));
    std::size_t size = 0;
    if (git_odb_read_header(&size, &type, odb, &at) < 0) return std::nullopt;
  }
  return from_oid(at);
}

// nullopt for a ref that is unborn, dangling or invalid: git does not list those either.
std::optional<Ref> read_ref(git_repository* repository, git_odb* odb, const std::string& name) {
  git_reference* raw = nullptr;
  if (!is_ref_name(name) || git_reference_lookup(&raw, repository, name.c_str()) < 0) return std::nullopt;
  const ReferenceHandle reference(raw);
  git_reference* raw_end = nullptr;
  if (git_reference_resolve(&raw_end, raw) < 0) return std::nullopt;
  const ReferenceHandle end(raw_end);
  const git_oid* const id = git_reference_target(raw_end);
  std::size_t size = 0;
  git_object_t type = GIT_OBJECT_INVALID;
  if (id == nullptr || git_odb_read_header(&size, &type, odb, id) < 0) return std::nullopt;
  Ref ref{.name = name, .id = from_oid(*id), .peeled = peel(repository, odb, *id, type), .symref_target = {}};
  if (git_reference_type(raw) == GIT_REFERENCE_SYMBOLIC) ref.symref_target = git_reference_name(raw_end);
  return ref;
}

std::vector<Ref> list_refs(const atom::Url& url, const std::vector<std::string>& prefixes) {
  const RepositoryHandle repository = open_repository(url);
  const auto odb = make<OdbHandle>(Kind::remote, "reading " + url.str(), git_repository_odb, repository.get());
  std::set<std::string> names;
  const RefPrefixes wanted(prefixes);
  if (wanted.match("HEAD")) names.insert("HEAD");
  const auto iterator =
      make<ReferenceIteratorHandle>(Kind::remote, "reading " + url.str(), git_reference_iterator_new, repository.get());
  const char* name = nullptr;
  while (git_reference_next_name(&name, iterator.get()) == 0) {
    if (wanted.match(name)) names.insert(name);
  }
  std::vector<Ref> refs;
  refs.reserve(names.size());
  for (const std::string& each : names) {
    if (auto ref = read_ref(repository.get(), odb.get(), each)) refs.push_back(*std::move(ref));
  }
  git_error_clear();
  return refs;
}

// The commits at which a shallow repository ends.
std::set<atom::ObjectId> shallow_commits(git_repository* repository) {
  std::set<atom::ObjectId> out;
  std::ifstream file(std::string(git_repository_commondir(repository)) + "/shallow");
  for (std::string line; std::getline(file, line);) {
    if (const auto id = atom::ObjectId::parse(line)) out.insert(*id);
  }
  return out;
}

// A pack being written. Blocks; call it on the pool.
class LocalPack {
 public:
  LocalPack(const atom::Url& url, const std::vector<atom::ObjectId>& wants, const FetchOptions& options)
      : where_(url.str()), repository_(open_repository(url)) {
    odb_ = make<OdbHandle>(Kind::remote, "reading " + where_, git_repository_odb, repository_.get());
    try {
      ObjectWalk walk(odb_.get(), options.depth, options.filter, shallow_commits(repository_.get()), where_);
      for (const atom::ObjectId& want : wants) walk.want(want);
      for (const atom::ObjectId& have : options.haves) walk.have(have);
      objects_ = walk.finish();
    } catch (const Error& error) {
      if (error.kind() != Kind::remote) throw;
      throw ObjectsRefused(error);
    }
    writer_.emplace(static_cast<std::uint32_t>(objects_.size()));
  }

  // Empty at the end.
  std::string next_chunk() {
    while (next_ < objects_.size() && writer_->pending() < chunk_size) {
      const git_oid& id = objects_[next_++];
      git_odb_object* raw = nullptr;
      check(git_odb_read(&raw, odb_.get(), &id), Kind::remote, "object " + from_oid(id).hex() + " is not in " + where_);
      const OdbObjectHandle object(raw);
      const auto type = static_cast<ObjectType>(git_odb_object_type(raw));
      writer_->append(type, {static_cast<const char*>(git_odb_object_data(raw)), git_odb_object_size(raw)});
    }
    if (next_ == objects_.size() && !finished_) {
      writer_->finish();
      finished_ = true;
    }
    return writer_->take();
  }

 private:
  std::string where_;
  RepositoryHandle repository_;
  OdbHandle odb_;
  std::vector<git_oid> objects_;
  std::optional<PackWriter> writer_;
  std::size_t next_ = 0;
  bool finished_ = false;
};

}  // namespace

LocalRemote::LocalRemote(atom::Url url, coro::Pool& pool) : url_(std::move(url)), pool_(pool) {}

coro::Task<std::vector<Ref>> LocalRemote::ls_refs(std::vector<std::string> prefixes) {
  ++traffic_.requests;
  const auto list = [this, &prefixes] { return list_refs(url_, prefixes); };
  co_return co_await coro::offload(pool_, list);
}

coro::Task<> LocalRemote::fetch(std::vector<atom::ObjectId> wants, net::ByteSink& sink, FetchOptions options) {
  if (wants.empty()) co_return;
  ++traffic_.requests;
  const auto begin = [this, &wants, &options] { return std::make_unique<LocalPack>(url_, wants, options); };
  const std::unique_ptr<LocalPack> pack = co_await coro::offload(pool_, begin);
  while (true) {
    const auto step = [&pack] { return pack->next_chunk(); };
    const std::string chunk = co_await coro::offload(pool_, step);
    if (chunk.empty()) co_return;
    const auto bytes = std::as_bytes(std::span(chunk));
    co_await sink.write(bytes);
  }
}

}  // namespace eka::git
