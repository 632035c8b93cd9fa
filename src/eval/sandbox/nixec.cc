#include "eval/sandbox/nixec.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/argv.h"
#include "coro/process/descriptor.h"
#include "eval/sandbox/container.h"
#include "eval/sandbox/guard.h"
#include "eval/sandbox/launcher.h"
#include "eval/sandbox/memory_file.h"
#include "eval/sandbox/root_mount.h"

namespace eka::eval {
namespace {

[[noreturn]] void fail_with_errno(const std::string& what) {
  throw Error(Kind::failure, what + ": " + std::strerror(errno));
}

// Writes the request as NUL-terminated words, since no path or name contains NUL: a parser library would take longer to
// load than nixec runs.
class Writer {
 public:
  void put(std::string_view word) { text_.append(word).push_back('\0'); }
  void put(std::uint64_t number) { put(std::to_string(number)); }
  void put(const std::vector<std::string>& words) {
    put(words.size());
    for (const std::string& word : words) put(word);
  }
  // For data that may contain NUL.
  void put_bytes(std::string_view bytes) {
    put(bytes.size());
    text_.append(bytes);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::string word() {
    const std::size_t end = text_.find('\0');
    if (end == std::string_view::npos) throw Error(Kind::failure, "unexpected end");
    std::string word(text_.substr(0, end));
    text_.remove_prefix(end + 1);
    return word;
  }
  template <class Number = std::uint64_t>
  Number number() {
    const std::string digits = word();
    Number value{};
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size()) throw Error(Kind::failure, "invalid number");
    return value;
  }
  std::vector<std::string> words() {
    std::vector<std::string> words;
    for (std::uint64_t left = number(); left > 0; --left) words.push_back(word());
    return words;
  }
  std::string bytes() {
    const std::uint64_t size = number();
    if (size > text_.size()) throw Error(Kind::failure, "unexpected end");
    std::string bytes(text_.substr(0, size));
    text_.remove_prefix(size);
    return bytes;
  }
  void end() const {
    if (!text_.empty()) throw Error(Kind::failure, "unexpected data at the end");
  }

