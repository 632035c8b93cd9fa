// Refs on disk: loose or packed, and as seen by git.
#include "store/name/refs.h"

#include <algorithm>
#include <filesystem>
#include <thread>

#include <doctest/doctest.h>

#include "atom/hash/base_n.h"
#include "store/name/packed_refs.h"
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

atom::Version version_of(std::string_view text) {
  return unwrap(atom::Version::parse(text));
}

const Giver giver = Giver::remote(unwrap(atom::Url::parse("https://example.com/set")));

Refs::Delivery many(const atom::ObjectId& genesis, int count, const atom::ObjectId& rev, int first = 0) {
  Refs::Delivery out{giver, genesis, {}};
  for (int i = first; i < first + count; ++i) out.names.push_back({label(i), version_of("1.0.0"), rev});
  return out;
}

// A git directory that contains only the referenced objects.
struct Place {
  Place() : git(directory.path() / "git") {
    output_of("git init -q --bare " + git.native() + " && cd " + git.native() +
              " && printf one | git hash-object -w --stdin && printf two | git hash-object -w --stdin");
    fs::create_directory(git / "incoming");
  }
  std::string listed() const { return output_of("git --git-dir=" + git.native() + " for-each-ref"); }
  std::ptrdiff_t count() const { return std::ranges::count(listed(), '\n'); }
  fs::path directory_of(const atom::ObjectId& genesis, int number) const {
    return git / "refs" / "atoms-2" / giver.str() / atom::base58(genesis.bytes()) / label(number).str() / "1.0.0";
  }
  bool is_loose(const atom::ObjectId& genesis, int number) const { return fs::exists(directory_of(genesis, number)); }
  // The number of versions of a label in refs.
  std::size_t versions(const Refs& refs, const atom::ObjectId& genesis, int number) const {
    return refs.given(giver, genesis, {label(number)}).front().size();
  }

  TemporaryDirectory directory;
  fs::path git;
};

}  // namespace

TEST_CASE("many refs share one file, few are loose, and git sees all of them") {
  const Place place;
  const Refs refs(place.git);
  refs.write({many(one, 20, two), many(two, 10, one)});
  CHECK_FALSE(place.is_loose(one, 3));
  refs.write({many(one, 2, two, 100)});
  CHECK(place.is_loose(one, 100));
  CHECK(place.count() == 32);
  CHECK(refs.given(giver, one, {label(7)}).at(0).at(0).rev == two);
  CHECK(refs.given(giver, one, {label(101)}).at(0).at(0).rev == two);
  CHECK(place.versions(refs, one, 20) == 0);
  CHECK(place.versions(refs, two, 9) == 1);
  CHECK(refs.all().size() == 32);
  // Another process that has already read the file.
  const Refs other(place.git);
  CHECK(other.all().size() == 32);
  refs.write({many(two, 8, one, 50)});
  CHECK(other.all().size() == 40);
  CHECK(output_of("git --git-dir=" + place.git.native() + " pack-refs --all").empty());
  CHECK(other.all().size() == 40);
}

TEST_CASE("a version may have several revisions and several givers") {
  const Place place;
  const Refs refs(place.git);
  refs.write({many(one, 8, two), many(one, 8, one)});
  CHECK(place.versions(refs, one, 7) == 2);
  Refs::Delivery other{Giver::working_tree(), one, {{label(7), version_of("1.0.0"), two}}};
  refs.write({other});
  CHECK(place.versions(refs, one, 7) == 2);
  CHECK(refs.given(Giver::working_tree(), one, {label(7)}).at(0).size() == 1);
  CHECK(refs.all().size() == 17);
}

TEST_CASE("refs of older formats are ignored, and removed on request") {
  const Place place;
  const Refs refs(place.git);
  const std::string git = "git --git-dir=" + place.git.native() + " ";
  const std::string old = "refs/" + atom::base58(one.bytes()) + "/";
  for (const char* name : {"label-1/1.0.0", "label-1/1.1.0", "label-2/1.0.0"}) {
    output_of(git + "update-ref " + old + name + " " + two.hex());
  }
  refs.write_source("git-x", one);
  SUBCASE("loose") {}
  SUBCASE("packed") {
    output_of(git + "pack-refs --all");
  }
  refs.write({many(one, 1, two, 1)});
  CHECK(refs.all().size() == 1);
  CHECK(place.versions(refs, one, 1) == 1);
  CHECK(refs.outdated().size() == 3);
  refs.remove({}, {}, refs.outdated());
  CHECK(refs.outdated().empty());
  CHECK(place.count() == 2);
  CHECK_FALSE(fs::exists(place.git / old));
  CHECK(refs.find_source("git-x") == one);
}

TEST_CASE("a packed-refs.lock of another process is not waited for; a stale one is removed") {
  const Place place;
  const Refs refs(place.git);
  const fs::path lock = place.git / "packed-refs.lock";
  output_of("touch " + lock.native());
  refs.write({many(one, 8, two)});
  CHECK(place.is_loose(one, 0));
  CHECK(fs::exists(lock));
  output_of("touch -d '1 hour ago' " + lock.native());
  refs.write({many(one, 8, two, 8)});
  CHECK_FALSE(place.is_loose(one, 8));
  CHECK_FALSE(fs::exists(lock));
  CHECK(place.count() == 16);
}

TEST_CASE("a few refs do not rewrite a large packed-refs file") {
  const Place place;
  const Refs refs(place.git);
  refs.write({many(one, 2000, two)});
  CHECK_FALSE(place.is_loose(one, 1999));
  refs.write({many(two, 4, one)});
  CHECK(place.is_loose(two, 0));
}

TEST_CASE("a torn ref file, or one with another id, is replaced") {
  const Place place;
  const Refs refs(place.git);
  const fs::path directory = place.directory_of(one, 1);
  fs::create_directories(directory);
  SUBCASE("torn") {
    output_of("printf 12345 > " + (directory / two.hex()).native());
  }
  SUBCASE("another id") {
    output_of("printf '" + one.hex() + "\\n' > " + (directory / two.hex()).native());
  }
  CHECK(place.versions(refs, one, 1) == 0);
  refs.write({many(one, 8, two)});
  CHECK(refs.given(giver, one, {label(1)}).at(0).at(0).rev == two);
  CHECK(place.count() == 8);
}

TEST_CASE("loose and packed refs are removed") {
  const Place place;
  const Refs refs(place.git);
  refs.write({many(one, 8, two)});
  refs.write({many(one, 1, two, 8)});
  auto names = refs.all();
  std::erase_if(names, [](const CachedName& name) { return name.label == label(2) || name.label == label(3); });
  refs.remove(names);
  CHECK(place.count() == 2);
  CHECK(refs.all().size() == 2);
}

TEST_CASE("concurrent writers lose no refs") {
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

TEST_CASE("if the lock of the refs is not released in time, refs are written loose") {
  const Place place;
  const FileDescriptor held = take_names_lock(place.git);
  REQUIRE(held);
  const Refs refs(place.git);
  refs.write({many(one, 20, one)});
  CHECK(place.is_loose(one, 0));
  CHECK(place.count() == 20);
}
