#include "eval/nixec.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <vector>

#include <fcntl.h>
#include <simdjson.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "atom/json.h"
#include "coro/descriptor.h"
#include "eval/memory_file.h"
#include "eval/room.h"
#include "eval/syscalls.h"

namespace eka::eval {
namespace {

using atom::Json;

[[noreturn]] void fail_with_errno(const std::string& what) {
  throw Error(Kind::failure, what + ": " + std::strerror(errno));
}

Json json_list(const std::vector<std::string>& words) {
  Json list{Json::Array{}};
  for (const std::string& word : words) list.push_back(word);
  return list;
}

std::string text_at(simdjson::dom::element object, const char* key) {
  return std::string(std::string_view(object[key]));
}

Sandbox parse_sandbox(simdjson::dom::element json) {
  Sandbox sandbox{.bwrap = text_at(json, "bwrap"),
                  .nix_instantiate = text_at(json, "nix_instantiate"),
                  .libraries = {},
                  .expressions = text_at(json, "expressions"),
                  .store = text_at(json, "store"),
                  .sources = {},
                  .system = text_at(json, "system"),
                  .room = text_at(json, "room"),
                  .imports = bool(json["imports"])};
  for (const std::string_view library : json["libraries"]) sandbox.libraries.emplace_back(library);
  for (const simdjson::dom::element source : json["sources"]) {
    sandbox.sources.push_back({.outside = text_at(source, "outside"), .inside = text_at(source, "inside")});
  }
  return sandbox;
}

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
  // A limit that is stricter already stays.
  if (::getrlimit(resource, &present) == 0 && present.rlim_max < value) return;
  if (::setrlimit(resource, &both) != 0) fail_with_errno("cannot set a limit");
}

// The alarm outlives exec, and bwrap neither catches nor hands it on: it ends, and all inside with it.
void take_on(const NixecLimits& limits) {
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_NOFILE, limits.open_files);
  limit(RLIMIT_FSIZE, limits.file_bytes);
  limit(RLIMIT_CPU, limits.cpu_seconds);
  limit(RLIMIT_AS, limits.memory_bytes);
  ::alarm(static_cast<unsigned>(limits.wall_seconds));
}

