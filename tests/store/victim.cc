// A process to be killed: imports a pack into a cache, names its commit, materializes and hashes its tree, prints the
// hash.
//
//   victim ROOT PACK COMMIT
#include <cstdio>
#include <fstream>
#include <sstream>

#include "coro/run/runtime.h"
#include "git/libgit2/libgit2.h"
#include "store/cache.h"
#include "store/maintenance/merge.h"
#include "tests/store/pack_builder.h"

namespace {

using namespace eka;

coro::Task<std::string> work(std::string root, std::string pack, atom::ObjectId rev, coro::Pool* pool) {
  const auto cache = co_await store::Cache::open(root, *pool);
  {
    const auto intake = co_await cache->objects().begin_intake();
    for (std::size_t at = 0; at < pack.size(); at += 100'000) {
      co_await intake->write(test::bytes_of(std::string_view(pack).substr(at, 100'000)));
    }
    std::vector<atom::ObjectId> wants(1, rev);
    co_await intake->accept(std::move(wants));
  }
  const auto facts = co_await cache->objects().commit(rev);
  if (!facts) throw Error(Kind::integrity, "what was accepted cannot be read");
  auto label = unwrap(atom::Label::parse("x"));
  std::vector<store::AtomName> atoms{{std::move(label), atom::Version(1, 0, 0), rev}};
  co_await cache->names().hold(store::Giver::working_tree(), rev, std::move(atoms));
  co_await cache->trees().materialize(facts->tree);
  const auto hash = co_await cache->trees().nar_hash(facts->tree);
  co_return hash.hex();
}

// The merge of packs at the end of a run, with a lower threshold.
coro::Task<std::string> merge(std::string root, coro::Pool* pool) {
  const auto cache = co_await store::Cache::open(root, *pool);
  store::MergePolicy policy;
  policy.count = 1;
  const auto merged = co_await store::merge_packs(store::Places(root), *pool, policy);
  co_return std::to_string(merged);
}

}  // namespace

int main(int count, char** arguments) try {
  if (count == 3 && std::string_view(arguments[1]) == "merge") {
    const git::Libgit2 libgit2;
    coro::Runtime runtime(1);
    std::puts(runtime.run(merge(arguments[2], &runtime.pool())).c_str());
    return 0;
  }
  if (count != 4) return 2;
  std::ostringstream pack;
  pack << std::ifstream(arguments[2], std::ios::binary).rdbuf();
  const git::Libgit2 libgit2;
  coro::Runtime runtime(1);
  const auto rev = unwrap(atom::ObjectId::parse(arguments[3]));
  std::puts(runtime.run(work(arguments[1], std::move(pack).str(), rev, &runtime.pool())).c_str());
  return 0;
} catch (const Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return error.kind() == Kind::integrity ? 6 : 1;
} catch (const std::exception& error) {
  // As in the command line (cli/app.cc): file system exceptions are ordinary errors.
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
