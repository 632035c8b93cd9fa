#include "eval/nix/nix_runtime.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <sstream>

#include <elf.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "coro/process/descriptor.h"
#include "store/disk/disk.h"

namespace eka::eval {
namespace {

namespace fs = std::filesystem;

// Identifies a file; differs if the file is modified or replaced.
std::string fingerprint(const std::string& path) {
  struct stat about{};
  if (::stat(path.c_str(), &about) != 0) return "missing";
  std::ostringstream text;
  text << about.st_dev << ' ' << about.st_ino << ' ' << about.st_size << ' ' << about.st_mtim.tv_sec << '.'
       << about.st_mtim.tv_nsec;
  return text.str();
}

// Runs a program and returns its standard output; its standard error is discarded.
std::string ask(std::vector<std::string> words) {
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) throw Error(Kind::failure, "cannot create a pipe");
  const coro::Descriptor ours(pipe[0]);
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  // Without a home, Nix would look for that of the user, whom containers need not know.
  std::string home = "HOME=/nonexistent";
  std::array<char*, 2> environment{home.data(), nullptr};

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO);
  pid_t child = 0;
  const int failed = ::posix_spawn(&child, argv[0], &actions, nullptr, argv.data(), environment.data());
  posix_spawn_file_actions_destroy(&actions);
  ::close(pipe[1]);
  if (failed != 0) throw Error(Kind::usage, "cannot run " + words[0] + ": " + std::strerror(failed));

  std::string output;
  std::array<char, 4096> buffer{};
  for (ssize_t got = 1; got > 0 || (got < 0 && errno == EINTR);) {
    got = ::read(ours.get(), buffer.data(), buffer.size());
    if (got > 0) output.append(buffer.data(), static_cast<std::size_t>(got));
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (status != 0)
    throw Error(Kind::usage, words[0] + " failed").with_hint("run `" + words[0] + " --version` to see why");
  return output;
}

// The ELF interpreter of a program; nothing for a static one.
std::optional<std::string> loader_of(const fs::path& program) {
  std::ifstream in(program, std::ios::binary);
  Elf64_Ehdr header{};
  in.read(reinterpret_cast<char*>(&header), sizeof header);
  if (!in || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != ELFCLASS64) {
    throw Error(Kind::usage, program.string() + " cannot be run in the sandbox: not an ELF executable");
  }
  for (Elf64_Half i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment{};
    in.seekg(static_cast<std::streamoff>(header.e_phoff + std::size_t{i} * header.e_phentsize));
    in.read(reinterpret_cast<char*>(&segment), sizeof segment);
    if (!in || segment.p_type != PT_INTERP || segment.p_filesz > 4096) continue;
    std::string name(segment.p_filesz, '\0');
    in.seekg(static_cast<std::streamoff>(segment.p_offset));
    in.read(name.data(), static_cast<std::streamsize>(name.size()));
    return name.substr(0, name.find('\0'));
  }
  return std::nullopt;
}

std::vector<std::string> libraries_of(const fs::path& program) {
  const std::optional<std::string> loader = loader_of(program);
  if (!loader) return {};
  std::vector<std::string> libraries{*loader};
  std::istringstream lines(ask({*loader, "--list", program.string()}));
  for (std::string line; std::getline(lines, line);) {
    // "	libnixexpr.so => /usr/lib/nix/libnixexpr.so (0x00007f…)"
    const std::size_t start = line.find("=> /");
    const std::size_t end = line.rfind(" (0x");
    if (start == std::string::npos || end == std::string::npos) continue;
    const std::string path = line.substr(start + 3, end - start - 3);
    if (path == *loader) continue;
    libraries.push_back(path);
    // Nix loads this backend of the resolver by name at startup and prints a warning if it is missing.
    const fs::path resolver = fs::path(path).parent_path() / "libnss_dns.so.2";
    if (line.find("libc.so.6 ") != std::string::npos && fs::exists(resolver)) libraries.push_back(resolver);
  }
  return libraries;
}

// Lines of the file: the version; then "<fingerprint>\t<path>" of the program and of each library.
std::optional<NixRuntime> remembered(const fs::path& program, const fs::path& file) {
  std::ifstream in(file);
  NixRuntime runtime;
  std::string line;
  if (!std::getline(in, runtime.version)) return std::nullopt;
  if (!std::getline(in, line) || line != fingerprint(program) + '\t' + program.string()) return std::nullopt;
  while (std::getline(in, line)) {
    const std::size_t tab = line.find('\t');
    if (tab == std::string::npos || line.substr(0, tab) != fingerprint(line.substr(tab + 1))) return std::nullopt;
    runtime.libraries.push_back(line.substr(tab + 1));
  }
  return runtime;
}

// If this fails, the next run takes a few milliseconds longer.
void remember(const NixRuntime& runtime, const fs::path& program, const fs::path& file) {
  std::string text = runtime.version + '\n' + fingerprint(program) + '\t' + program.string() + '\n';
  for (const std::string& library : runtime.libraries) text += fingerprint(library) + '\t' + library + '\n';
  const fs::path partial = file.string() + "." + std::to_string(::getpid());
  std::error_code ignored;
  try {
    store::make_directories(file.parent_path());
    const store::FileDescriptor out = store::create_file(partial);
    if (out) store::write_all(out.get(), text, "cannot cache the list of libraries of Nix");
    if (out) fs::rename(partial, file, ignored);
  } catch (const Error&) {
    fs::remove(partial, ignored);
  }
}

}  // namespace

std::string nix_version(const fs::path& nix_instantiate) {
  // "nix-instantiate (Nix) 2.8.0"
  const std::string said = ask({nix_instantiate.string(), "--version"});
  const std::string line = printable(said.substr(0, said.find('\n')), 100);
  return line.substr(line.rfind(' ') + 1);
}

NixRuntime nix_runtime(const fs::path& nix_instantiate, const fs::path& memory) {
  const fs::path file = memory / "nix-runtime-1";
  if (auto runtime = remembered(nix_instantiate, file)) return *std::move(runtime);
  NixRuntime runtime{.version = nix_version(nix_instantiate), .libraries = {}, .is_new = true};
  runtime.libraries = libraries_of(nix_instantiate);
  remember(runtime, nix_instantiate, file);
  return runtime;
}

}  // namespace eka::eval
