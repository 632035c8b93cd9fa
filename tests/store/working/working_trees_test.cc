// Working trees in the cache: what is written, shared and repaired.
#include <fstream>
#include <thread>

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "store/disk/disk.h"
#include "store/pack/new_objects.h"
#include "tests/store/cache_fixture.h"

using namespace eka;
using namespace eka::test;

namespace {

namespace fs = std::filesystem;

void put(const fs::path& file, const std::string& content) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::trunc) << content;
}

struct stat status_of(const fs::path& path) {
  struct stat status{};
  REQUIRE(::lstat(path.c_str(), &status) == 0);
  return status;
}

std::string text_in(const fs::path& file) {
  return store::read_file(file, 1 << 20).value_or("missing");
}

// A file of the cache, overwritten as a faulty disk might: with the same size, mode and time.
void damage(const fs::path& file) {
  const auto status = status_of(file);
  const auto content = text_in(file);
  ::chmod(file.c_str(), 0644);
  std::ofstream(file, std::ios::trunc) << std::string(content.size(), '#');
  ::chmod(file.c_str(), status.st_mode & 07777);
  const std::array<timespec, 2> times{status.st_mtim, status.st_mtim};
  ::utimensat(AT_FDCWD, file.c_str(), times.data(), 0);
}

struct WorkingTree {
  CacheFixture fixture;
  TemporaryDirectory directory;
  fs::path root = directory.path() / "set";

  WorkingTree() {
    fs::create_directory(root);
    git("init -q .");
    put(root / "changing", "first");
    put(root / "d/e/same", "same");
    put(root / "d/run", "#!/bin/sh\n");
    fs::permissions(root / "d/run", fs::perms::owner_all);
    put(root / "d.x/f", "f");
    fs::create_symlink("d/run", root / "link");
  }

  std::string git(const std::string& what) const {
    return output_of("cd '" + root.string() + "' && HOME=/ GIT_CONFIG_NOSYSTEM=1 git " + what);
  }
  atom::ObjectId take() {
    const auto tree = fixture.run(fixture.cache().working_trees().take(root));
    fixture.cache().working_trees().keep(tree);
    return tree;
  }
  fs::path lay_out(const atom::ObjectId& tree) { return fixture.run(fixture.cache().trees().materialize(tree)); }
  std::size_t loose_objects() const {
    std::size_t count = 0;
    for (const auto& entry : fs::recursive_directory_iterator(fixture.root() / "git/objects")) {
      if (entry.is_regular_file() && entry.path().parent_path().filename().native().size() == 2) ++count;
    }
    return count;
  }
  void forget_the_boot() {
    fixture.close();
    for (const char* file : {"eka.db", "eka.db-wal", "eka.db-shm"}) fs::remove(fixture.root() / file);
    fixture.reopen();
  }
};

}  // namespace

TEST_CASE("working tree: the tree is the one that git writes, before and after changes") {
  WorkingTree work;
  const auto same_as_git = [&] {
    work.git("add -A .");
    CHECK(work.take().hex() + "\n" == work.git("write-tree"));
  };
  same_as_git();
  put(work.root / "changing", "later");
  same_as_git();
  put(work.root / "d/e/new", "new");
  fs::remove(work.root / "d/run");
  same_as_git();
  fs::permissions(work.root / "d/e/new", fs::perms::owner_all);
  same_as_git();
  fs::remove(work.root / "changing");
  put(work.root / "changing/now/a/directory", "x");
  same_as_git();
  same_as_git();
}

TEST_CASE("working tree: a file that changes again and again within a moment is never missed") {
  WorkingTree work;
  for (int i = 0; i < 30; ++i) {
    put(work.root / "changing", std::to_string(i + 100));
    const auto place = work.lay_out(work.take());
    CHECK(text_in(place / "changing") == std::to_string(i + 100));
  }
}

