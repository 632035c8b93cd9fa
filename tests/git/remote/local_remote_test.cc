#include "git/remote/local_remote.h"

#include <doctest/doctest.h>

#include "coro/run/runtime.h"
#include "coro/task/task_group.h"
#include "git/libgit2/libgit2.h"
#include "tests/git/in_memory.h"
#include "tests/git/repository.h"

namespace eka::git {
namespace {

struct LocalWorld {
  LocalWorld() { test::make_repository(bare()); }
  std::filesystem::path bare() const { return home.path() / "a.git"; }
  LocalRemote open(const std::filesystem::path& path) {
    return LocalRemote(unwrap(atom::Url::parse(path.string())), runtime.pool());
  }
  atom::ObjectId id(const std::string& revision) const {
    return unwrap(atom::ObjectId::parse(test::shell(bare(), "git rev-parse " + revision).substr(0, 40)));
  }
  // The objects of the pack, as listed by "git cat-file --batch-check".
  std::string fetch(const std::filesystem::path& path, std::vector<atom::ObjectId> wants, std::uint32_t depth = 0,
                    Filter filter = Filter::none) {
    LocalRemote remote = open(path);
    test::StringSink sink;
    FetchOptions options;
    options.depth = depth;
    options.filter = filter;
    runtime.run(remote.fetch(std::move(wants), sink, std::move(options)));
    const test::TemporaryDirectory scratch;
    test::write_file(scratch.path() / "pack", sink.pack);
    return test::shell(scratch.path(),
                       "git init -q . && git index-pack --stdin < pack > /dev/null &&"
                       " git cat-file --batch-all-objects --batch-check");
  }
  // The objects that "git pack-objects" would include.
  std::string reachable(const std::string& what) const {
    return test::shell(bare(),
                       "git rev-list --objects " + what + " | cut -c1-40 | sort -u | git cat-file --batch-check");
  }

  test::TemporaryDirectory home;
  Libgit2 libgit2;  // before the runtime: outlives the threads of the pool
  coro::Runtime runtime{2};
};

std::string listing(const std::vector<Ref>& refs) {
  std::string out;
  for (const Ref& ref : refs) {
    out += ref.id.hex() + "\t" + ref.name + "\n";
    if (ref.peeled) out += ref.peeled->hex() + "\t" + ref.name + "^{}\n";
  }
  return out;
}

}  // namespace

TEST_CASE("local: refs equal those of git ls-remote") {
  LocalWorld world;
  const auto refs = world.runtime.run(world.open(world.bare()).ls_refs({}));
  CHECK(listing(refs) == test::shell(world.bare(), "git ls-remote ."));
  REQUIRE(refs.size() == 8);
  CHECK(refs[0].name == "HEAD");
  CHECK(refs[0].symref_target == "refs/heads/main");
  CHECK(world.runtime.run(world.open(world.bare()).ls_refs({"refs/eka/atoms/", "refs/tags/"})).size() == 3);

  SUBCASE("also with a working tree, a relative path, or the git directory itself") {
    test::shell(world.home.path(), "git clone -q a.git work");
    const auto work = world.home.path() / "work";
    const std::string expected = test::shell(work, "git ls-remote .");
    CHECK(listing(world.runtime.run(world.open(work).ls_refs({}))) == expected);
    CHECK(listing(world.runtime.run(world.open(work / ".git").ls_refs({}))) == expected);
    CHECK(listing(world.runtime.run(world.open(std::filesystem::relative(work)).ls_refs({}))) == expected);
    CHECK_THROWS_AS(world.runtime.run(world.open(work / "sub").ls_refs({})), Error);
  }
  SUBCASE("an empty repository has no refs") {
    test::shell(world.home.path(), "git init -q --bare empty");
    CHECK(world.runtime.run(world.open(world.home.path() / "empty").ls_refs({})).empty());
  }
}

TEST_CASE("local: a fetch delivers the same objects as git") {
  LocalWorld world;
  CHECK(world.fetch(world.bare(), {world.id("main")}) == world.reachable("main"));
  CHECK(world.fetch(world.bare(), {world.id("main"), world.id("topic/x")}) == world.reachable("main topic/x"));
  CHECK(world.fetch(world.bare(), {world.id("v1.0")}) == world.reachable("v1.0"));
  CHECK(world.fetch(world.bare(), {world.id("refs/eka/atoms/a/1.0.0"), world.id("refs/loose/blob")}) ==
        world.reachable("refs/eka/atoms/a/1.0.0 refs/loose/blob"));
  CHECK(world.fetch(world.bare(), {world.id("main:sub/noise")}) == world.reachable("main:sub/noise"));
  CHECK(world.fetch(world.bare(), {world.id("main:sub")}) == world.reachable("main:sub"));
  CHECK(world.fetch(world.bare(), {world.id("main")}, 1) == world.reachable("-1 main"));
  CHECK(world.fetch(world.bare(), {world.id("main")}, 2) == world.reachable("-2 main"));
}

TEST_CASE("local: a filter omits the same objects as git") {
  LocalWorld world;
  const std::vector wants = {world.id("main"), world.id("main:one")};
  CHECK(world.fetch(world.bare(), wants, 0, Filter::trees) == world.reachable("--filter=tree:0 main main:one"));
  CHECK(world.fetch(world.bare(), wants, 0, Filter::blobs) == world.reachable("--filter=blob:none main main:one"));
  CHECK(world.fetch(world.bare(), {world.id("main:sub")}, 0, Filter::blobs) ==
        world.reachable("--filter=blob:none main:sub"));
}

TEST_CASE("local: a shallow repository delivers the objects it has") {
  LocalWorld world;
  test::shell(world.home.path(), "git clone -q --bare --depth 1 file://$PWD/a.git shallow");
  CHECK(world.fetch(world.home.path() / "shallow", {world.id("main")}) == world.reachable("-1 main"));
}

TEST_CASE("local: missing objects are named") {
  LocalWorld world;
  const auto absent = unwrap(atom::ObjectId::parse(std::string(40, '2')));
  try {
    world.fetch(world.bare(), {world.id("main"), absent});
    FAIL("fetched");
  } catch (const Error& error) {
    CHECK(error.kind() == Kind::remote);
    CHECK(error.message().contains(absent.hex()));
    CHECK(error.message().contains("a.git"));
  }
  CHECK_THROWS_AS(world.runtime.run(world.open("/nonexistent").ls_refs({})), Error);
  CHECK_THROWS_AS(world.runtime.run(world.open(world.home.path()).ls_refs({})), Error);
}

TEST_CASE("local: many concurrent fetches do not exhaust a small pool") {
  LocalWorld world;
  std::vector<std::unique_ptr<LocalRemote>> remotes;
  std::vector<test::StringSink> sinks(8);
  std::vector<coro::Task<>> fetches;
  for (int i = 0; i < 8; ++i) remotes.emplace_back(new LocalRemote(world.open(world.bare())));
  const std::vector wants = {world.id("main")};
  for (std::size_t i = 0; i < 8; ++i) fetches.push_back(remotes[i]->fetch(wants, sinks[i]));
  world.runtime.run(coro::all(std::move(fetches)));
  for (const auto& sink : sinks) CHECK(sink.pack == sinks[0].pack);
}

}  // namespace eka::git
