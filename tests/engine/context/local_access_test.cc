// Local files that a package set may use, and the effect of insteadOf on them.
#include "engine/context/local_access.h"

#include <fstream>

#include <doctest/doctest.h>

#include "tests/temporary_directory.h"

using namespace eka;
using engine::LocalAccess;
using engine::LocalOrigin;

namespace {

namespace fs = std::filesystem;

// A working tree, and a directory next to it.
class Host {
 public:
  Host() {
    for (const char* place : {"set/.git", "set/data", "shared/files", "private"}) {
      fs::create_directories(root / place);
    }
    for (const char* file : {"set/data/x", "set/.git/config", "shared/files/x", "private/key"}) {
      std::ofstream(root / file) << "x";
    }
    fs::create_symlink(root / "private", root / "set/link");
    fs::create_symlink(root / "private", root / "shared/link");
  }

  atom::Url url(const std::string& path) const { return unwrap(atom::Url::parse("file://" + (root / path).string())); }
  LocalOrigin origin(bool own) const { return {root / "set", true, own}; }

  eka::test::TemporaryDirectory directory;
  fs::path root = fs::canonical(directory.path());
};

template <class Check>
std::string refusal(Check check) {
  try {
    check();
  } catch (const Error& error) {
    CHECK(error.kind() == Kind::usage);
    CHECK(error.hint().contains("sources.local"));
    return error.message();
  }
  return "";
}

}  // namespace

TEST_CASE("a raw file outside of the working tree needs consent, even for the user's own set") {
  const Host machine;
  const std::vector<fs::path> none;
  const std::vector<fs::path> shared{machine.root / "shared"};
  for (const bool own : {true, false}) {
    const auto refused = [&](const std::vector<fs::path>& consented, const std::string& path) {
      return refusal([&] { LocalAccess(consented).check_file("source `x`", machine.url(path), machine.origin(own)); });
    };
    CHECK(refused(none, "set/data/x").empty());
    CHECK(refused(none, "shared/files/x").contains("source `x`"));
    CHECK(refused(shared, "shared/files/x").empty());
    for (const char* path : {"set/link/key", "set/.git/config", "set/../private/key", "shared/link/key",
                             "shared/../private/key", "private/key"}) {
      CAPTURE(path);
      CHECK_FALSE(refused(shared, path).empty());
    }
  }
}

TEST_CASE("a repository on this machine needs consent only for a set of another user") {
  const Host machine;
  const std::vector<fs::path> none;
  const std::vector<fs::path> shared{machine.root / "shared"};
  const auto refused = [&](const std::vector<fs::path>& consented, const std::string& path, bool own) {
    return refusal([&] { LocalAccess(consented).check_repository("set `x`", machine.url(path), machine.origin(own)); });
  };
  CHECK(refused(none, "private", true).empty());
  CHECK(refused(none, "private", false).contains("belongs to another user"));
  CHECK(refused(none, "set/data", false).empty());
  CHECK(refused(shared, "shared/files", false).empty());
  CHECK_FALSE(refused(shared, "shared/link", false).empty());
}

TEST_CASE("a network URL rewritten by insteadOf to a raw file needs consent for that file") {
  const Host machine;
  const std::vector<fs::path> none;
  const std::vector<fs::path> shared{machine.root / "shared"};
  const auto named = unwrap(atom::Url::parse("https://files.example/x"));
  const auto refused = [&](const std::vector<fs::path>& consented, const std::string& path) {
    return refusal([&] { LocalAccess(consented).check_rewritten(named, machine.url(path)); });
  };
  CHECK(refused(none, "shared/files/x").contains("https://files.example/x is rewritten"));
  CHECK(refused(shared, "shared/files/x").empty());
  CHECK_FALSE(refused(shared, "shared/link/key").empty());
  CHECK_FALSE(refused(shared, "shared/../private/key").empty());
}

TEST_CASE("consent for everything does not include file systems of the kernel") {
  const Host machine;
  const std::vector<fs::path> all{"/"};
  const auto refused = [&](const std::string& path) {
    const auto url = unwrap(atom::Url::parse("file://" + path));
    return refusal([&] { LocalAccess(all).check_file("source `x`", url, machine.origin(true)); });
  };
  CHECK(refused((machine.root / "private/key").string()).empty());
  for (const char* path : {"/proc/version", "/sys/kernel", "/dev/null"}) CHECK_FALSE(refused(path).empty());
}
