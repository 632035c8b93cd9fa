#include "tests/eval/sandbox/probe.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string>

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace eka::eval {
namespace {

void say(const char* what, const std::string& found) {
  std::fprintf(stderr, "%s: %s\n", what, found.c_str());
}

// "yes", or the error.
void tried(const char* what, long result) {
  say(what, result >= 0 ? "yes" : ::strerrorname_np(errno));
}

void opens(const char* what, const std::string& path, int flags) {
  const int file = ::open(path.c_str(), flags | O_CLOEXEC, 0600);
  tried(what, file);
  if (file >= 0) ::close(file);
}

void processes() {
  say("pid", std::to_string(::getpid()));
  say("parent", std::to_string(::getppid()));
  tried("fork", ::syscall(SYS_fork));
  tried("clone", ::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
  tried("kill", ::kill(1, 0));
  tried("signal another process", ::syscall(SYS_tgkill, 2, 2, 0));
  tried("ptrace", ::syscall(SYS_ptrace, 0, 0, 0, 0));
}

void rights() {
  int capabilities = 0;
  for (int number = 0; number < 64; ++number) capabilities += ::prctl(PR_CAPBSET_READ, number, 0, 0, 0) == 1 ? 1 : 0;
  say("capabilities", std::to_string(capabilities));
  say("user", std::to_string(::geteuid()));
  tried("socket", ::socket(AF_INET, SOCK_STREAM, 0));
  tried("unix socket", ::socket(AF_UNIX, SOCK_STREAM, 0));
  tried("mount", ::mount("x", "/eka/store", "tmpfs", 0, nullptr));
  tried("unmount", ::umount2("/eka/store", MNT_DETACH));
  tried("unshare", ::unshare(CLONE_NEWNS));
  tried("setns", ::setns(0, 0));
  tried("chroot", ::chroot("/eka"));
}

void files(int argc, char** argv) {
  std::string inherited;
  for (int number = 3; number < 1024; ++number) {
    if (::fcntl(number, F_GETFD) >= 0) inherited += " " + std::to_string(number);
  }
  say("descriptors", inherited);
  std::string directory(4096, '\0');
  say("directory", ::getcwd(directory.data(), directory.size()) != nullptr ? directory.c_str() : "?");
  for (const char* path : {"/etc", "/proc", "/dev", "/sys", "/usr/bin/bwrap", "/usr/bin/env", "/var/lib"}) {
    struct stat about{};
    if (::stat(path, &about) == 0) say("exists", path);
  }
  opens("list the root", "/", O_RDONLY | O_DIRECTORY);
  opens("write to the root", "/x", O_WRONLY | O_CREAT);
  opens("read the expressions", "/eka/nix/plan.nix", O_RDONLY);
  opens("write to the expressions", "/eka/nix/plan.nix", O_WRONLY);
  opens("add an expression", "/eka/nix/x.nix", O_WRONLY | O_CREAT);
  opens("write to the store", "/eka/store/x", O_WRONLY | O_CREAT);
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (!word.starts_with("atom=")) continue;
    opens("read the source", word.substr(5) + "/atom.toml", O_RDONLY);
    opens("write to the source", word.substr(5) + "/atom.toml", O_WRONLY);
  }
}

void surroundings() {
  std::string names;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    names += " " + std::string(*variable, std::strcspn(*variable, "="));
  }
  say("variables", names);
  for (const auto& [name, resource] :
       {std::pair{"core", RLIMIT_CORE}, std::pair{"files", RLIMIT_NOFILE}, std::pair{"file size", RLIMIT_FSIZE},
        std::pair{"memory", RLIMIT_AS}, std::pair{"processor", RLIMIT_CPU}}) {
    rlimit limit{};
    ::getrlimit(resource, &limit);
    say(name, std::to_string(limit.rlim_cur) + " " + std::to_string(limit.rlim_max));
  }
  char input[8] = {};
  say("input", std::string(input, static_cast<std::size_t>(std::max<ssize_t>(0, ::read(0, input, 6)))));
}

}  // namespace

bool is_probe(int argc, char** argv) {
  return argc > 1 && std::strcmp(argv[1], "--store") == 0;
}

int probe_main(int argc, char** argv) {
  processes();
  rights();
  files(argc, argv);
  surroundings();
  return 1;
}

}  // namespace eka::eval
