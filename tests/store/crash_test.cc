// State after kill -9, and memory used for hostile packs: both observed from outside, in a separate process.
#include <csignal>
#include <fstream>

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/store/cache_fixture.h"
#include "tests/store/pack_builder.h"
#include "tests/store/victim_job.h"

using namespace eka;
using namespace eka::test;

namespace {

namespace fs = std::filesystem;

// The victim's exit code if no file may grow beyond `bytes`, which simulates a full disk.
int run_on_full_disk(const Job& job, const fs::path& root, rlim_t bytes) {
  const std::string id = job.rev.hex();
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(1);
    ::close(2);
    const rlimit limit{bytes, bytes};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    std::signal(SIGXFSZ, SIG_IGN);
    ::execl(EKA_STORE_VICTIM, "victim", root.c_str(), job.pack_file.c_str(), id.c_str(), nullptr);
    ::_exit(127);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

// Exit code and peak memory in kB.
std::pair<int, long> run_victim(const Job& job) {
  const pid_t child = start_victim(job.directory.path() / "cache", job.pack_file, job.rev, false);
  int status = 0;
  rusage usage{};
  REQUIRE(::wait4(child, &status, 0, &usage) == child);
  REQUIRE(WIFEXITED(status));
  return {WEXITSTATUS(status), usage.ru_maxrss};
}

}  // namespace

TEST_CASE("kill -9 at any point: nothing is left over and the next run succeeds") {
  PackBuilder builder;
  std::vector<std::pair<std::pair<std::string, std::string>, atom::ObjectId>> entries;
  for (int i = 0; i < 10; ++i) {
    entries.push_back({{"100644", "file" + std::to_string(i)}, builder.blob("content " + std::to_string(i))});
  }
  const auto inner = builder.directory(entries);
  entries.push_back({{"40000", "inner"}, inner});
  SUBCASE("with a small pack") {}
  SUBCASE("with a large pack") {
    entries.push_back({{"100644", "noise"}, builder.blob(noise(300'000))});
  }
  const Job job(builder, builder.directory(entries));

  int total = 0;
  {
    const TemporaryDirectory fresh;
    total = kill_after(start_victim(fresh.path() / "cache", job.pack_file, job.rev, true), 1 << 30);
    REQUIRE(total > 500);
  }
  // The first calls are the loader's, so most points are spent on the rest.
  const int points = sanitized ? 10 : 100;
  std::optional<atom::NarHash> expected;
  for (int point = 0; point < points; ++point) {
    const int calls = 1 + static_cast<int>(static_cast<long>(total - 1) * point / (points - 1));
    CAPTURE(calls);
    CacheFixture fixture;
    kill_after(start_victim(fixture.root(), job.pack_file, job.rev, true), calls);
    fixture.reopen();
    CHECK(fixture.leftovers().empty());
    const auto label = unwrap(atom::Label::parse("x"));
    const auto named = fixture.given(job.rev, label);
    const auto facts = fixture.run(fixture.cache().objects().commit(job.rev));
    // The ref is written last: if it exists, everything exists.
    if (!named.empty()) REQUIRE(facts);
    if (!facts) fixture.accept(job.pack, {job.rev});
    fixture.hold(job.rev, label, atom::Version(1, 0, 0), job.rev);
    const fs::path place = fixture.run(fixture.cache().trees().materialize(job.tree));
    CHECK(fs::exists(place / "inner" / "file9"));
    const auto hash = fixture.run(fixture.cache().trees().nar_hash(job.tree));
    if (!expected) expected = hash;
    CHECK(hash == *expected);
    CHECK(fixture.leftovers().empty());
    CHECK(fixture.cache().warning() == "");
    if (point % 20 == 0) {
      CHECK(output_of("git -C " + fixture.root().native() + "/git fsck --strict --no-progress 2>/dev/null") == "");
    }
  }
}

TEST_CASE("a full disk is an error that leaves nothing, and the next run succeeds") {
  PackBuilder builder;
  const auto compressible = builder.blob(std::string(2'000'000, 'x'));
  const Job job(builder, builder.directory(
                             {{{"100644", "noise"}, builder.blob(noise(300'000))}, {{"100644", "x"}, compressible}}));
  CacheFixture fixture;
  // The limits interrupt, in turn, the creation of the repository, the pack, and the tree.
  for (const rlim_t bytes : {10U, 5'000U, 100'000U, 1'000'000U}) {
    CAPTURE(bytes);
    CHECK(run_on_full_disk(job, fixture.root(), bytes) == 1);
    CHECK(fixture.leftovers().empty());
    CHECK_FALSE(fs::exists(fixture.root() / "trees" / job.tree.hex()));
  }
  CHECK(run_on_full_disk(job, fixture.root(), 100'000'000) == 0);
  CHECK(run_on_full_disk(job, job.directory.path() / "new", 10) == 1);
}

TEST_CASE("a quarantine directory is kept while its owner is alive") {
  CacheFixture fixture;
  PackBuilder builder;
  const auto blob = builder.blob(noise(300'000));
  const std::string pack = builder.pack();
  const auto intake = fixture.run(fixture.cache().objects().begin_intake());
  fixture.run(intake->write(bytes_of(pack)));
  const auto other = fixture.another();
  CHECK(fixture.leftovers().size() > 0);
  std::vector<atom::ObjectId> wants(1, blob);
  fixture.run(intake->accept(std::move(wants)));
  CHECK(fixture.pack_count() == 1);
}

TEST_CASE("hostile packs are rejected with little memory" * doctest::skip(sanitized)) {
  PackBuilder builder;
  auto id = builder.blob("boom");
  SUBCASE("a tree bomb") {
    for (int level = 0; level < 10; ++level) {
      std::string content;
      for (char name = '0'; name <= '9'; ++name) {
        content += tree_entry(level == 0 ? "100644" : "40000", std::string(1, name), id);
      }
      id = builder.tree(content);
    }
  }
  SUBCASE("a deep tree") {
    id = builder.tree("");
    for (int level = 0; level < 3000; ++level) id = builder.tree(tree_entry("40000", "d", id));
  }
  SUBCASE("a delta bomb") {
    std::size_t base = builder.next();
    const std::uint32_t size = 4 << 20;
    builder.blob(std::string(size, 'b'));
    for (int i = 0; i < 200; ++i) {
      base = builder.delta(base, varint(size) + varint(size) + copy_instruction(1, size - 1) +
                                     insert_instruction(std::string(1, static_cast<char>('0' + i % 10))));
    }
    id = builder.tree("");
  }
  SUBCASE("an object with a wrong size") {
    builder.raw(3, 10, "", deflated(std::string(100 << 20, 'a')));
    id = builder.tree("");
  }
  SUBCASE("1 MB that expands to 1 GB") {
    const std::string zeros = deflated(std::string(128 << 20, '\0'));
    for (int i = 0; i < 8; ++i) builder.raw(3, 128 << 20, "", zeros);
    id = builder.tree("");
  }
  SUBCASE("a count of 2^32 - 1") {
    id = builder.tree("");
    Job job(builder, id);
    std::ofstream(job.pack_file, std::ios::binary) << builder.pack(0xffffffff);
    const auto [code, kilobytes] = run_victim(job);
    CHECK(code == 6);
    CHECK(kilobytes < 100'000);
    return;
  }
  const auto [code, kilobytes] = run_victim(Job(builder, id));
  CHECK(code == 6);
  CHECK(kilobytes < 100'000);
}
