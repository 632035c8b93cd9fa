#include "store/cache/cached_sources.h"

#include <functional>
#include <system_error>
#include <utility>

#include "store/disk/disk.h"
#include "store/disk/quarantine.h"
#include "store/tree/trees.h"

namespace eka::store {

namespace fs = std::filesystem;

CachedSources::CachedSources(fs::path directory, Repository& repository, Refs& refs, CachedObjects& objects, Uses& uses,
                             WriteAccess access, coro::Pool& pool)
    : directory_(std::move(directory)),
      repository_(repository),
      refs_(refs),
      objects_(objects),
      uses_(uses),
      access_(std::move(access)),
      pool_(pool) {}

coro::Task<std::unique_ptr<IncomingFile>> CachedSources::begin_file() {
  access_.check();
  const std::function<coro::Task<std::unique_ptr<Intake>>()> intake = [this] { return objects_.begin_intake(); };
  co_return co_await coro::offload(pool_, [&] {
    const fs::path quarantines = Trees::incoming(directory_);
    make_directories(quarantines);
    Quarantine::sweep(quarantines);
    return make_incoming_file(quarantines, directory_, pool_, intake);
  });
}

coro::Task<std::optional<fs::path>> CachedSources::file(atom::NarHash hash) {
  auto place = directory_ / hash.hex();
  const bool there = co_await coro::offload(pool_, [&] {
    std::error_code ignored;
    return fs::is_regular_file(fs::symlink_status(place, ignored));
  });
  if (there) uses_.note(hash.hex());
  co_return there ? std::optional(std::move(place)) : std::nullopt;
}

// A source gets a commit written by eka, so that repository walks find the same structure as for atoms. (The fetched
// commit cannot be used: git reports it as broken without its parents.)
coro::Task<> CachedSources::name(std::string name, atom::ObjectId tree) {
  std::string text = "tree " + tree.hex() + "\nauthor  <> 0 +0000\ncommitter  <> 0 +0000\n\nsource " + name;
  const auto rev = co_await objects_.write_commit(std::move(text));
  const auto facts = co_await objects_.commit(rev);
  if (!facts) throw Error(Kind::integrity, "source " + name + " is incomplete in the cache");
  co_await coro::offload(pool_, [&] { refs_.write_source(name, rev); });
}

coro::Task<std::optional<atom::ObjectId>> CachedSources::tree(std::string name) {
  const auto rev = co_await coro::offload(pool_, [&] { return refs_.find_source(name); });
  if (!rev) co_return std::nullopt;
  const auto facts = co_await objects_.commit(*rev);
  if (!facts) co_return std::nullopt;
  // Unlike the commit of an atom, this commit was not received together with its tree.
  const bool there = co_await coro::offload(pool_, [&] {
    return repository_.read([&](Objects& objects) { return objects.header(facts->tree).has_value(); });
  });
  if (!there) objects_.forget(*rev);
  co_return there ? std::optional(facts->tree) : std::nullopt;
}

}  // namespace eka::store