 private:
  std::string_view text_;
};

constexpr const char* guard_option = "--guard";
constexpr std::string_view format = "nixec-request-4";

std::string read_all(int from) {
  std::string content;
  std::array<char, 65536> buffer;
  while (true) {
    const ssize_t got = ::read(from, buffer.data(), buffer.size());
    if (got == 0) return content;
    if (got < 0 && errno != EINTR) fail_with_errno("cannot read the request");
    if (got > 0) content.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

void limit(__rlimit_resource resource, std::uint64_t value) {
  const rlimit both{.rlim_cur = value, .rlim_max = value};
  rlimit present{};
  // Keep a limit that is stricter already.
  if (::getrlimit(resource, &present) == 0 && present.rlim_max < value) return;
  if (::setrlimit(resource, &both) != 0) fail_with_errno("cannot set a resource limit");
}

int complain(const std::exception& error, int code) {
  std::fprintf(stderr, "nixec: %s\n", error.what());
  return code;
}

void open_input(const NixecRequest& request) {
  const int input = ::open(request.expression_file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (input < 0 || ::dup2(input, STDIN_FILENO) < 0) fail_with_errno("cannot open " + request.expression_file);
}

// One process, which ends with eka by its PR_SET_PDEATHSIG: no guard is needed.
[[noreturn]] void become_evaluator(const NixecRequest& request) {
  open_input(request);
  take_on(request.limits);
  ::alarm(static_cast<unsigned>(request.limits.wall_seconds));
  become_evaluator_in_container(request);
}

[[noreturn]] void become_bwrap(const NixecRequest& request) {
  const coro::Descriptor filter = memory_file("syscalls", request.filter);
  const SandboxArguments arguments = sandbox_arguments(request.sandbox, filter.get());
  std::string options;
  for (const std::string& option : arguments.options) options += option + '\0';
  const coro::Descriptor options_file = memory_file("bwrap-options", options);

  std::vector<std::string> words{request.sandbox.bwrap, "--args", std::to_string(options_file.get()), "--"};
  words.insert(words.end(), arguments.command.begin(), arguments.command.end());
  const std::vector<char*> argv = argv_of(words);
  std::array<char*, 1> no_environment{nullptr};

  open_input(request);
  // Last: with these limits, this process must not need anything else.
  take_on(request.limits);
  ::execve(request.sandbox.bwrap.c_str(), argv.data(), no_environment.data());
  fail_with_errno("cannot run " + request.sandbox.bwrap);
}

// `words`: the id of the process that started this one, and a command.
[[noreturn]] void run_guarded(char** words) {
  const std::string_view digits = words[0];
  pid_t parent = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), parent);
  if (parent != ::getppid()) throw Error(Kind::failure, "nixec must be started by eka");
  enter_namespaces();
  continue_under_guard(parent, 0);
  ::execv(words[1], words + 1);
  fail_with_errno(std::string("cannot run ") + words[1]);
}

// bwrap does not close inherited descriptors; they would be open inside.
void close_inherited() {
  if (::close_range(STDERR_FILENO + 1, ~0U, 0) == 0) return;
  for (int number = STDERR_FILENO + 1; number < 1024; ++number) ::close(number);
}

}  // namespace

void take_on(const NixecLimits& limits) {
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_NOFILE, limits.open_files);
  limit(RLIMIT_FSIZE, limits.file_bytes);
  limit(RLIMIT_CPU, limits.cpu_seconds);
  limit(RLIMIT_AS, limits.memory_bytes);
}

BinaryIdentity BinaryIdentity::of_this_process() {
  return of("/proc/self/exe");
}

BinaryIdentity BinaryIdentity::of(const std::string& file) {
  struct stat about{};
  if (::stat(file.c_str(), &about) != 0) fail_with_errno("cannot stat the binary " + file);
  return {.device = about.st_dev,
          .inode = about.st_ino,
          .size = static_cast<std::uint64_t>(about.st_size),
          .modified_ns = std::int64_t{about.st_mtim.tv_sec} * 1'000'000'000 + about.st_mtim.tv_nsec};
}

std::string NixecRequest::text() const {
  Writer out;
  out.put(format);
  for (const std::uint64_t number : {binary.device, binary.inode, binary.size}) out.put(number);
  out.put(std::to_string(binary.modified_ns));
  out.put(std::to_string(parent));
  for (const std::uint64_t number :
       {limits.memory_bytes, limits.cpu_seconds, limits.wall_seconds, limits.file_bytes, limits.open_files}) {
    out.put(number);
  }
  for (const std::string* word : {&sandbox.bwrap, &sandbox.nix_instantiate, &sandbox.expressions, &sandbox.store,
                                  &sandbox.system, &sandbox.root, &sandbox.launcher, &expression_file}) {
    out.put(*word);
  }
  out.put(std::uint64_t{sandbox.imports});
  out.put(std::uint64_t{sandbox.container});
  out.put(sandbox.libraries);
  out.put(sandbox.sources.size());
  for (const Sandbox::Bind& source : sandbox.sources) {
    out.put(source.outside);
    out.put(source.inside);
  }
  out.put_bytes(filter);
  return out.take();
}

Result<NixecRequest> NixecRequest::parse(std::string_view text) {
  try {
    Reader in(text);
    if (in.word() != format) throw Error(Kind::failure, "unsupported version");
    NixecRequest request;
    for (std::uint64_t* number : {&request.binary.device, &request.binary.inode, &request.binary.size}) {
      *number = in.number();
    }
    request.binary.modified_ns = in.number<std::int64_t>();
    request.parent = in.number<std::int64_t>();
    NixecLimits& limits = request.limits;
    for (std::uint64_t* number :
         {&limits.memory_bytes, &limits.cpu_seconds, &limits.wall_seconds, &limits.file_bytes, &limits.open_files}) {
      *number = in.number();
    }
    Sandbox& sandbox = request.sandbox;
    for (std::string* word : {&sandbox.bwrap, &sandbox.nix_instantiate, &sandbox.expressions, &sandbox.store,
                              &sandbox.system, &sandbox.root, &sandbox.launcher, &request.expression_file}) {
      *word = in.word();
    }
    sandbox.imports = in.number() != 0;
    sandbox.container = in.number() != 0;
    sandbox.libraries = in.words();
    for (std::uint64_t left = in.number(); left > 0; --left) {
      std::string outside = in.word();
      sandbox.sources.push_back({.outside = std::move(outside), .inside = in.word()});
    }
    request.filter = in.bytes();
    in.end();
    return request;
  } catch (const Error& error) {
    return fail(Kind::failure, "invalid request to nixec: " + error.message());
  }
}

std::vector<std::string> guarded_command(const std::string& nixec, const std::vector<std::string>& command) {
  std::vector<std::string> words{nixec, guard_option, std::to_string(::getpid())};
  words.insert(words.end(), command.begin(), command.end());
  return words;
}

bool is_nixec(std::string_view program) {
  return program.substr(program.rfind('/') + 1) == "nixec";
}

int nixec_main(int argc, char** argv) {
  if (argc > 0 && std::string_view(argv[0]) == inside_launcher) return launcher_main(argc, argv);
  try {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (argc > 3 && std::string_view(argv[1]) == guard_option) run_guarded(argv + 2);
    close_inherited();
    const NixecRequest request = unwrap(NixecRequest::parse(read_all(STDIN_FILENO)));
    if (request.parent != ::getppid()) throw Error(Kind::failure, "nixec must be started by eka");
    if (request.binary != BinaryIdentity::of_this_process()) {
      throw Error(Kind::failure, "eka was replaced on disk while it was running: run it again");
    }
    if (request.sandbox.container) become_evaluator(request);
    try {
      const Sandbox& sandbox = request.sandbox;
      if (!sandbox.root.empty()) {
        mount_root(sandbox.root, root_binds(sandbox), {.outside = sandbox.store, .inside = inside_store});
      }
    } catch (const std::exception& error) {
      return complain(error, nixec_cannot_mount);
    }
    continue_under_guard(static_cast<pid_t>(request.parent), static_cast<unsigned>(request.limits.wall_seconds));
    become_bwrap(request);
  } catch (const std::exception& error) {
    return complain(error, nixec_failed);
  }
}

}  // namespace eka::eval
