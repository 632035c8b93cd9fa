#include "eval/sandbox/obstacle.h"

#include <cerrno>
#include <fstream>

#include <doctest/doctest.h>

#include "tests/temporary_directory.h"

namespace eka::eval {
namespace {

namespace fs = std::filesystem;
using Step = Attempt::Step;

Obstacle told(Step step, int error, const Restrictions& restrictions) {
  const auto obstacle = explain({step, error}, restrictions);
  REQUIRE(obstacle);
  return *obstacle;
}

TEST_CASE("each restriction is named with its sysctl or flag") {
  Restrictions off;
  off.exhausted = "user.max_pid_namespaces";
  CHECK(told(Step::user_namespace, ENOSPC, off).why == "namespaces are disabled (user.max_pid_namespaces = 0)");
  CHECK(told(Step::none, 0, off).help.contains("`sysctl -w user.max_pid_namespaces=15000`"));
  CHECK(told(Step::none, 0, off).command == "sudo sysctl -w user.max_pid_namespaces=15000");

  Restrictions debian;
  debian.has_userns_clone_off = true;
  CHECK(told(Step::user_namespace, EPERM, debian).why.contains("kernel.unprivileged_userns_clone = 0"));
  CHECK(told(Step::user_namespace, EPERM, debian).help.contains("`sysctl -w kernel.unprivileged_userns_clone=1`"));

  Restrictions ubuntu;
  ubuntu.has_apparmor_restriction = true;
  for (const Step step : {Step::user_namespace, Step::user_map, Step::other_namespaces, Step::mount}) {
    CHECK(told(step, EACCES, ubuntu).why.contains("AppArmor"));
    CHECK(told(step, EACCES, ubuntu).help.contains("`sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`"));
    CHECK_FALSE(told(step, EACCES, ubuntu).help.contains("container\" ("));  // not in a container
  }

  Restrictions docker;
  docker.has_seccomp_filter = true;
  docker.is_in_container = true;
  for (const int error : {EPERM, ENOSYS}) {
    CHECK(told(Step::user_namespace, error, docker).why.contains("seccomp"));
    CHECK(told(Step::user_namespace, error, docker).help.contains("--security-opt seccomp=unconfined"));
    CHECK(told(Step::user_namespace, error, docker).help.contains("EKA_PLAN_SANDBOX=container"));
  }
  docker.apparmor_profile = "docker-default (enforce)";
  CHECK(told(Step::mount, EACCES, docker).why ==
        "mounting file systems is forbidden by the AppArmor profile docker-default (enforce)");

  Restrictions root;
  root.is_root = true;
  CHECK(told(Step::user_map, EPERM, root).why.contains("CAP_SETFCAP"));
  CHECK(told(Step::user_map, EPERM, root).help.contains("`--cap-add SETFCAP`"));

  Restrictions chroot;
  chroot.is_in_chroot = true;
  CHECK(told(Step::user_namespace, EPERM, chroot).why.contains("chroot"));
  CHECK(told(Step::user_namespace, EINVAL, Restrictions()).why == "the kernel has no user namespaces");
}

TEST_CASE("if every step succeeds, there is no obstacle") {
  CHECK_FALSE(explain(Attempt(), Restrictions()));
}

TEST_CASE("restrictions are read from /proc") {
  test::TemporaryDirectory directory;
  const auto write = [&](const std::string& file, const std::string& text) {
    fs::create_directories((directory.path() / file).parent_path());
    std::ofstream(directory.path() / file) << text;
  };
  write("proc/self/status", "Name:\teka\nUid:\t1000\t1000\t1000\t1000\nCapEff:\t0000000000000000\nSeccomp:\t2\n");
  write("proc/self/mountinfo", "1 0 0:1 / / rw - ext4 x rw\n");
  write("proc/self/attr/apparmor/current", "docker-default (enforce)\n");
  write("proc/sys/user/max_user_namespaces", "5\n");
  write("proc/sys/user/max_net_namespaces", "0\n");
  write("proc/sys/kernel/unprivileged_userns_clone", "0\n");
  write("proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1\n");
  write(".dockerenv", "");
  const auto found = Restrictions::of_this_process(directory.path());
  CHECK_FALSE(found.is_root);
  CHECK(found.capabilities == 0);
  CHECK(found.has_seccomp_filter);
  CHECK_FALSE(found.is_in_chroot);
  CHECK(found.is_in_container);
  CHECK(found.apparmor_profile == "docker-default (enforce)");
  CHECK(found.exhausted == "user.max_net_namespaces");
  CHECK(found.has_userns_clone_off);
  CHECK(found.has_apparmor_restriction);
  write("proc/self/status", "Uid:\t0\t0\t0\t0\nCapEff:\t000001ffffffffff\nSeccomp:\t0\n");
  write("proc/self/mountinfo", "1 0 0:1 / /proc rw - proc x rw\n");
  const auto root = Restrictions::of_this_process(directory.path());
  CHECK(root.is_root);
  CHECK(root.is_in_chroot);
  CHECK_FALSE(root.has_apparmor_restriction);  // not for root
  CHECK_FALSE(root.has_seccomp_filter);
}

}  // namespace
}  // namespace eka::eval
