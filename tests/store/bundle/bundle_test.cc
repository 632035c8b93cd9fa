#include <span>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "store/bundle/bundle_reader.h"
#include "store/disk/places.h"
#include "tests/store/cache_fixture.h"
#include "tests/store/pack_builder.h"

using namespace eka;
using store::BundleReader;
using store::BundleRef;
using store::BundleWriter;

namespace {

// One commit with two files.
struct World {
  World() {
    const auto a = builder.blob("a"), b = builder.blob("b");
    tree = builder.directory({{{"100644", "a"}, a}, {{"100644", "b"}, b}});
    commit = builder.commit_of(tree);
  }

  test::PackBuilder builder;
  atom::ObjectId tree, commit;
};

std::string bundle_of(test::CacheFixture& fixture, const std::vector<atom::ObjectId>& commits,
                      std::vector<store::NewObject> made, const std::vector<BundleRef>& refs) {
  return fixture.run([](test::CacheFixture* cache, std::vector<atom::ObjectId> all, std::vector<store::NewObject> more,
                        std::vector<BundleRef> names) -> coro::Task<std::string> {
    co_return co_await coro::offload(cache->pool(), [&](coro::Stop stop) {
      BundleWriter writer(store::Places(cache->root()).objects(), all, std::move(more), names, stop);
      std::string out;
      for (auto chunk = writer.next_chunk(stop); !chunk.empty(); chunk = writer.next_chunk(stop)) out += chunk;
      return out;
    });
  }(&fixture, commits, std::move(made), refs));
}

coro::Task<std::vector<BundleRef>> read(test::CacheFixture* fixture, std::string bundle, std::size_t piece) {
  BundleReader reader(fixture->cache().objects());
  for (std::size_t at = 0; at < bundle.size(); at += piece) {
    const auto part = std::as_bytes(std::span(bundle)).subspan(at, std::min(piece, bundle.size() - at));
    co_await reader.write(part);
  }
  co_return co_await reader.finish();
}

std::string refusal(test::CacheFixture& fixture, const std::string& bundle) {
  try {
    fixture.run(read(&fixture, bundle, 1000));
  } catch (const Error& error) {
    CHECK(error.kind() == Kind::integrity);
    return error.message();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("a bundle carries commits, and objects made for it, to another cache") {
  const World w;
  test::CacheFixture from;
  from.accept(w.builder.pack(), {w.commit});
  store::NewObject blob(store::ObjectType::blob, "made");
  auto tree = store::tree_of({{"file", blob.id}});
  store::NewObject commit(store::ObjectType::commit,
                          "tree " + tree.id.hex() + "\nauthor  <> 0 +0000\ncommitter  <> 0 +0000\n\nx");
  const auto made = commit.id;
  const auto contents = tree.id;
  const auto bundle = bundle_of(from, {w.commit, w.commit}, {std::move(blob), std::move(tree), std::move(commit)},
                                {{"refs/x/one", w.commit}, {"refs/x/two", made}});
  CHECK(bundle.starts_with("# v2 git bundle\n" + w.commit.hex() + " refs/x/one\n"));

  for (const std::size_t piece : {1UL, 7UL, 100'000UL}) {
    test::CacheFixture to;
    const auto refs = to.run(read(&to, bundle, piece));
    REQUIRE(refs.size() == 2);
    CHECK(refs[1].name == "refs/x/two");
    CHECK(refs[1].id == made);
    CHECK(to.run(to.cache().objects().commit(w.commit)));
    CHECK(to.run(to.cache().objects().file(contents, "file")) == "made");
    CHECK(to.leftovers().empty());
  }
}

TEST_CASE("the files in a directory of a tree are listed") {
  test::PackBuilder builder;
  const auto blob = builder.blob("x");
  const auto below = builder.directory({{{"100644", "b"}, blob}, {{"100644", "a"}, blob}});
  const auto tree = builder.directory({{{"40000", "d"}, below}, {{"100644", "f"}, blob}});
  const auto commit = builder.commit_of(tree);
  test::CacheFixture fixture;
  fixture.accept(builder.pack(), {commit});
  auto& objects = fixture.cache().objects();
  CHECK(fixture.run(objects.names_in(tree, "d")) == std::vector<std::string>{"a", "b"});
  CHECK(fixture.run(objects.names_in(tree, "f")).empty());
  CHECK(fixture.run(objects.names_in(tree, "nowhere")).empty());
}

TEST_CASE("a bundle that is damaged, truncated or incomplete is refused as a whole") {
  const World w;
  test::CacheFixture from;
  from.accept(w.builder.pack(), {w.commit});
  const auto bundle = bundle_of(from, {w.commit}, {}, {{"refs/x", w.commit}});
  test::CacheFixture to;
  const auto header = bundle.find("\n\n") + 2;
  for (std::size_t at = 0; at < bundle.size(); at += 3) {
    CAPTURE(at);
    auto changed = bundle;
    changed[at] = static_cast<char>(changed[at] ^ 0x41);
    // A changed name of a ref is another name.
    if (at >= 57 && at < header - 1) continue;
    CHECK(refusal(to, changed) != "accepted");
    CHECK(refusal(to, bundle.substr(0, at)) != "accepted");
  }
  const auto other = atom::ObjectId::of("blob", "elsewhere");
  CHECK(refusal(to, bundle_of(from, {w.commit}, {}, {{"refs/x", other}})) != "accepted");
  CHECK_FALSE(to.run(to.cache().objects().commit(w.commit)));
  CHECK(to.leftovers().empty());
}

TEST_CASE("headers of other formats, with prerequisites or without end are refused") {
  test::CacheFixture fixture;
  const std::string id(40, '1');
  CHECK(refusal(fixture, "# v3 git bundle\n@object-format=sha1\n" + id + " refs/x\n\nPACK").find("v3") !=
        std::string::npos);
  CHECK(refusal(fixture, "# v2 git bundle\n-" + id + " x\n" + id + " refs/x\n\nPACK").find("not in it") !=
        std::string::npos);
  CHECK(refusal(fixture, "PACK").find("does not begin") != std::string::npos);
  CHECK(refusal(fixture, "# v2 git bundle\nx refs/x\n\nPACK").find("invalid line") != std::string::npos);
  CHECK(refusal(fixture, "# v2 git bundle\n" + id + " refs/x\n").find("ends in its header") != std::string::npos);
  CHECK(refusal(fixture, "# v2 git bundle\n" + std::string(17 << 20, 'x')).find("too many refs") != std::string::npos);
}
