#include "eval/sandbox/launcher.h"

#include <array>
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "eval/sandbox/nixec.h"
#include "tests/eval/world.h"

namespace eka::eval {
namespace {

// The exit code of the launcher, or of the program that it executed.
int through_the_launcher(std::vector<std::string> words) {
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    const int nowhere = ::open("/dev/null", O_WRONLY);
    ::dup2(nowhere, STDOUT_FILENO);
    ::dup2(nowhere, STDERR_FILENO);
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    ::_exit(launcher_main(static_cast<int>(words.size()), argv.data()));
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

TEST_CASE("a program started by the launcher can read only what it was granted") {
  TemporaryDirectory directory;
  const std::string open = (directory.path() / "open").string();
  const std::string closed = (directory.path() / "closed").string();
  for (const std::string& file : {open, closed}) std::ofstream(file) << "content";
  const Grants grants{.run = {"/usr", "/lib64"}, .read = {open}, .write = {}};
  CHECK(through_the_launcher(launcher_command(grants, {"/usr/bin/cat", open})) == 0);
  const bool has_landlock = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, 1) >= 1;
  CHECK(through_the_launcher(launcher_command(grants, {"/usr/bin/cat", closed})) == (has_landlock ? 1 : 0));
}

TEST_CASE("invalid launcher arguments and programs that cannot be run are failures of nixec") {
  CHECK(through_the_launcher({inside_launcher}) == nixec_failed);
  CHECK(through_the_launcher({inside_launcher, "--"}) == nixec_failed);
  CHECK(through_the_launcher({inside_launcher, "--write", "/tmp"}) == nixec_failed);
  CHECK(through_the_launcher({inside_launcher, "--all", "/", "--", "/usr/bin/true"}) == nixec_failed);
  CHECK(through_the_launcher({inside_launcher, "--run", "/usr", "--", "/usr/bin/there-is-no-such"}) == nixec_failed);
}

}  // namespace
}  // namespace eka::eval