TEST_CASE("working tree: many objects become one pack, a few loose ones") {
  WorkingTree work;
  for (std::size_t i = 0; i < 2 * store::NewObjects::few; ++i) {
    put(work.root / "many" / std::to_string(i), "content " + std::to_string(i));
  }
  const auto tree = work.take();
  CHECK(work.fixture.pack_count() == 1);
  CHECK(work.loose_objects() == 0);
  CHECK(text_in(work.lay_out(tree) / "many/7") == "content 7");
  put(work.root / "many/7", "changed");
  const auto changed = work.take();
  CHECK(work.fixture.pack_count() == 1);
  CHECK(work.loose_objects() == 3);  // the file, its directory, the root
  CHECK(text_in(work.lay_out(changed) / "many/7") == "changed");
  CHECK(work.fixture.audit().findings.empty());
  CHECK(work.fixture.leftovers().empty());
}

TEST_CASE("working tree: directories share the files that have not changed") {
  WorkingTree work;
  const auto before = work.lay_out(work.take());
  put(work.root / "changing", "second");
  put(work.root / "d/new", "new");
  const auto after = work.lay_out(work.take());
  REQUIRE(before != after);
  CHECK(text_in(before / "changing") == "first");
  CHECK(text_in(after / "changing") == "second");
  CHECK(text_in(after / "d/new") == "new");
  CHECK(status_of(after / "changing").st_nlink == 1);
  for (const char* file : {"d/e/same", "d/run", "d.x/f"}) {
    CHECK(status_of(before / file).st_ino == status_of(after / file).st_ino);
  }
  CHECK(fs::read_symlink(after / "link") == "d/run");
  CHECK(work.fixture.audit().findings.empty());

  SUBCASE("a damaged file is found in both, and each gets its own") {
    damage(after / "d/e/same");
    CHECK(work.fixture.audit().findings.size() == 2);
    const auto trees = std::vector{*atom::ObjectId::parse(before.filename().string()),
                                   *atom::ObjectId::parse(after.filename().string())};
    SUBCASE("after a power loss") {
      work.forget_the_boot();
    }
    SUBCASE("by a repair") {
      work.fixture.audit(store::Repair::yes);
    }
    for (const auto& tree : trees) CHECK(text_in(work.lay_out(tree) / "d/e/same") == "same");
    CHECK(work.fixture.audit().findings.empty());
  }
  SUBCASE("a file whose mode or time is not the one that was written is not shared") {
    SUBCASE("mode") {
      ::chmod((after / "d/e/same").c_str(), 0644);
    }
    SUBCASE("time") {
      ::utimensat(AT_FDCWD, (after / "d/e/same").c_str(), nullptr, 0);
    }
    put(work.root / "changing", "third");
    const auto last = work.lay_out(work.take());
    CHECK(status_of(last / "d/e/same").st_nlink == 1);
    CHECK(status_of(last / "d/run").st_ino == status_of(after / "d/run").st_ino);
  }
  SUBCASE("a directory that was not checked since the machine started lends nothing") {
    work.forget_the_boot();
    put(work.root / "changing", "third");
    CHECK(status_of(work.lay_out(work.take()) / "d/e/same").st_nlink == 1);
  }
}

TEST_CASE("working tree: objects that are gone or damaged are written again") {
  WorkingTree work;
  const auto tree = work.take();
  const auto objects = work.fixture.root() / "git/objects";
  const auto blob = atom::ObjectId::of("blob", "same").hex();
  const auto file = objects / blob.substr(0, 2) / blob.substr(2);
  REQUIRE(fs::exists(file));
  SUBCASE("gone, and nothing says that they are there") {
    work.fixture.cache().facts().forget_all(store::Fact::whole);
    fs::remove(file);
  }
  SUBCASE("torn by a power loss") {
    ::chmod(file.c_str(), 0644);
    std::ofstream(file, std::ios::trunc).close();
    work.forget_the_boot();
  }
  SUBCASE("found to be damaged when they were read") {
    ::chmod(file.c_str(), 0644);
    std::ofstream(file, std::ios::trunc) << "not zlib";
    CHECK_THROWS_AS(work.lay_out(tree), Error);
  }
  CHECK(work.take() == tree);
  CHECK(text_in(work.lay_out(tree) / "d/e/same") == "same");
}
