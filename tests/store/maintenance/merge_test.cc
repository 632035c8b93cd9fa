// Accumulated packs are merged, with concurrent readers and after a kill at any time.
#include "store/maintenance/merge.h"

#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include "git/libgit2/libgit2.h"
#include "tests/store/cache_fixture.h"
#include "tests/store/pack_builder.h"
#include "tests/store/victim_job.h"

using namespace eka;
using namespace eka::test;

namespace {

// Like a fetch, but without syncing, since there are thousands.
void put_pack(const std::filesystem::path& directory, const std::string& pack) {
  const auto check = [](int code) { git::check(code, Kind::failure, "indexing a pack"); };
  git_indexer* raw = nullptr;
  check(git_indexer_new(&raw, directory.c_str(), 0444, nullptr, nullptr));
  const git::IndexerHandle indexer(raw);
  git_indexer_progress progress{};
  check(git_indexer_append(raw, pack.data(), pack.size(), &progress));
  check(git_indexer_commit(raw, &progress));
}

}  // namespace

TEST_CASE("the choice of packs to merge") {
  const auto packs = [](std::initializer_list<std::uint64_t> sizes) {
    std::vector<store::PackFile> out;
    for (const auto size : sizes) {
      store::PackFile pack;
      pack.name = std::to_string(out.size());
      pack.bytes = size;
      out.push_back(pack);
    }
    return out;
  };
  const store::MergePolicy policy{.count = 3, .pack_bytes = 1000, .all_bytes = 2000};
  CHECK(store::choose_for_merging(packs({5, 5, 5}), policy).empty());
  CHECK(store::choose_for_merging(packs({5, 5, 5, 5}), policy).size() == 4);
  CHECK(store::choose_for_merging(packs({900, 5, 5, 5}), policy).size() == 3);
  CHECK(store::choose_for_merging(packs({1, 2, 4, 8, 16, 32}), policy).empty());
  CHECK(store::choose_for_merging(packs({1, 2, 4, 8, 15, 32}), policy).size() == 5);
  CHECK(store::choose_for_merging(packs({1001, 1001, 1001, 1001, 1001}), policy).empty());
  CHECK(store::choose_for_merging(packs({900, 900, 900, 900, 900}), policy).size() == 2);
}

TEST_CASE("two thousand small packs are merged while another process reads") {
  CacheFixture house;
  const store::Places places(house.root());
  constexpr int count = 2000;
  std::vector<atom::ObjectId> commits;
  for (int i = 0; i < count; ++i) {
    PackBuilder builder;
    const auto tree = builder.directory({{{"100644", "n"}, builder.blob("content " + std::to_string(i))}});
    commits.push_back(builder.commit_of(tree));
    put_pack(places.packs(), builder.pack());
  }
  REQUIRE(house.pack_count() == count);
  const auto reader = house.another();  // has seen the small packs, and has some of them open
  for (int i = 0; i < count; i += 100) CHECK(house.run(reader->objects().commit(commits[static_cast<std::size_t>(i)])));

  const std::size_t merged = house.run(store::merge_packs(places, house.pool()));
  CHECK(merged == count);
  CHECK(house.pack_count() == 1);
  CHECK(house.leftovers().empty());
  int found = 0;
  for (const auto& commit : commits) found += house.run(reader->objects().commit(commit)) ? 1 : 0;
  CHECK(found == count);
  house.reopen();
  CHECK(house.run(house.cache().objects().commit(commits.back())));
  CHECK(house.audit().findings.empty());
  CHECK(house.run(store::merge_packs(places, house.pool())) == 0);
}

TEST_CASE("a run merges accumulated packs after it has added one") {
  CacheFixture house;
  const auto add = [&](int i) {
    PackBuilder builder;
    const auto blob = builder.blob("n" + std::to_string(i));
    house.accept(builder.pack(), {blob});
  };
  for (int i = 0; i < 60; ++i) add(i);
  CHECK(house.pack_count() == 60);
  house.reopen();
  CHECK(house.run(house.cache().tidy()) == "");
  CHECK(house.pack_count() == 60);
  add(60);
  CHECK(house.run(house.cache().tidy()) == "");
  CHECK(house.pack_count() == 1);
  CHECK(house.audit().objects == 61);
}

TEST_CASE("git ignores the configuration of the cache when merging packs") {
  CacheFixture house;
  for (int i = 0; i < 60; ++i) {
    PackBuilder builder;
    const auto blob = builder.blob("n" + std::to_string(i));
    house.accept(builder.pack(), {blob});
  }
  // git refuses a repository with this version.
  std::ofstream(house.root() / "git" / "config") << "[core]\n\trepositoryformatversion = 99\n";
  CHECK(house.run(house.cache().tidy()) == "");
  CHECK(house.pack_count() == 1);
}

TEST_CASE("objects of another directory are not visible in the cache") {
  CacheFixture lender;
  PackBuilder builder;
  const auto commit = builder.commit_of(builder.directory({{{"100644", "n"}, builder.blob("lent")}}));
  lender.accept(builder.pack(), {commit});
  CacheFixture house;
  std::filesystem::create_directories(house.root() / "git" / "objects" / "info");
  std::ofstream(house.root() / "git" / "objects" / "info" / "alternates")
      << (lender.root() / "git" / "objects").native() << "\n";
  house.reopen();
  CHECK_FALSE(house.run(house.cache().objects().commit(commit)));
}

TEST_CASE("kill -9 during a merge leaves a valid cache") {
  const auto fill = [](CacheFixture& house) {
    std::vector<atom::ObjectId> commits;
    for (int i = 0; i < 6; ++i) {
      PackBuilder builder;
      commits.push_back(builder.commit_of(builder.directory({{{"100644", "n"}, builder.blob(std::to_string(i))}})));
      house.accept(builder.pack(), {commits.back()});
    }
    house.close();
    return commits;
  };
  int total = 0;
  {
    CacheFixture house;
    fill(house);
    total = kill_after(start_victim({"merge", house.root().native()}, true), 1 << 30);
    CHECK(house.pack_count() == 1);
    REQUIRE(total > 500);
  }
  const int points = sanitized ? 8 : 60;
  for (int point = 0; point < points; ++point) {
    const int calls = 1 + static_cast<int>(static_cast<long>(total - 1) * point / (points - 1));
    CAPTURE(calls);
    CacheFixture house;
    const auto commits = fill(house);
    kill_after(start_victim({"merge", house.root().native()}, true), calls);
    house.reopen();
    for (const auto& commit : commits) CHECK(house.run(house.cache().objects().commit(commit)));
    CHECK(house.audit().findings.empty());
    // The next merge removes the remains of an old pack.
    PackBuilder builder;
    const auto blob = builder.blob("one more");
    house.accept(builder.pack(), {blob});
    store::MergePolicy policy;
    policy.count = 1;
    house.run(store::merge_packs(store::Places(house.root()), house.pool(), policy));
    CHECK(house.leftovers().empty());
    for (const auto& commit : commits) CHECK(house.run(house.cache().objects().commit(commit)));
  }
}
