#include "engine/workspace/replace_files.h"

#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/workspace/package_set.h"
#include "tests/temporary_directory.h"

using namespace eka::engine;
namespace fs = std::filesystem;

namespace {

class Directory : public eka::test::TemporaryDirectory {
 public:
  std::string read(const char* file) const { return files_of(path())(file).value_or("(none)"); }
  void write(const char* file, std::string_view text) const { std::ofstream(path() / file) << text; }
};

void replace_both(const Directory& directory) {
  replace_files({{directory.path() / "atom.toml", "new manifest"}, {directory.path() / "atom.lock", "new lock"}});
}

// Runs replace_both in a child that is killed when it enters its system call number `limit`. True when it got through.
bool killed_at_syscall(const Directory& directory, int limit) {
  const auto child = fork();
  if (child == 0) {
    ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    raise(SIGSTOP);
    replace_both(directory);
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

TEST_CASE("all files are replaced, modes kept, nothing left over") {
  const Directory directory;
  directory.write("atom.toml", "old");
  fs::permissions(directory.path() / "atom.toml", fs::perms::owner_all);
  replace_both(directory);
  CHECK(directory.read("atom.toml") == "new manifest");
  CHECK(directory.read("atom.lock") == "new lock");
  CHECK(fs::status(directory.path() / "atom.toml").permissions() == fs::perms::owner_all);
  CHECK(std::distance(fs::directory_iterator(directory.path()), {}) == 2);
}

TEST_CASE("a link is followed, not replaced") {
  const Directory directory;
  directory.write("real", "old");
  fs::create_symlink("real", directory.path() / "atom.toml");
  replace_files({{directory.path() / "atom.toml", "new"}});
  CHECK(directory.read("real") == "new");
  CHECK(fs::is_symlink(directory.path() / "atom.toml"));
}

TEST_CASE("killed at any system call, the next run finds both files old or both new") {
  int old_states = 0;
  int new_states = 0;
  bool through = false;
  for (int limit = 1; !through && limit < 400; ++limit) {
    const Directory directory;
    directory.write("atom.toml", "old manifest");
    directory.write("atom.lock", "old lock");
    through = killed_at_syscall(directory, limit);
    finish_replacing(directory.path());
    const bool is_new = directory.read("atom.toml") == "new manifest";
    CHECK(directory.read("atom.toml") == (is_new ? "new manifest" : "old manifest"));
    CHECK(directory.read("atom.lock") == (is_new ? "new lock" : "old lock"));
    ++(is_new ? new_states : old_states);
  }
  CHECK(through);
  CHECK(old_states > 0);
  CHECK(new_states > 1);
}
