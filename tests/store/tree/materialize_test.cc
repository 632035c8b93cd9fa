// Materialized trees: modes, links, atomicity, repair.
#include <filesystem>
#include <fstream>
#include <thread>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "coro/task/task_group.h"
#include "store/disk/disk.h"
#include "store/tree/tree_writer.h"
#include "tests/store/cache_fixture.h"
#include "tests/store/pack_builder.h"

using namespace eka;
using namespace eka::test;

namespace {

namespace fs = std::filesystem;

struct stat status_of(const fs::path& path) {
  struct stat status{};
  REQUIRE(::lstat(path.c_str(), &status) == 0);
  return status;
}

mode_t mode_of(const fs::path& path) {
  return status_of(path).st_mode & 07777;
}

std::string content_of(const fs::path& path) {
  const auto content = store::read_file(path, 1 << 20);
  REQUIRE(content);
  return *content;
}

}  // namespace

TEST_CASE("files, directories and links are written exactly, with fixed times") {
  CacheFixture fixture;
  PackBuilder builder;
  const auto text = builder.blob("line\r\n$Format:%H$\n");
  const auto attributes = builder.blob("* export-subst eol=lf filter=evil\n");
  const auto inner = builder.directory({{{"100755", "run"}, text}, {{"100664", "old"}, text}});
  const auto tree = builder.directory({{{"100644", "f"}, text},
                                       {{"100644", ".gitattributes"}, attributes},
                                       {{"100644", ".gitmodules"}, text},
                                       {{"40000", "d"}, inner},
                                       {{"40000", "empty"}, builder.tree("")}});
  fixture.accept(builder.pack(), {tree});
  const mode_t before = ::umask(0077);
  const fs::path place = fixture.run(fixture.cache().trees().materialize(tree));
  ::umask(before);
  CHECK(place == fixture.root() / "trees" / tree.hex());
  CHECK(content_of(place / "f") == "line\r\n$Format:%H$\n");
  CHECK(mode_of(place) == 0755);
  CHECK(mode_of(place / "f") == 0444);
  CHECK(mode_of(place / "d") == 0755);
  CHECK(mode_of(place / "d" / "run") == 0555);
  CHECK(mode_of(place / "d" / "old") == 0444);
  CHECK(mode_of(place / "empty") == 0755);
  for (const fs::path& path : {place, place / "f", place / "d", place / "d" / "run", place / "empty"}) {
    CHECK(status_of(path).st_mtime == 1);
  }
  CHECK(fixture.leftovers().empty());
}

TEST_CASE("links are stored with any target and never followed") {
  CacheFixture fixture;
  const TemporaryDirectory outside;
  PackBuilder builder;
  const auto link = [&](const std::string& target) { return builder.blob(target); };
  const auto tree = builder.directory({{{"120000", "absolute"}, link(outside.path())},
                                       {{"120000", "escaping"}, link("../../../../etc")},
                                       {{"120000", "dangling"}, link("nowhere")},
                                       {{"120000", "loop"}, link("loop")},
                                       {{"120000", "long"}, link(std::string(4000, 'x'))}});
  const auto too_long = builder.directory({{{"120000", "l"}, link(std::string(5000, 'x'))}});
  const auto nowhere = builder.directory({{{"120000", "l"}, link("")}});
  fixture.accept(builder.pack(), {tree, too_long, nowhere});
  const fs::path place = fixture.run(fixture.cache().trees().materialize(tree));
  CHECK(fs::read_symlink(place / "absolute") == outside.path());
  CHECK(fs::read_symlink(place / "escaping") == "../../../../etc");
  CHECK(fs::read_symlink(place / "dangling") == "nowhere");
  CHECK(fs::read_symlink(place / "loop") == "loop");
  CHECK(fs::read_symlink(place / "long").native().size() == 4000);
  CHECK(fs::is_empty(outside.path()));
  for (const auto& refused : {too_long, nowhere}) {
    CHECK_THROWS_AS(fixture.run(fixture.cache().trees().materialize(refused)), Error);
    CHECK_FALSE(fs::exists(fixture.root() / "trees" / refused.hex()));
  }
  CHECK(fixture.leftovers().empty());
}

