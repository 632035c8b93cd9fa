#include "engine/jobs/cache_status.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "coro/run/runtime.h"
#include "engine/jobs/substituters.h"
#include "tests/coro/waiting.h"

namespace eka::engine {
namespace {

using State = CacheStatus::State;
using Paths = std::vector<std::string>;

// "/nix/store/<32 characters>-<name>"
std::string store_path(const std::string& name) {
  std::string hash(32, '0');
  for (std::size_t i = 0; i < name.size(); ++i) hash[i % 32] = "0123456789abcdfghijklmnpqrsvwxyz"[name[i] % 32];
  return "/nix/store/" + hash + "-" + name;
}
std::string drv_of(const std::string& name) {
  return store_path(name + ".drv");
}

// A store and a binary cache, and how often each path was asked for.
class StatusWorld final : public CacheQueries {
 public:
  // With one output, "out", and those of `inputs`.
  void derivation(const std::string& name, const Paths& inputs) {
    eval::Derivation drv;
    drv.outputs = {{"out", store_path(name)}};
    for (const auto& input : inputs) drv.input_derivations.push_back({drv_of(input), {"out"}});
    derivations_[drv_of(name)] = drv;
  }
  void add_output(const std::string& name, const std::string& output) {
    derivations_[drv_of(name)].outputs.push_back({output, store_path(name + "-" + output)});
  }
  void in_store(const std::string& name) { local_.insert(store_path(name)); }
  void in_cache(const std::string& name, const Paths& references = {}) {
    Narinfo info;
    for (const auto& reference : references) info.references.push_back(store_path(reference));
    cached_[store_path(name)] = info;
  }

  coro::Task<std::vector<bool>> exist(Paths paths) override {
    ++questions;
    co_await coro::yield();  // like a real store, which is another process
    std::vector<bool> out;
    for (const auto& path : paths) {
      CHECK(asked_.insert(path).second);
      out.push_back(local_.contains(path));
    }
    co_return out;
  }
  coro::Task<std::vector<std::optional<Narinfo>>> find(Paths paths) override {
    std::vector<std::optional<Narinfo>> out;
    for (const auto& path : paths) {
      const auto found = cached_.find(path);
      out.push_back(found == cached_.end() ? std::nullopt : std::optional(found->second));
    }
    co_return out;
  }
  coro::Task<std::vector<eval::Derivation>> derivations(Paths paths) override {
    std::vector<eval::Derivation> out;
    for (const auto& path : paths) out.push_back(derivations_.at(path));
    co_return out;
  }

  int questions = 0;

