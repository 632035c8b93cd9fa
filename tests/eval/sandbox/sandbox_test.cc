#include "eval/sandbox/sandbox.h"

#include <doctest/doctest.h>

namespace eka::eval {
namespace {

std::string lines(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (word.starts_with('-') && !text.empty() ? "\n" : " ") + word;
  return text;
}

const Sandbox example{.bwrap = "/usr/bin/bwrap",
                      .nix_instantiate = "/usr/bin/nix-instantiate",
                      .libraries = {"/lib64/ld.so", "/lib/libc.so.6"},
                      .expressions = "/usr/share/eka/nix",
                      .store = "/cache/eval-1/store",
                      .sources = {{.outside = "/cache/trees/1", .inside = "/nix/store/1-a"},
                                  {.outside = "/cache/trees/2", .inside = "/nix/store/2-=CE=BB"}},
                      .system = "x86_64-linux",
                      .launcher = {},
                      .root = {}};

TEST_CASE("the arguments of bwrap") {
  const SandboxArguments arguments = sandbox_arguments(example, 7);
  CHECK(lines(arguments.options) == R"( --unshare-all
--unshare-user
--disable-userns
--uid 1000
--gid 1000
--die-with-parent
--new-session
--as-pid-1
--cap-drop ALL
--clearenv
--hostname eka
--chdir /
--seccomp 7
--perms 0111
--dir /usr
--perms 0111
--dir /usr/bin
--perms 0111
--dir /lib64
--perms 0111
--dir /lib
--perms 0111
--dir /eka
--perms 0111
--dir /nix
--perms 0111
--dir /nix/store
--chmod 0111 /
--ro-bind /usr/bin/nix-instantiate /usr/bin/nix-instantiate
--ro-bind /lib64/ld.so /lib64/ld.so
--ro-bind /lib/libc.so.6 /lib/libc.so.6
--ro-bind /usr/share/eka/nix /eka/nix
--ro-bind /cache/trees/1 /nix/store/1-a
--ro-bind /cache/trees/2 /nix/store/2-=CE=BB
--bind /cache/eval-1/store /eka/store
--remount-ro /
--setenv HOME /eka/none
--setenv NIX_BIN_DIR /usr/bin
--setenv USER eka
--setenv NIX_CONF_DIR /eka/none
--setenv NIX_USER_CONF_FILES 
--setenv NIX_CONFIG restrict-eval = true
allow-import-from-derivation = false
build-users-group =
sandbox = false
allowed-uris =
substituters =
builders =
plugin-files =
experimental-features =
access-tokens =
fsync-metadata = false
gc-reserved-space = 0

--setenv GC_INITIAL_HEAP_SIZE 32M
--setenv GC_MARKERS 1)");
  CHECK(lines(arguments.command) == R"( /usr/bin/nix-instantiate
--store /eka/store
--eval
--strict
--json
--read-write-mode
--show-trace
--option system x86_64-linux
-I eka=/eka/nix
-I atom=/nix/store/1-a
-I atom=/nix/store/2-=CE=BB
-)");
}

TEST_CASE("an already mounted root is bound as a whole, with the same contents") {
  Sandbox mounted = example;
  mounted.root = "/cache/eval-1/room";
  const std::string options = lines(sandbox_arguments(mounted, 7).options);
  CHECK(options.contains(R"(
--seccomp 7
--bind /cache/eval-1/room /
--setenv HOME /eka/none
)"));
  std::string binds;
  for (const Sandbox::Bind& bind : root_binds(mounted)) {
    binds += "--ro-bind " + bind.outside + " " + bind.inside + "\n";
  }
  CHECK(lines(sandbox_arguments(example, 7).options).contains("\n" + binds + "--bind "));
  CHECK(sandbox_arguments(mounted, 7).command == sandbox_arguments(example, 7).command);
}

TEST_CASE("the launcher receives the paths to read, run and write, and the command") {
  Sandbox kept = example;
  kept.launcher = "/usr/bin/nixec";
  CHECK(lines(sandbox_arguments(kept, 7).options).contains("\n--ro-bind /usr/bin/nixec /eka/launcher\n"));
  const std::vector<std::string> bare = sandbox_arguments(example, 7).command;
  CHECK(lines(sandbox_arguments(kept, 7).command) == R"( /eka/launcher
--run /usr/bin/nix-instantiate
--run /lib64/ld.so
--read /eka/nix
--read /nix/store
--read /lib
--read /lib64
--write /eka/store
-- )" + lines(bare).substr(1));
}

TEST_CASE(
    "the fork server may read all files, write to scratch directories and mount; its children are called the same") {
  const std::string command = lines(
      fork_server_command("/usr/bin/bwrap", "/usr/bin/nix-instantiate", "/lib/fork_server.so", {"/cache/scratch"}));
  CHECK(command.starts_with(R"( /usr/bin/bwrap
--unshare-all
--unshare-user
--uid 1000
--gid 1000
--hostname eka
--die-with-parent
--new-session
--as-pid-1
--cap-drop ALL
--cap-add CAP_SYS_ADMIN
--cap-add CAP_SETPCAP
--ro-bind / /
--bind /cache/scratch /cache/scratch
--chdir /
--clearenv
--setenv HOME /eka/none
)"));
  CHECK(command.ends_with(R"(
--setenv EKA_FORK_SERVER 1
--setenv LD_PRELOAD /lib/fork_server.so
-- /usr/bin/nix-instantiate)"));
  CHECK(evaluator_command(example, inside_store, inside_expressions) == sandbox_arguments(example, 7).command);
  std::vector<std::string> inside;
  for (const Sandbox::Bind& bind : forked_binds(example)) inside.push_back(bind.inside);
  CHECK(inside == std::vector<std::string>{"/eka/nix", "/nix/store/1-a", "/nix/store/2-=CE=BB"});
}

TEST_CASE("a closure becomes a Nix string, with any content escaped") {
  CHECK(expression_for(R"({"a":"${b}\n''$$"})", "m") ==
        R"(import /eka/nix/plan.nix { mark = "m"; closure = "{\"a\":\"\${b}\\n''\$\$\"}"; })"
        "\n");
}

}  // namespace
}  // namespace eka::eval
