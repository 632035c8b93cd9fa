#include "coro/run/allowance.h"

#include <fstream>
#include <string>

#include <doctest/doctest.h>

#include "tests/temporary_directory.h"

namespace eka::coro {
namespace {

namespace fs = std::filesystem;

// A root directory with the files that describe control groups.
class FakeRoot {
 public:
  void write(const std::string& file, const std::string& text) {
    const fs::path path = directory_.path() / file;
    fs::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }
  void group(const std::string& text) { write("proc/self/cgroup", text); }
  void mounts(const std::string& text) { write("proc/self/mountinfo", text); }
  Allowance allowance() { return Allowance::of_this_process(directory_.path()); }

 private:
  test::TemporaryDirectory directory_;
};

constexpr const char* unified = "29 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";

TEST_CASE("without control groups, nothing is limited") {
  FakeRoot root;
  const Allowance allowance = root.allowance();
  CHECK_FALSE(allowance.quota);
  CHECK_FALSE(allowance.memory_bytes);
  CHECK_FALSE(allowance.memory_left);
  CHECK(allowance.processors >= 1);
}

TEST_CASE("version 2: the lowest limit of all levels") {
  FakeRoot root;
  root.group("0::/user.slice/build.scope\n");
  root.mounts(unified);
  root.write("sys/fs/cgroup/user.slice/cpu.max", "150000 100000\n");
  root.write("sys/fs/cgroup/user.slice/build.scope/cpu.max", "400000 100000\n");
  root.write("sys/fs/cgroup/user.slice/memory.max", "max\n");
  root.write("sys/fs/cgroup/user.slice/memory.high", "1073741824\n");
  root.write("sys/fs/cgroup/user.slice/build.scope/memory.max", "2147483648\n");
  CHECK(root.allowance().quota == 2);  // one and a half
  CHECK(root.allowance().memory_bytes == 1073741824);
  root.write("sys/fs/cgroup/user.slice/build.scope/cpu.max", "50000 100000\n");
  root.write("sys/fs/cgroup/user.slice/build.scope/memory.max", "536870912\n");
  CHECK(root.allowance().quota == 1);
  CHECK(root.allowance().processors == 1);
  CHECK(root.allowance().memory_bytes == 536870912);
}

TEST_CASE("version 2: a limit of the root itself, as a container with its own namespace sees it") {
  FakeRoot root;
  root.group("0::/\n");
  root.mounts(unified);
  root.write("sys/fs/cgroup/cpu.max", "100000 100000\n");
  root.write("sys/fs/cgroup/memory.max", "268435456\n");
  CHECK(root.allowance().quota == 1);
  CHECK(root.allowance().memory_bytes == 268435456);
}

TEST_CASE("what is left of the memory is the least of all levels") {
  FakeRoot root;
  root.group("0::/a/b\n");
  root.mounts(unified);
  root.write("sys/fs/cgroup/a/memory.max", "1000000\n");
  root.write("sys/fs/cgroup/a/memory.current", "900000\n");
  root.write("sys/fs/cgroup/a/b/memory.max", "600000\n");
  root.write("sys/fs/cgroup/a/b/memory.current", "100000\n");
  CHECK(root.allowance().memory_bytes == 600000);
  CHECK(root.allowance().memory_left == 100000);
  root.write("sys/fs/cgroup/a/memory.current", "1000001\n");
  CHECK(root.allowance().memory_left == 0);
}

TEST_CASE("version 2: no limit") {
  FakeRoot root;
  root.group("0::/a\n");
  root.mounts(unified);
  root.write("sys/fs/cgroup/a/cpu.max", "max 100000\n");
  root.write("sys/fs/cgroup/a/memory.max", "max\n");
  CHECK_FALSE(root.allowance().quota);
  CHECK_FALSE(root.allowance().memory_bytes);
}

TEST_CASE("version 1: controllers in hierarchies of their own, limits at all levels") {
  FakeRoot root;
  root.group("5:cpu,cpuacct:/docker/c1\n4:memory:/docker/c1/below\n1:name=systemd:/\n0::/\n");
  root.mounts(
      "30 29 0:27 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
      "31 29 0:28 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
      "32 29 0:29 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n");
  root.write("sys/fs/cgroup/cpu,cpuacct/docker/cpu.cfs_quota_us", "300000\n");
  root.write("sys/fs/cgroup/cpu,cpuacct/docker/cpu.cfs_period_us", "100000\n");
  root.write("sys/fs/cgroup/cpu,cpuacct/docker/c1/cpu.cfs_quota_us", "-1\n");
  root.write("sys/fs/cgroup/cpu,cpuacct/docker/c1/cpu.cfs_period_us", "100000\n");
  root.write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  root.write("sys/fs/cgroup/memory/docker/c1/memory.limit_in_bytes", "1000000000\n");
  root.write("sys/fs/cgroup/memory/docker/c1/below/memory.limit_in_bytes", "9223372036854771712\n");
  CHECK(root.allowance().quota == 3);
  CHECK(root.allowance().memory_bytes == 1000000000);
  root.write("sys/fs/cgroup/memory/docker/c1/memory.limit_in_bytes", "9223372036854771712\n");
  CHECK_FALSE(root.allowance().memory_bytes);
}

TEST_CASE("a container without a namespace of control groups sees only its own, at the root of the mount") {
  for (const char* const seen : {"/docker/c1", "/docker/c1/below"}) {
    FakeRoot root;
    root.group(std::string("4:memory:") + seen + "\n");
    root.mounts("31 29 0:28 /docker/c1 /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n");
    root.write("sys/fs/cgroup/memory/memory.limit_in_bytes", "300000000\n");
    root.write("sys/fs/cgroup/memory/below/memory.limit_in_bytes", "400000000\n");
    CHECK(root.allowance().memory_bytes == 300000000);
  }
  FakeRoot root;
  root.group("0::/../other\n");
  root.mounts("31 29 0:28 / /a\\040b ro - cgroup2 cgroup rw\n");
  root.write("a b/memory.max", "300000000\n");
  CHECK(root.allowance().memory_bytes == 300000000);
}

TEST_CASE("text that is not as documented does not limit") {
  FakeRoot root;
  root.group("x\n\n0:\n0::/a\n");
  root.mounts(std::string("y\n - \n") + unified);
  root.write("sys/fs/cgroup/a/cpu.max", "0 0\n");
  root.write("sys/fs/cgroup/a/memory.max", "-5\n");
  CHECK_FALSE(root.allowance().quota);
  CHECK_FALSE(root.allowance().memory_bytes);
}

}  // namespace
}  // namespace eka::coro