 private:
  std::map<std::string, eval::Derivation> derivations_;
  std::set<std::string> local_;
  std::map<std::string, Narinfo> cached_;
  std::set<std::string> asked_;
};

std::vector<CacheStatus> statuses(StatusWorld& world, const Paths& names) {
  coro::Runtime runtime(1);
  CacheWalk walk(world, runtime.pool());
  Paths drvs;
  for (const auto& name : names) drvs.push_back(drv_of(name));
  return runtime.run(walk.of(drvs));
}

TEST_CASE("what is in the store needs nothing") {
  StatusWorld world;
  world.derivation("lib", {});
  world.derivation("app", {"lib"});
  world.in_store("app");
  const auto status = statuses(world, {"app"}).front();
  CHECK(status.state == State::local);
  CHECK(status.needed_builds.empty());
  CHECK(status.needed_substitutes.empty());
}

TEST_CASE("what is in a cache needs it and what it refers to, except what is in the store") {
  StatusWorld world;
  world.derivation("app", {"compiler"});
  world.in_cache("app", {"lib", "libc"});
  world.in_cache("lib", {"libc", "data", "lib"});
  world.in_cache("data");
  world.in_store("libc");
  const auto status = statuses(world, {"app"}).front();
  CHECK(status.state == State::cached);
  CHECK(status.needed_builds.empty());
  CHECK(status.needed_substitutes == Paths{store_path("app"), store_path("data"), store_path("lib")});
}

TEST_CASE("a cache without a part of what a path refers to does not have it") {
  StatusWorld world;
  world.derivation("app", {});
  world.in_cache("app", {"lib"});
  CHECK(statuses(world, {"app"}).front().state == State::not_built);
}

TEST_CASE("all outputs count") {
  StatusWorld world;
  world.derivation("app", {});
  world.add_output("app", "dev");
  world.in_store("app");
  SUBCASE("one is nowhere") {
    CHECK(statuses(world, {"app"}).front().state == State::not_built);
  }
  SUBCASE("one is in a cache") {
    world.in_cache("app-dev");
    const auto status = statuses(world, {"app"}).front();
    CHECK(status.state == State::cached);
    CHECK(status.needed_substitutes == Paths{store_path("app-dev")});
  }
}

TEST_CASE("what must be built needs its inputs, dependencies first") {
  StatusWorld world;
  world.derivation("libc", {"source"});
  world.derivation("source", {});
  world.derivation("lib", {"libc"});
  world.derivation("tool", {"libc"});
  world.derivation("app", {"lib", "tool", "shell"});
  world.derivation("shell", {"unneeded"});
  world.in_cache("source");
  world.in_store("shell");
  const auto status = statuses(world, {"app"}).front();
  CHECK(status.state == State::not_built);
  CHECK(status.needed_substitutes == Paths{store_path("source")});
  auto builds = status.needed_builds;
  REQUIRE(builds.size() == 3);
  CHECK(builds.front() == drv_of("libc"));
  std::ranges::sort(builds);
  Paths expected{drv_of("libc"), drv_of("lib"), drv_of("tool")};
  std::ranges::sort(expected);
  CHECK(builds == expected);
}

TEST_CASE("many derivations are judged level by level, and nothing is asked twice") {
  StatusWorld world;
  Paths names;
  for (int i = 0; i < 50; ++i) {
    names.push_back("app" + std::to_string(i));
    world.derivation(names.back(), {"lib"});
  }
  world.derivation("lib", {"libc"});
  world.derivation("libc", {});
  const auto found = statuses(world, names);
  for (const auto& status : found) CHECK(status.needed_builds == Paths{drv_of("libc"), drv_of("lib")});
  CHECK(world.questions == 3);
}

TEST_CASE("references of a cache may form a cycle") {
  StatusWorld world;
  world.derivation("app", {});
  world.in_cache("app", {"lib"});
  world.in_cache("lib", {"app"});
  CHECK(statuses(world, {"app"}).front().needed_substitutes == Paths{store_path("app"), store_path("lib")});
}

TEST_CASE("a deep chain of dependencies does not use up the stack") {
  StatusWorld world;
  constexpr int depth = 20'000;
  for (int i = 0; i < depth; ++i) {
    world.derivation("d" + std::to_string(i), i == 0 ? Paths{} : Paths{"d" + std::to_string(i - 1)});
  }
  CHECK(statuses(world, {"d" + std::to_string(depth - 1)}).front().needed_builds.size() == depth - 1);
}

TEST_CASE("a narinfo file is parsed") {
  const std::string path = store_path("app");
  const auto name = path.substr(11), lib = store_path("lib").substr(11);
  const auto info = Narinfo::parse(
      "StorePath: " + path + "\nURL: nar/x.nar.xz\nReferences: " + name + " " + lib + "\nSig: cache.example-1:abc\n",
      path);
  REQUIRE(info);
  CHECK(info->references == Paths{store_path("lib")});
  CHECK(unwrap(Narinfo::parse("StorePath: " + path + "\nReferences: \n", path)).references.empty());
  CHECK_FALSE(Narinfo::parse("StorePath: " + store_path("other") + "\n", path));
  CHECK_FALSE(Narinfo::parse("<html>login</html>", path));
  CHECK_FALSE(Narinfo::parse("StorePath: " + path + "\nReferences: ../../etc/passwd\n", path));
}

TEST_CASE("substituters without their parameters; each once, and only where narinfo files can be asked for") {
  Paths skipped;
  const auto urls = substituters_in(
      "https://cache.example/?priority=10 http://a.example:8080/x ssh://builder s3://bucket https://cache.example "
      "file:///srv/cache /srv/other/ daemon auto",
      [&](const std::string& which) { skipped.push_back(which); });
  Paths found;
  for (const auto& url : urls) found.push_back(url.str());
  CHECK(found == Paths{unwrap(atom::Url::parse("https://cache.example")).str(), "http://a.example:8080/x",
                       "file:///srv/cache", "file:///srv/other"});
  const std::string path = "/nix/store/6iqh71svy5sk6dd6ml3xd1gc5p0y86b2-x";
  CHECK(narinfo_url(urls[0], path).str() == "https://cache.example/6iqh71svy5sk6dd6ml3xd1gc5p0y86b2.narinfo");
  CHECK(narinfo_url(urls[1], path).str() == "http://a.example:8080/x/6iqh71svy5sk6dd6ml3xd1gc5p0y86b2.narinfo");
  CHECK(skipped == Paths{"ssh://builder", "s3://bucket", "daemon", "auto"});
}

}  // namespace
}  // namespace eka::engine
