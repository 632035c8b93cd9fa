// Which directories are accepted as a cache, and the permissions of files created in it.
#include "store/disk/cache_owner.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "store/disk/disk.h"
#include "tests/store/cache_fixture.h"
#include "tests/store/pack_builder.h"
#include "tests/temporary_directory.h"

using namespace eka;
using namespace eka::test;
namespace fs = std::filesystem;

namespace {

constexpr uid_t somebody = 12345;

class Places {
 public:
  fs::path make(const char* name, mode_t mode) const {
    const fs::path path = directory_.path() / name;
    REQUIRE(::mkdir(path.c_str(), 0700) == 0);
    REQUIRE(::chmod(path.c_str(), mode) == 0);
    return path;
  }
  fs::path path(const char* name) const { return directory_.path() / name; }

 private:
  TemporaryDirectory directory_;
};

// The error message; empty if the directory is accepted.
std::string refusal(const fs::path& root) {
  try {
    store::trusted_cache_root(root);
    return {};
  } catch (const Error& error) {
    CHECK(error.kind() == Kind::failure);
    CHECK(error.hint().find("EKA_CACHE_ROOT") != std::string::npos);
    return error.message();
  }
}

bool says(const std::string& message, const std::string& words) {
  return message.find(words) != std::string::npos;
}

// The paths in the directory that other users may read, write or enter; `skipped` is not searched.
std::vector<std::string> open_to_others(const fs::path& directory, const fs::path& skipped) {
  std::vector<std::string> out;
  for (fs::recursive_directory_iterator entry(directory), end; entry != end; ++entry) {
    if (entry->path().parent_path() == skipped && entry->path().filename() != ".incoming") {
      entry.disable_recursion_pending();
      continue;
    }
    struct stat status{};
    REQUIRE(::lstat(entry->path().c_str(), &status) == 0);
    if (!S_ISLNK(status.st_mode) && (status.st_mode & 077) != 0) out.push_back(entry->path().string());
  }
  return out;
}

class Umask {
 public:
  explicit Umask(mode_t mask) : before_(::umask(mask)) {}
  ~Umask() { ::umask(before_); }
  Umask(const Umask&) = delete;
  Umask& operator=(const Umask&) = delete;

 private:
  mode_t before_;
};

}  // namespace

TEST_CASE("a cache is rejected if other users can write to it or a parent directory") {
  const Places places;
  places.make("open", 0777);
  places.make("open/cache", 0700);
  places.make("sticky", 01777);
  places.make("sticky/cache", 0700);
  places.make("group", 0770);
  ::mkdir(places.path("read").c_str(), 0755);
  CHECK(refusal(places.path("read")).empty());
  CHECK(refusal(places.path("absent")).empty());
  CHECK(refusal(places.path("absent/below/absent")).empty());
  CHECK(says(refusal(places.path("open")), "is writable by other users"));
  CHECK(says(refusal(places.path("open/cache")), places.path("open").string() + " is writable by other users"));
  CHECK(says(refusal(places.path("open/absent")), "is writable by other users"));
  CHECK(says(refusal(places.path("sticky")), "is writable by other users"));
  CHECK(refusal(places.path("sticky/cache")).empty());
  CHECK(refusal(places.path("sticky/absent")).empty());
  if (::geteuid() == 0 && ::chown(places.path("group").c_str(), 0, 54321) == 0) {
    CHECK(says(refusal(places.path("group")), "is writable by other users"));
  }
  std::ofstream(places.path("file")) << "x";
  CHECK(says(refusal(places.path("file")), "is not a directory"));
}

TEST_CASE("a cache or parent directory of another user is rejected") {
  if (::geteuid() != 0) {
    MESSAGE("skipped: only root can give files to others");
    return;
  }
  const Places places;
  places.make("theirs", 0755);
  places.make("theirs/cache", 0700);
  places.make("theirs-sticky", 01777);
  places.make("theirs-sticky/cache", 0700);
  places.make("ours", 0700);
  places.make("ours/cache", 0700);
  for (const char* name : {"theirs", "theirs-sticky", "ours/cache"})
    REQUIRE(::chown(places.path(name).c_str(), somebody, somebody) == 0);
  CHECK(says(refusal(places.path("theirs")), "belongs to another user (12345)"));
  CHECK(says(refusal(places.path("theirs/cache")), "belongs to another user"));
  CHECK(says(refusal(places.path("theirs/absent")), "belongs to another user"));
  CHECK(says(refusal(places.path("theirs-sticky/cache")), "belongs to another user"));
  CHECK(says(refusal(places.path("ours/cache")), "belongs to another user"));
  CHECK(refusal(places.path("ours/other")).empty());

  ::setenv("SUDO_UID", "12345", 1);
  CHECK(refusal(places.path("ours/cache")).empty());
  ::setenv("SUDO_UID", "12345x", 1);
  CHECK_FALSE(refusal(places.path("ours/cache")).empty());
  ::unsetenv("SUDO_UID");

  fs::create_directory_symlink("ours", places.path("link"));
  CHECK(refusal(places.path("link")).empty());
  REQUIRE(::lchown(places.path("link").c_str(), somebody, somebody) == 0);
  CHECK(says(refusal(places.path("link/other")), "belongs to another user"));
}

TEST_CASE("links in the path of a cache are resolved") {
  const Places places;
  places.make("real", 0700);
  fs::create_directory_symlink("real/../real", places.path("link"));
  fs::create_directory_symlink("circle", places.path("circle"));
  const auto real = fs::canonical(places.path("real"));
  CHECK(store::trusted_cache_root(places.path("link")) == real);
  CHECK(store::trusted_cache_root(places.path("link/a/b")) == real / "a" / "b");
  CHECK(store::make_cache_root(places.path("link/a/b")) == real / "a" / "b");
  CHECK(fs::is_directory(real / "a" / "b"));
  CHECK(says(refusal(places.path("circle")), "loop of symbolic links"));
}

TEST_CASE("with any umask, a cache is accessible only to its user, except for its trees") {
  for (const mode_t mask : {mode_t{0}, mode_t{077}}) {
    CAPTURE(mask);
    const Umask umask(mask);
    CacheFixture house;
    PackBuilder builder;
    const auto inner = builder.directory({{{"100755", "run"}, builder.blob("run")}});
    const auto tree = builder.directory({{{"100644", "f"}, builder.blob("text")}, {{"40000", "d"}, inner}});
    const auto commit = builder.commit_of(tree);
    house.accept(builder.pack(), {commit});
    auto written = house.cache().objects().write_commit("tree " + tree.hex() + "\n\nlocal");
    house.run(std::move(written));
    const auto label = unwrap(atom::Label::parse("thing"));
    std::vector<store::AtomName> names{{label, atom::Version(1, 0, 0), commit}};
    auto giver = store::Giver::remote(unwrap(atom::Url::parse("https://example.com/set")));
    house.run(house.cache().names().hold(std::move(giver), commit, std::move(names)));
    const auto place = house.run(house.cache().trees().materialize(tree));
    house.reopen();
    CHECK(open_to_others(house.root(), house.root() / "trees") == std::vector<std::string>{});
    CHECK(fs::status(house.root()).permissions() == fs::perms::owner_all);
    CHECK(fs::status(place / "d").permissions() == fs::perms(0755));
    CHECK(fs::status(place / "f").permissions() == fs::perms(0444));
  }
}
