// Incoming packs: accepted ones can be used, rejected ones leave nothing.
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include "coro/task/task_group.h"
#include "tests/store/cache_fixture.h"
#include "tests/store/pack_builder.h"

using namespace eka;
using namespace eka::test;

namespace {

namespace fs = std::filesystem;

struct Sample {
  PackBuilder builder;
  atom::ObjectId file, tree, commit;
};

Sample sample(const std::string& text = "hello\n") {
  Sample s;
  s.file = s.builder.blob(text);
  const auto link = s.builder.blob("f");
  const auto inner = s.builder.directory({{{"100755", "run"}, s.file}});
  s.tree = s.builder.directory({{{"100644", "f"}, s.file}, {{"120000", "l"}, link}, {{"40000", "d"}, inner}});
  s.commit = s.builder.commit_of(s.tree);
  return s;
}

bool has(const std::optional<Error>& error, std::string_view part) {
  REQUIRE(error);
  CAPTURE(error->message());
  CHECK(error->kind() == Kind::integrity);
  return error->message().find(part) != std::string::npos;
}

void check_nothing_is_left(CacheFixture& fixture) {
  CHECK(fixture.leftovers().empty());
  CHECK(fixture.pack_count() == 0);
}

}  // namespace

TEST_CASE("an accepted pack can be read, also by stock git and by the next process") {
  CacheFixture fixture;
  const Sample s = sample();
  fixture.accept(s.builder.pack(), {s.commit});
  CHECK(fixture.leftovers().empty());
  for (int process = 0; process < 2; ++process) {
    const auto facts = fixture.run(fixture.cache().objects().commit(s.commit));
    REQUIRE(facts);
    CHECK(facts->tree == s.tree);
    CHECK(atom::ObjectId::of("commit", facts->text) == s.commit);
    CHECK(fixture.run(fixture.cache().objects().file(s.tree, "d/run")) == "hello\n");
    fixture.reopen();
  }
  const std::string git = "git -C " + fixture.root().native() + "/git ";
  CHECK(output_of(git + "cat-file -p " + s.commit.hex() + ":f") == "hello\n");
  CHECK(output_of(git + "fsck --strict --no-dangling --no-progress 2>/dev/null") == "");
  CHECK(output_of(git + "config --get-regexp remote || true") == "");
}

TEST_CASE("blobs, trees and commits can be wanted, with pieces of any size") {
  for (const std::size_t piece : {1UL, 13UL, 1UL << 20}) {
    CacheFixture fixture;
    const Sample s = sample();
    fixture.accept(s.builder.pack(), {s.file, s.tree, s.commit}, piece);
    CHECK(fixture.pack_count() == 1);
  }
}

TEST_CASE("parents of a commit may be missing") {
  CacheFixture fixture;
  Sample s = sample();
  const auto child = s.builder.commit("tree " + s.tree.hex() + "\nparent " + std::string(40, '1') +
                                      "\nauthor a <a> 0 +0000\ncommitter a <a> 0 +0000\n\nshallow\n");
  fixture.accept(s.builder.pack(), {child});
  CHECK(fixture.run(fixture.cache().objects().commit(child)));
}

TEST_CASE("wanted objects must be complete in the pack, whatever the cache contains") {
  CacheFixture fixture;
  const Sample s = sample();
  fixture.accept(s.builder.pack(), {s.commit});
  SUBCASE("the wanted object is missing") {
    PackBuilder other;
    other.blob("something else");
    CHECK(has(fixture.refusal(other.pack(), {s.commit}), s.commit.hex() + " is missing"));
  }
  SUBCASE("a blob is missing that another remote delivered") {
    PackBuilder other;
    const auto tree = other.directory({{{"100644", "stolen"}, s.file}});
    const auto commit = other.commit_of(tree);
    CHECK(has(fixture.refusal(other.pack(), {commit}), "blob " + s.file.hex() + " is missing"));
  }
  SUBCASE("a tree is missing") {
    PackBuilder other;
    const auto commit = other.commit_of(s.tree);
    CHECK(has(fixture.refusal(other.pack(), {commit}), "the tree " + s.tree.hex() + " is missing"));
  }
  SUBCASE("an entry has another type") {
    PackBuilder other;
    const auto blob = other.blob("x");
    const auto tree = other.directory({{{"40000", "d"}, blob}});
    CHECK(has(fixture.refusal(other.pack(), {tree}), "should be a tree, but is a blob"));
    const auto empty = other.tree("");
    const auto liar = other.directory({{{"100644", "f"}, empty}});
    CHECK(has(fixture.refusal(other.pack(), {liar}), "should be a blob, but is a tree"));
  }
  CHECK(fixture.leftovers().empty());
  CHECK(fixture.pack_count() == 1);
}