TEST_CASE("a directory replaced by a link is not entered") {
  const TemporaryDirectory directory;
  const fs::path root = directory.path() / "root";
  fs::create_directories(root / "a" / "b");
  fs::create_directories(directory.path() / "outside" / "b");
  const store::FileDescriptor descriptor(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  CHECK(store::open_directory_beneath(descriptor.get(), "a/b"));
  CHECK(store::open_directory_beneath(descriptor.get(), ""));
  fs::rename(root / "a", root / "moved");
  fs::create_directory_symlink(directory.path() / "outside", root / "a");
  CHECK_THROWS_AS(store::open_directory_beneath(descriptor.get(), "a/b"), Error);
  CHECK_THROWS_AS(store::open_directory_beneath(descriptor.get(), "a"), Error);
  CHECK_THROWS_AS(store::open_directory_beneath(descriptor.get(), "../outside"), Error);
}

TEST_CASE("a tree with a path too long for file systems is rejected before anything is written") {
  CacheFixture fixture;
  PackBuilder builder;
  auto tree = builder.directory({{{"100644", "f"}, builder.blob("x")}});
  for (int i = 0; i < 20; ++i) tree = builder.directory({{{"40000", std::string(200, 'd')}, tree}});
  try {
    fixture.accept(builder.pack(), {tree});
    FAIL("it was taken");
  } catch (const Error& error) {
    CHECK(error.kind() == Kind::integrity);
    CHECK(error.message().contains("a path longer than"));
  }
  CHECK(fixture.leftovers().empty());
}

TEST_CASE("the limits of paths and names, to the byte") {
  CacheFixture fixture;
  const auto admits = [&](const std::string& name, int directories) -> std::string {
    PackBuilder builder;
    auto tree = builder.directory({{{"100644", name}, builder.blob("x")}});
    for (int i = 0; i < directories; ++i) tree = builder.directory({{{"40000", std::string(200, 'd')}, tree}});
    try {
      fixture.accept(builder.pack(), {tree});
    } catch (const Error& error) {
      CHECK(error.kind() == Kind::integrity);
      return error.message();
    }
    fixture.run(fixture.cache().trees().materialize(tree));
    return "";
  };
  CHECK(admits(std::string(57, 'f'), 15).empty());  // 15 * 201 + 57 = 3072
  CHECK(admits(std::string(58, 'f'), 15).contains("a path longer than 3072 bytes"));
  CHECK(admits(std::string(255, 'f'), 0).empty());
  CHECK(admits(std::string(256, 'f'), 0).contains("longer than 255 bytes"));
  CHECK(fixture.leftovers().empty());
}

TEST_CASE("deep, read-only and unreadable directories can be removed") {
  const TemporaryDirectory directory;
  const fs::path top = directory.path() / "top";
  fs::create_directory(top);
  std::ofstream(directory.path() / "outside") << "x";
  store::FileDescriptor here(::open(top.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const std::string name(200, 'd');
  for (int i = 0; i < 3000; ++i) {
    REQUIRE(::mkdirat(here.get(), name.c_str(), 0700) == 0);
    REQUIRE(::symlinkat((directory.path() / "outside").c_str(), here.get(), "link") == 0);
    store::FileDescriptor next(::openat(here.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    ::fchmod(here.get(), i % 2 == 0 ? 0555 : 0);
    here = std::move(next);
  }
  here.reset();
  store::remove_tree(top);
  CHECK_FALSE(fs::exists(fs::symlink_status(top)));
  CHECK(fs::exists(directory.path() / "outside"));
}

TEST_CASE("an existing name is never written through") {
  CacheFixture fixture;
  const TemporaryDirectory directory;
  PackBuilder builder;
  const auto tree = builder.directory({{{"100644", "f"}, builder.blob("x")}});
  fixture.accept(builder.pack(), {tree});
  auto objects = store::Objects::of_cache(fixture.root() / "git" / "objects");
  const fs::path victim = directory.path() / "victim";
  fs::create_directory(directory.path() / "out");
  fs::create_symlink(victim, directory.path() / "out" / "f");
  try {
    store::write_tree(objects, tree, directory.path() / "out");
    FAIL("it was written");
  } catch (const Error& error) {
    // The error of a file system that does not distinguish two names.
    CHECK(error.kind() == Kind::integrity);
  }
  CHECK_FALSE(fs::exists(victim));
}

TEST_CASE("concurrent requests write a tree once") {
  CacheFixture fixture;
  PackBuilder builder;
  std::vector<std::pair<std::pair<std::string, std::string>, atom::ObjectId>> entries;
  for (int i = 0; i < 200; ++i) {
    entries.push_back({{"100644", "file" + std::to_string(i)}, builder.blob("content " + std::to_string(i))});
  }
  const auto tree = builder.directory(std::move(entries));
  fixture.accept(builder.pack(), {tree});
  std::vector<coro::Task<fs::path>> tasks;
  for (int i = 0; i < 10; ++i) tasks.push_back(fixture.cache().trees().materialize(tree));
  const auto places = fixture.run(coro::all(std::move(tasks)));
  for (const fs::path& place : places) CHECK(place == places.front());
  CHECK(content_of(places.front() / "file199") == "content 199");
  CHECK(fixture.leftovers().empty());
}

TEST_CASE("a tree that was not checked since boot is compared, and replaced if damaged") {
  CacheFixture fixture;
  PackBuilder builder;
  const auto inner = builder.directory({{{"100644", "g"}, builder.blob("inner")}});
  const auto tree = builder.directory({{{"100644", "f"}, builder.blob("text")}, {{"40000", "d"}, inner}});
  fixture.accept(builder.pack(), {tree});
  const fs::path place = fixture.run(fixture.cache().trees().materialize(tree));
  const auto inode = status_of(place).st_ino;
  const auto forget_the_boot = [&] {
    fixture.close();
    for (const char* file : {"eka.db", "eka.db-wal", "eka.db-shm"}) fs::remove(fixture.root() / file);
    fixture.reopen();
  };
  SUBCASE("valid: it is kept") {
    forget_the_boot();
    CHECK(fixture.run(fixture.cache().trees().materialize(tree)) == place);
    CHECK(status_of(place).st_ino == inode);
  }
  SUBCASE("damaged in any way: it is replaced") {
    SUBCASE("a file is empty") {
      ::chmod((place / "d" / "g").c_str(), 0644);
      std::ofstream(place / "d" / "g", std::ios::trunc).close();
      ::chmod((place / "d" / "g").c_str(), 0444);
    }
    SUBCASE("a file is missing") {
      ::chmod((place / "d").c_str(), 0755);
      fs::remove(place / "d" / "g");
    }
    SUBCASE("a file was added") {
      ::chmod(place.c_str(), 0755);
      std::ofstream(place / "extra") << "x";
    }
    SUBCASE("a mode has changed") {
      ::chmod((place / "f").c_str(), 04755);
    }
    SUBCASE("a directory became a link") {
      ::chmod(place.c_str(), 0755);
      ::chmod((place / "d").c_str(), 0755);
      fs::rename(place / "d", fixture.root().parent_path() / "elsewhere");
      fs::create_directory_symlink(fixture.root().parent_path() / "elsewhere", place / "d");
    }
    forget_the_boot();
    CHECK(fixture.run(fixture.cache().trees().materialize(tree)) == place);
    CHECK(content_of(place / "d" / "g") == "inner");
    CHECK(mode_of(place / "f") == 0444);
    CHECK(fs::is_directory(fs::symlink_status(place / "d")));
    CHECK_FALSE(fs::exists(place / "extra"));
    CHECK(mode_of(place) == 0755);
  }
  CHECK(fixture.leftovers().empty());
}

TEST_CASE("an interrupted removal is detected even without a reboot") {
  CacheFixture fixture;
  PackBuilder builder;
  const auto tree = builder.directory({{{"100644", "a"}, builder.blob("a")}, {{"100644", "b"}, builder.blob("b")}});
  fixture.accept(builder.pack(), {tree});
  const fs::path place = fixture.run(fixture.cache().trees().materialize(tree));
  fs::remove(place / "a");
  CHECK(fixture.run(fixture.cache().trees().materialize(tree)) == place);
  CHECK(content_of(place / "a") == "a");
}
