// Names on the disk: alone or packed, and what git makes of them.
#include "store/name/refs.h"

#include <algorithm>
#include <filesystem>
#include <thread>

#include <doctest/doctest.h>

#include "atom/hash/base_n.h"
#include "tests/store/cache_fixture.h"

using namespace eka;
using namespace eka::store;
using namespace eka::test;

namespace {

namespace fs = std::filesystem;

const atom::ObjectId one = atom::ObjectId::of("blob", "one");
const atom::ObjectId two = atom::ObjectId::of("blob", "two");

atom::Label label(int number) {
  return unwrap(atom::Label::parse("label-" + std::to_string(number)));
}

atom::Version version(std::string_view text) {
  return unwrap(atom::Version::parse(text));
}

Refs::NamesOfSet many(const atom::ObjectId& genesis, int count, const atom::ObjectId& rev, int first = 0) {
  Refs::NamesOfSet out{genesis, {}};
  for (int i = first; i < first + count; ++i) out.names.push_back({label(i), version("1.0.0"), rev});
  return out;
}

// A git directory with nothing in it but the objects that are named.
struct Place {
  Place() : git(directory.path() / "git") {
    output_of("git init -q --bare " + git.native() + " && cd " + git.native() +
              " && printf one | git hash-object -w --stdin && printf two | git hash-object -w --stdin");
    fs::create_directory(git / "incoming");
  }
  std::string listed() const { return output_of("git --git-dir=" + git.native() + " for-each-ref"); }
  std::ptrdiff_t count() const { return std::ranges::count(listed(), '\n'); }
  bool is_loose(const atom::ObjectId& genesis, int number) const {
    return fs::exists(git / "refs" / atom::base58(genesis.bytes()) / label(number).str() / "1.0.0");
  }

  TemporaryDirectory directory;
  fs::path git;
};

bool all_well(const std::vector<std::optional<Error>>& failures) {
  return std::ranges::none_of(failures, [](const auto& failure) { return failure.has_value(); });
}

}  // namespace

TEST_CASE("many names at once share a file, few have one each, and git sees all of them") {
  const Place place;
  const Refs refs(place.git);
  CHECK(all_well(refs.write({many(one, 20, two), many(two, 10, one)})));
  CHECK_FALSE(place.is_loose(one, 3));
  CHECK(all_well(refs.write({many(one, 2, two, 100)})));
  CHECK(place.is_loose(one, 100));
  CHECK(place.count() == 32);
  CHECK(refs.find(one, label(7), version("1.0.0")) == two);
  CHECK(refs.find(one, label(101), version("1.0.0")) == two);
  CHECK_FALSE(refs.find(one, label(20), version("1.0.0")).has_value());
  CHECK(refs.versions(two, label(9)).size() == 1);
  CHECK(refs.all().size() == 32);
  // Another process, that had read the file before.
  const Refs other(place.git);
  CHECK(other.all().size() == 32);
  CHECK(all_well(refs.write({many(two, 8, one, 50)})));
  CHECK(other.all().size() == 40);
  CHECK(output_of("git --git-dir=" + place.git.native() + " pack-refs --all").empty());
  CHECK(other.all().size() == 40);
}

TEST_CASE("a name never changes, whichever way it was written, and one set's trouble is not another's") {
  const Place place;
  const Refs refs(place.git);
  CHECK(all_well(refs.write({many(one, 8, two)})));
  auto changed = many(one, 6, one, 7);
  auto twice = many(two, 4, one);
  twice.names.push_back({label(0), version("1.0.0"), two});
  const auto failures = refs.write({changed, many(two, 5, two, 40), twice});
  REQUIRE(failures.size() == 3);
  REQUIRE(failures[0].has_value());
  CHECK(failures[0]->kind() == Kind::integrity);
  CHECK(failures[0]->message().contains(two.hex()));
  CHECK_FALSE(failures[1].has_value());
  CHECK(failures[2].has_value());
  CHECK(refs.find(one, label(7), version("1.0.0")) == two);
  CHECK(refs.find(two, label(44), version("1.0.0")) == two);
  CHECK(refs.find(two, label(0), version("1.0.0")) == one);  // those before it are written
}

TEST_CASE("a packed-refs.lock of somebody else is not waited for; one that was left behind is removed") {
  const Place place;
  const Refs refs(place.git);
  const fs::path lock = place.git / "packed-refs.lock";
  output_of("touch " + lock.native());
  CHECK(all_well(refs.write({many(one, 8, two)})));
  CHECK(place.is_loose(one, 0));
  CHECK(fs::exists(lock));
  output_of("touch -d '1 hour ago' " + lock.native());
  CHECK(all_well(refs.write({many(one, 8, two, 8)})));
  CHECK_FALSE(place.is_loose(one, 8));
  CHECK_FALSE(fs::exists(lock));
  CHECK(place.count() == 16);
}

TEST_CASE("a few names do not have a large file written again") {
  const Place place;
  const Refs refs(place.git);
  CHECK(all_well(refs.write({many(one, 2000, two)})));
  CHECK_FALSE(place.is_loose(one, 1999));
  CHECK(all_well(refs.write({many(two, 4, one)})));
  CHECK(place.is_loose(two, 0));
}

TEST_CASE("a torn file is replaced, not hidden") {
  const Place place;
  const Refs refs(place.git);
  const fs::path file = place.git / "refs" / atom::base58(one.bytes()) / label(1).str() / "1.0.0";
  fs::create_directories(file.parent_path());
  output_of("printf 12345 > " + file.native());
  CHECK(all_well(refs.write({many(one, 8, two)})));
  CHECK(refs.find(one, label(1), version("1.0.0")) == two);
  CHECK(place.count() == 8);
}

TEST_CASE("names are removed, packed ones too") {
  const Place place;
  const Refs refs(place.git);
  CHECK(all_well(refs.write({many(one, 8, two)})));
  CHECK(all_well(refs.write({many(one, 1, two, 8)})));
  auto names = refs.all();
  std::erase_if(names, [](const CachedName& name) { return name.label == label(2) || name.label == label(3); });
  refs.remove(names);
  CHECK(place.count() == 2);
  CHECK(refs.all().size() == 2);
}

TEST_CASE("several who write at once all get their names in") {
  const Place place;
  std::vector<std::thread> writers;
  for (int i = 0; i < 4; ++i) {
    writers.emplace_back([&place, i] {
      const Refs refs(place.git);
      for (int round = 0; round < 10; ++round) refs.write({many(one, 6, two, 1000 * i + 10 * round)});
    });
  }
  for (auto& writer : writers) writer.join();
  CHECK(place.count() == 240);
}