TEST_CASE("trees that are not safe to materialize are rejected") {
  const auto refuse = [](const std::function<std::string(PackBuilder&)>& content, std::string_view why) {
    CacheFixture fixture;
    PackBuilder builder;
    const auto commit = builder.commit_of(builder.tree(content(builder)));
    CHECK(has(fixture.refusal(builder.pack(), {commit}), why));
    check_nothing_is_left(fixture);
  };
  refuse([](PackBuilder& b) { return tree_entry("40000", ".GIT", b.tree("")); }, ".git directory");
  refuse([](PackBuilder& b) { return tree_entry("100644", "../x", b.blob("x")); }, "slash");
  refuse([](PackBuilder& b) { return tree_entry("104755", "x", b.blob("x")); }, "mode 104755");
  refuse([](PackBuilder& b) { return tree_entry("160000", "x", b.blob("x")); }, "submodule");
  refuse([](PackBuilder& b) { return tree_entry("100644", "b", b.blob("x")) + tree_entry("100644", "a", b.blob("x")); },
         "order");
}

TEST_CASE("deep trees and tree bombs are rejected quickly") {
  CacheFixture fixture;
  SUBCASE("3,000 directories deep") {
    PackBuilder builder;
    auto tree = builder.tree("");
    for (int i = 0; i < 3000; ++i) tree = builder.tree(tree_entry("40000", "d", tree));
    CHECK(has(fixture.refusal(builder.pack(), {tree}), "deeper than 256"));
  }
  SUBCASE("ten billion files from ten trees") {
    PackBuilder builder;
    auto id = builder.blob("boom");
    for (int level = 0; level < 10; ++level) {
      std::string content;
      for (char name = '0'; name <= '9'; ++name) {
        content += tree_entry(level == 0 ? "100644" : "40000", std::string(1, name), id);
      }
      id = builder.tree(content);
    }
    CHECK(has(fixture.refusal(builder.pack(), {id}), "more than 5000000 entries"));
  }
  SUBCASE("nine gigabytes from one megabyte") {
    PackBuilder builder;
    const auto blob = builder.blob(std::string(1 << 20, 'x'));
    std::string content;
    for (int i = 10'000; i < 19'000; ++i) content += tree_entry("100644", std::to_string(i), blob);
    const auto tree = builder.tree(content);
    CHECK(has(fixture.refusal(builder.pack(), {tree}), "more than 8192 MiB"));
  }
  check_nothing_is_left(fixture);
}

TEST_CASE("damaged packs are rejected and leave nothing") {
  const Sample s = sample();
  const std::string pack = s.builder.pack();
  CacheFixture fixture;
  for (std::size_t length = 0; length < pack.size(); length += 11) {
    CAPTURE(length);
    CHECK(has(fixture.refusal(pack.substr(0, length), {s.commit}), "pack"));
  }
  CHECK(has(fixture.refusal(pack + "more", {s.commit}), "after the end"));
  check_nothing_is_left(fixture);
}

TEST_CASE("deltas that do not resolve are rejected") {
  CacheFixture fixture;
  PackBuilder builder;
  const std::string text(1000, 't');
  const std::size_t base = builder.next();
  const auto want = builder.blob(text);
  SUBCASE("a copy beyond the end of the base") {
    builder.delta(base, varint(1000) + varint(500) + copy_instruction(900, 500));
  }
  SUBCASE("a base of another size") {
    builder.delta(base, varint(999) + varint(1) + copy_instruction(0, 1));
  }
  SUBCASE("a result of another size") {
    builder.delta(base, varint(1000) + varint(9) + copy_instruction(0, 8));
  }
  SUBCASE("an unknown instruction") {
    builder.delta(base, varint(1000) + varint(8) + std::string(1, '\0') + copy_instruction(0, 8));
  }
  SUBCASE("a missing base: a thin pack") {
    const auto elsewhere = atom::ObjectId::of("blob", "elsewhere");
    const std::string data = varint(9) + varint(1) + insert_instruction("x");
    const std::string id(reinterpret_cast<const char*>(elsewhere.bytes().data()), 20);
    builder.raw(7, data.size(), id, deflated(data));
  }
  SUBCASE("a base before the beginning") {
    const std::string data = varint(9) + varint(1) + insert_instruction("x");
    builder.raw(6, data.size(), PackBuilder::distance(1 << 20), deflated(data));
  }
  SUBCASE("a base in the middle of an entry") {
    const std::string data = varint(1000) + varint(1) + insert_instruction("x");
    builder.raw(6, data.size(), PackBuilder::distance(builder.next() - base - 3), deflated(data));
  }
  SUBCASE("itself") {
    const std::string data = varint(1) + varint(1) + insert_instruction("x");
    const auto own = atom::ObjectId::of("blob", "x");
    const std::string id(reinterpret_cast<const char*>(own.bytes().data()), 20);
    builder.raw(7, data.size(), id, deflated(data));
  }
  CHECK(fixture.refusal(builder.pack(), {want})->kind() == Kind::integrity);
  check_nothing_is_left(fixture);
}