std::vector<char*> as_argv(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

int complain(const std::exception& error, int code) {
  std::fprintf(stderr, "nixec: %s\n", error.what());
  return code;
}

[[noreturn]] void become_bwrap(const NixecRequest& request) {
  const coro::Descriptor filter = syscall_filter();
  const SandboxArguments arguments = sandbox_arguments(request.sandbox, filter.get());
  std::string options;
  for (const std::string& option : arguments.options) options += option + '\0';
  const coro::Descriptor options_file = memory_file("bwrap-options", options);

  std::vector<std::string> words{request.sandbox.bwrap, "--args", std::to_string(options_file.get()), "--"};
  words.insert(words.end(), arguments.command.begin(), arguments.command.end());
  const std::vector<char*> argv = as_argv(words);
  std::array<char*, 1> no_environment{nullptr};

  if (const int input = ::open(request.expression_file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
      input < 0 || ::dup2(input, STDIN_FILENO) < 0) {
    fail_with_errno("cannot open " + request.expression_file);
  }
  // Last: from here on this process must not need anything.
  take_on(request.limits);
  ::execve(request.sandbox.bwrap.c_str(), argv.data(), no_environment.data());
  fail_with_errno("cannot run " + request.sandbox.bwrap);
}

// bwrap closes nothing, and what it inherits would be open inside.
void close_inherited() {
  if (::close_range(STDERR_FILENO + 1, ~0U, 0) == 0) return;
  for (int number = STDERR_FILENO + 1; number < 1024; ++number) ::close(number);
}

}  // namespace

BinaryIdentity BinaryIdentity::of_this_process() {
  struct stat about{};
  if (::stat("/proc/self/exe", &about) != 0) fail_with_errno("cannot look at the running binary");
  return {.device = about.st_dev,
          .inode = about.st_ino,
          .size = static_cast<std::uint64_t>(about.st_size),
          .modified_ns = std::int64_t{about.st_mtim.tv_sec} * 1'000'000'000 + about.st_mtim.tv_nsec};
}

std::string NixecRequest::json() const {
  Json request;
  request["binary"]["device"] = std::to_string(binary.device);
  request["binary"]["inode"] = std::to_string(binary.inode);
  request["binary"]["size"] = binary.size;
  request["binary"]["modified_ns"] = std::to_string(binary.modified_ns);
  request["parent"] = parent;
  request["expression_file"] = expression_file;
  request["limits"]["memory_bytes"] = limits.memory_bytes;
  request["limits"]["cpu_seconds"] = limits.cpu_seconds;
  request["limits"]["wall_seconds"] = limits.wall_seconds;
  request["limits"]["file_bytes"] = limits.file_bytes;
  request["limits"]["open_files"] = limits.open_files;
  Json& room = request["sandbox"];
  room["bwrap"] = sandbox.bwrap;
  room["nix_instantiate"] = sandbox.nix_instantiate;
  room["libraries"] = json_list(sandbox.libraries);
  room["expressions"] = sandbox.expressions;
  room["store"] = sandbox.store;
  room["system"] = sandbox.system;
  room["room"] = sandbox.room;
  room["imports"] = sandbox.imports;
  room["sources"] = Json::Array{};
  for (const Sandbox::Bind& source : sandbox.sources) {
    Json bind;
    bind["outside"] = source.outside;
    bind["inside"] = source.inside;
    room["sources"].push_back(std::move(bind));
  }
  return request.canonical();
}

Result<NixecRequest> NixecRequest::parse(std::string_view json) {
  try {
    simdjson::dom::parser parser;
    const simdjson::dom::element root = parser.parse(simdjson::padded_string(json));
    const simdjson::dom::element limits = root["limits"];
    const simdjson::dom::element binary = root["binary"];
    return NixecRequest{.binary = {.device = std::stoull(text_at(binary, "device")),
                                   .inode = std::stoull(text_at(binary, "inode")),
                                   .size = binary["size"],
                                   .modified_ns = std::stoll(text_at(binary, "modified_ns"))},
                        .parent = root["parent"],
                        .limits = {.memory_bytes = limits["memory_bytes"],
                                   .cpu_seconds = limits["cpu_seconds"],
                                   .wall_seconds = limits["wall_seconds"],
                                   .file_bytes = limits["file_bytes"],
                                   .open_files = limits["open_files"]},
                        .sandbox = parse_sandbox(root["sandbox"]),
                        .expression_file = text_at(root, "expression_file")};
  } catch (const std::exception& error) {  // simdjson's, or a number that is none
    return fail(Kind::failure, std::string("the request is not what nixec understands: ") + error.what());
  }
}

bool is_nixec(std::string_view program) {
  return program.substr(program.rfind('/') + 1) == "nixec";
}

int nixec_main(int, char**) {
  try {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    close_inherited();
    const NixecRequest request = unwrap(NixecRequest::parse(read_all(STDIN_FILENO)));
    if (request.parent != ::getppid()) throw Error(Kind::failure, "nixec is started by eka, not by hand");
    if (request.binary != BinaryIdentity::of_this_process()) {
      throw Error(Kind::failure, "eka was replaced on disk while it was running: run it again");
    }
    try {
      const Sandbox& sandbox = request.sandbox;
      if (!sandbox.room.empty()) furnish(sandbox.room, room_binds(sandbox), {inside_store});
    } catch (const std::exception& error) {
      return complain(error, nixec_cannot_furnish);
    }
    become_bwrap(request);
  } catch (const std::exception& error) {
    return complain(error, nixec_failed);
  }
}

}  // namespace eka::eval
