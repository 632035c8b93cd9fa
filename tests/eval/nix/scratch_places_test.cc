#include "eval/nix/scratch_places.h"

#include <cstdint>
#include <fstream>
#include <string>

#include <doctest/doctest.h>
#include <unistd.h>

#include "tests/temporary_directory.h"

namespace eka::eval {
namespace {

namespace fs = std::filesystem;
using test::TemporaryDirectory;

// A directory in memory; on machines without /dev/shm, one on disk.
struct Shared {
  TemporaryDirectory directory{fs::is_directory("/dev/shm") ? fs::path("/dev/shm") : fs::temp_directory_path()};
  fs::path own = directory.path() / ("eka-" + std::to_string(::geteuid()));
};

TEST_CASE("memory is used where twice the limit is available") {
  const Shared shared;
  const ScratchPlaces places("/cache/scratch", shared.directory.path());
  CHECK(places.disk() == "/cache/scratch");
  CHECK(places.for_writing(std::uint64_t{1} << 50) == places.disk());
  CHECK(places.for_writing(UINT64_MAX) == places.disk());
  if (!places.memory()) {
    MESSAGE("not tested: this machine has no file system in memory at /dev/shm");
    return;
  }
  CHECK(*places.memory() == shared.own);
  CHECK(places.for_writing(4096) == shared.own);
  CHECK((fs::status(shared.own).permissions() & fs::perms::mask) == fs::perms::owner_all);
}

TEST_CASE("a directory that may be another user's is not used") {
  const Shared shared;
  SUBCASE("accessible to others") {
    fs::create_directory(shared.own);
    fs::permissions(shared.own, fs::perms(0755));
  }
  SUBCASE("a link") {
    fs::create_directory(shared.directory.path() / "elsewhere");
    fs::permissions(shared.directory.path() / "elsewhere", fs::perms::owner_all);
    fs::create_symlink("elsewhere", shared.own);
  }
  SUBCASE("a file") {
    std::ofstream(shared.own) << "x";
  }
  CHECK_FALSE(ScratchPlaces("/cache/scratch", shared.directory.path()).memory());
}

TEST_CASE("what is not a file system in memory is not used") {
  CHECK_FALSE(ScratchPlaces("/cache/scratch", "/proc").memory());
  CHECK_FALSE(ScratchPlaces("/cache/scratch", "/missing").memory());
}

void write_kernel_file(const fs::path& root, const std::string& file, const std::string& text) {
  fs::create_directories((root / file).parent_path());
  std::ofstream(root / file) << text;
}

TEST_CASE("available memory is read from the kernel's table") {
  const TemporaryDirectory directory;
  write_kernel_file(directory.path(), "proc/meminfo",
                    "MemTotal:       49308712 kB\nMemFree:  1 kB\nMemAvailable:   1024 kB\n");
  CHECK(available_memory(directory.path()) == 1024 * 1024);
  CHECK(available_memory(directory.path() / "missing") == 0);
}

TEST_CASE("available memory is limited by the control group of this process, not only by that of the root") {
  const TemporaryDirectory directory;
  const auto write = [&](const std::string& file, const std::string& text) {
    write_kernel_file(directory.path(), file, text);
  };
  write("proc/meminfo", "MemAvailable:   1024 kB\n");
  SUBCASE("version 2") {
    write("proc/self/cgroup", "0::/user.slice/build.scope\n");
    write("proc/self/mountinfo", "29 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
    write("sys/fs/cgroup/user.slice/build.scope/memory.max", "500000\n");
    write("sys/fs/cgroup/user.slice/build.scope/memory.current", "100000\n");
  }
  SUBCASE("version 1") {
    write("proc/self/cgroup", "4:memory:/docker/abc\n");
    write("proc/self/mountinfo", "30 23 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n");
    write("sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes", "500000\n");
    write("sys/fs/cgroup/memory/docker/abc/memory.usage_in_bytes", "100000\n");
  }
  CHECK(available_memory(directory.path()) == 400000);
}

}  // namespace
}  // namespace eka::eval