TEST_CASE("a valid chain of 5,000 deltas is resolved") {
  CacheFixture fixture;
  PackBuilder builder;
  std::string text(200, 'a');
  std::size_t base = builder.next();
  builder.blob(text);
  for (int i = 0; i < 5000; ++i) {
    const std::string mark = std::to_string(100'000 + i);
    text.replace(0, 6, mark);
    base = builder.delta(base, varint(200) + varint(200) + insert_instruction(mark) + copy_instruction(6, 194));
  }
  const auto last = atom::ObjectId::of("blob", text);
  const auto tree = builder.directory({{{"100644", "end"}, last}});
  fixture.accept(builder.pack(), {tree});
  CHECK(fixture.run(fixture.cache().objects().file(tree, "end")) == text);
}

TEST_CASE("deltas before their bases are resolved, also many of them") {
  // Each delta resolves only after the next one: the worst order for an indexer that repeatedly iterates over all.
  const auto backwards = [](int count) {
    std::vector<std::string> texts;
    for (int i = 0; i <= count; ++i) texts.push_back(std::to_string(100'000 + i) + std::string(50, 'a'));
    PackBuilder builder;
    for (int i = count; i > 0; --i) {
      const auto base = atom::ObjectId::of("blob", texts[static_cast<std::size_t>(i - 1)]);
      builder.delta(
          base, varint(56) + varint(56) + insert_instruction(std::to_string(100'000 + i)) + copy_instruction(6, 50));
    }
    builder.blob(texts.front());
    return std::pair(builder.pack(), atom::ObjectId::of("blob", texts.back()));
  };
  CacheFixture fixture;
  {
    const auto [pack, last] = backwards(500);
    fixture.accept(pack, {last});
  }
  // These are passed to git, which sorts them first.
  const auto [pack, last] = backwards(12'000);
  fixture.accept(pack, {last});
  CHECK(fixture.leftovers().empty());
  CHECK(fixture.pack_count() == 2);
  CHECK(fixture.audit().findings.empty());
  CHECK(output_of("git -C " + fixture.root().native() + "/git cat-file -p " + last.hex()).starts_with("112000a"));
  fixture.reopen();

  SUBCASE("except in a thin pack: then the complete pack must be requested") {
    PackBuilder base;
    const auto commit = base.commit_of(base.tree(""));
    fixture.accept(base.pack(), {commit});
    CHECK(has(fixture.refusal(pack, {last}, 100'000, {commit}), "over 10000 REF_DELTA entries"));
  }
  SUBCASE("deltas that git cannot resolve are rejected") {
    PackBuilder lost;
    for (int i = 0; i <= 10'000; ++i) {
      lost.delta(atom::ObjectId::of("blob", "nowhere"), varint(7) + varint(2) + copy_instruction(0, 2));
    }
    const auto refusal = fixture.refusal(lost.pack(), {last});
    CHECK(has(refusal, "invalid pack: git index-pack"));
    CHECK(refusal->kind() == Kind::integrity);
  }
  CHECK(fixture.leftovers().empty());
}

TEST_CASE("an abandoned intake leaves nothing") {
  CacheFixture fixture;
  const std::string pack = sample().builder.pack();
  fixture.run([](store::Cache* cache, std::string bytes) -> coro::Task<> {
    const auto intake = co_await cache->objects().begin_intake();
    co_await intake->write(bytes_of(bytes));
  }(&fixture.cache(), pack));
  check_nothing_is_left(fixture);
}

TEST_CASE("the same pack can be received concurrently") {
  CacheFixture fixture;
  const Sample s = sample(std::string(500'000, 'x') + "end");
  std::vector<coro::Task<>> tasks;
  for (int i = 0; i < 8; ++i) tasks.push_back(take_in(&fixture.cache(), s.builder.pack(), {s.commit}, 1000));
  fixture.run(coro::all(std::move(tasks)));
  CHECK(fixture.pack_count() == 1);
  CHECK(fixture.leftovers().empty());
  CHECK(fixture.run(fixture.cache().objects().commit(s.commit)));
}

TEST_CASE("an object received without being wanted does not make its commit present") {
  CacheFixture fixture;
  Sample s = sample();
  PackBuilder elsewhere;
  const auto absent = elsewhere.directory({{{"100644", "f"}, elsewhere.blob("never sent")}});
  const auto hollow = s.builder.commit_of(absent);
  fixture.accept(s.builder.pack(), {s.commit});
  CHECK_FALSE(fixture.run(fixture.cache().objects().commit(hollow)));
  fixture.reopen();
  CHECK_FALSE(fixture.run(fixture.cache().objects().commit(hollow)));
  CHECK_FALSE(fixture.run(fixture.cache().objects().commit(atom::ObjectId::of("commit", "nothing"))));
}
