// Files of malicious working trees.
#include "git/object/working_file.h"

#include <filesystem>
#include <fstream>
#include <string>

#include <doctest/doctest.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/temporary_directory.h"

using namespace eka;
namespace fs = std::filesystem;

namespace {

class Tree {
 public:
  Tree() { fs::create_directories(root() / "dir"); }
  fs::path root() const { return directory_.path() / "tree"; }
  fs::path outside() const { return directory_.path() / "outside"; }
  void write(const fs::path& path, std::string_view text) const { std::ofstream(root() / path) << text; }
  void link(const fs::path& target, const fs::path& path) const { fs::create_symlink(target, root() / path); }
  std::string read(const fs::path& path) const { return git::read_working_file(root(), path).value_or("(none)"); }
  // The error message.
  std::string refusal(const fs::path& path, std::uint64_t limit = git::largest_text) const {
    try {
      git::read_working_file(root(), path, limit);
    } catch (const Error& error) {
      return error.message();
    }
    return "(none)";
  }

 private:
  test::TemporaryDirectory directory_;
};

bool says(const std::string& message, const std::string& words) {
  return message.find(words) != std::string::npos;
}

void replace(const Tree& tree) {
  git::replace_working_file(tree.root(), "atom.toml", "new manifest");
}

// Runs replace() in a child that is killed when it enters its system call number `limit`. True if it completed.
bool killed_at_syscall(const Tree& tree, int limit) {
  const auto child = fork();
  if (child == 0) {
    ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    raise(SIGSTOP);
    replace(tree);
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  for (int calls = 0; calls < 2 * limit; ++calls) {
    ptrace(PTRACE_SYSCALL, child, nullptr, nullptr);
    waitpid(child, &status, 0);
    if (WIFEXITED(status)) return true;
  }
  kill(child, SIGKILL);
  waitpid(child, &status, 0);
  return false;
}

}  // namespace

TEST_CASE("files of a working tree are read, also through links inside it") {
  const Tree tree;
  tree.write("atom.toml", "text");
  tree.write("dir/atom.toml", "inner");
  tree.link("atom.toml", "link");
  tree.link("../atom.toml", "dir/up");
  tree.link("dir", "other");
  CHECK(tree.read("atom.toml") == "text");
  CHECK(tree.read("dir/atom.toml") == "inner");
  CHECK(tree.read("link") == "text");
  CHECK(tree.read("dir/up") == "text");
  CHECK(tree.read("other/atom.toml") == "inner");
  CHECK(tree.read("absent") == "(none)");
  CHECK(tree.read("atom.toml/absent") == "(none)");
  CHECK(tree.read("dir/../atom.toml") == "text");
}

TEST_CASE("links out of a working tree are rejected") {
  const Tree tree;
  std::ofstream(tree.outside()) << "secret";
  tree.link(tree.outside(), "absolute");
  tree.link("../outside", "relative");
  tree.link("..", "parent");
  tree.link("absolute", "chain");
  tree.link("/dev/zero", "zero");
  tree.link("/proc/self/environ", "environment");
  tree.link("/proc/self/root", "root");
  for (const char* path : {"absolute", "relative", "parent/outside", "chain", "zero", "environment", "root/etc/passwd",
                           "../outside", "dir/../../outside"}) {
    CAPTURE(path);
    CHECK(says(tree.refusal(path), "is outside of"));
  }
  tree.link("circle", "circle");
  CHECK(says(tree.refusal("circle"), "cannot open"));
}

TEST_CASE("special and oversized files are rejected without being read") {
  const Tree tree;
  REQUIRE(::mkfifo((tree.root() / "pipe").c_str(), 0600) == 0);
  CHECK(says(tree.refusal("pipe"), "is not a regular file"));
  CHECK(says(tree.refusal("dir"), "is not a regular file"));
  if (::mknod((tree.root() / "zero").c_str(), S_IFCHR | 0600, makedev(1, 5)) == 0) {
    CHECK(says(tree.refusal("zero"), "is not a regular file"));
  }
  tree.write("sparse", "");
  fs::resize_file(tree.root() / "sparse", std::uintmax_t{1} << 40);
  CHECK(says(tree.refusal("sparse"), "is too large: 1099511627776 bytes"));
  tree.write("text", "12345");
  CHECK(says(tree.refusal("text", 4), "over the limit of 4"));
  CHECK(tree.refusal("text", 5) == "(none)");
}

TEST_CASE("a file named by the user is read anywhere, up to the limit") {
  const Tree tree;
  std::ofstream(tree.outside()) << "text";
  tree.link(tree.outside(), "link");
  CHECK(git::read_named_file(tree.root() / "link") == "text");
  CHECK_FALSE(git::read_named_file(tree.root() / "absent"));
  const auto absent = (tree.root() / "absent").string();
  CHECK_THROWS_WITH_AS(git::read_required_file(absent),
                       ("cannot read " + absent + ": No such file or directory").c_str(), Error);
  CHECK_THROWS_WITH_AS(git::read_named_file("/dev/zero"), "/dev/zero is too large: the limit is 16777216 bytes",
                       const Error&);
}

TEST_CASE("a file is replaced atomically with its mode; a new one is created with the umask") {
  const Tree tree;
  tree.write("atom.toml", "old");
  fs::permissions(tree.root() / "atom.toml", fs::perms(0640));
  replace(tree);
  CHECK(tree.read("atom.toml") == "new manifest");
  CHECK(fs::status(tree.root() / "atom.toml").permissions() == fs::perms(0640));
  const mode_t before = ::umask(027);
  git::replace_working_file(tree.root(), "dir/atom.lock", "new lock");
  ::umask(before);
  CHECK(tree.read("dir/atom.lock") == "new lock");
  CHECK(fs::status(tree.root() / "dir" / "atom.lock").permissions() == fs::perms(0640));
  CHECK(std::distance(fs::recursive_directory_iterator(tree.root()), {}) == 3);
}

TEST_CASE("links out of a working tree are never written through") {
  const Tree tree;
  std::ofstream(tree.outside()) << "theirs";
  const auto refused = [&](const fs::path& path) {
    try {
      git::replace_working_file(tree.root(), path, "ours");
    } catch (const Error& error) {
      return says(error.message(), "is outside of");
    }
    return false;
  };
  tree.link("../outside", "atom.lock");
  tree.link("../not-yet-there", "atom.toml");
  tree.link("..", "parent");
  CHECK(refused("atom.lock"));
  CHECK(refused("atom.toml"));
  CHECK(refused("parent/outside"));
  CHECK(refused("parent/new"));
  CHECK_FALSE(fs::exists(tree.root().parent_path() / "not-yet-there"));
  CHECK_FALSE(fs::exists(tree.root().parent_path() / "new"));
  // A file at the path where the new content is assembled.
  tree.link("../outside", "dir/atom.lock.eka-new");
  git::replace_working_file(tree.root(), "dir/atom.lock", "ours");
  CHECK(tree.read("dir/atom.lock") == "ours");
  CHECK(git::read_named_file(tree.outside()) == "theirs");

  tree.write("real", "old");
  tree.link("../real", "dir/link");
  git::replace_working_file(tree.root(), "dir/link", "new");
  CHECK(tree.read("real") == "new");
  CHECK(fs::is_symlink(tree.root() / "dir" / "link"));
}

TEST_CASE("after a kill at any system call a file is old or new, and the next replacement cleans up") {
  int old_states = 0;
  int new_states = 0;
  bool through = false;
  for (int limit = 1; !through && limit < 400; ++limit) {
    const Tree tree;
    tree.write("atom.toml", "old manifest");
    through = killed_at_syscall(tree, limit);
    const bool is_new = tree.read("atom.toml") == "new manifest";
    CHECK(tree.read("atom.toml") == (is_new ? "new manifest" : "old manifest"));
    ++(is_new ? new_states : old_states);
    replace(tree);
    CHECK(std::distance(fs::directory_iterator(tree.root()), {}) == 2);
  }
  CHECK(through);
  CHECK(old_states > 0);
  CHECK(new_states > 1);
}
