#include "eval/nix/installation.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

#include <unistd.h>

#include "atom/hash/base_n.h"
#include "atom/hash/blake3.h"
#include "eval/nix/known_versions.h"
#include "eval/nix/nix_runtime.h"
#include "eval/store/real_store.h"

namespace eka::eval {
namespace {

namespace fs = std::filesystem;

constexpr const char* how_to_install =
    "install Nix 2.8 or newer and bubblewrap (on Debian and Ubuntu: apt install nix-bin bubblewrap)";

fs::path program(const char* name) {
  const char* path = std::getenv("PATH");
  std::istringstream directories(std::string(path != nullptr ? path : "") + ":/usr/local/bin:/usr/bin:/bin");
  for (std::string directory; std::getline(directories, directory, ':');) {
    fs::path candidate = fs::path(directory) / name;
    if (candidate.is_absolute() && ::access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  throw Error(Kind::usage, std::string(name) + " not found in PATH").with_hint(how_to_install);
}

// A file or directory of the installation: `installed` below the prefix of the binary, or, if the binary is in the
// build tree, `built`. Empty if there is none.
fs::path find_installed(const fs::path& self, const char* installed, const fs::path& built) {
  std::error_code error;
  fs::path found = fs::canonical(self.parent_path().parent_path() / installed, error);
  constexpr std::string_view build_root = EKA_BUILD_ROOT;  // empty in packages
  if (error && !build_root.empty() && self.native().starts_with(std::string(build_root) + "/")) {
    found = fs::canonical(built, error);
  }
  return error ? fs::path() : found;
}

fs::path find_expressions(const fs::path& self) {
  constexpr const char* installed = "share/eka/nix";
  const auto holds_expressions = [](const fs::path& directory) {
    std::error_code ignored;
    return fs::is_regular_file(directory / "plan.nix", ignored);
  };
  if (auto found = find_installed(self, installed, EKA_SOURCE_ROOT "/nix"); holds_expressions(found)) return found;
  if (const char* told = std::getenv("EKA_EXPRESSIONS"); told != nullptr && holds_expressions(told)) {
    return fs::canonical(told);
  }
  throw Error(Kind::usage, "cannot find eka's Nix expressions: " +
                               (self.parent_path().parent_path() / installed).string() + " does not exist")
      .with_hint("install eka with `meson install`, or set EKA_EXPRESSIONS to the directory that contains plan.nix");
}

// If it is not installed, the binary itself serves as nixec.
fs::path find_nixec(const fs::path& self) {
  auto found = find_installed(self, "libexec/eka/nixec", EKA_BUILD_ROOT "/src/nixec");
  return found.empty() ? self : found;
}

fs::path find_fork_library(const fs::path& self) {
  return find_installed(self, "libexec/eka/fork_server.so", EKA_BUILD_ROOT "/src/fork_server.so");
}

std::string digest_of(const fs::path& expressions) {
  std::map<std::string, std::string> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(expressions)) {
    if (entry.path().extension() != ".nix") continue;
    std::ifstream in(entry.path(), std::ios::binary);
    files[entry.path().filename()] = std::string(std::istreambuf_iterator<char>(in), {});
  }
  atom::Blake3 hash;
  for (const auto& [name, content] : files) {
    hash.update(name + '\0' + std::to_string(content.size()) + '\0').update(content);
  }
  return atom::hex(hash.digest());
}

}  // namespace

std::map<std::string, std::string> nix_environment(const Installation& installation) {
  std::string configuration =
      "experimental-features = nix-command\n"
      "substituters =\n"
      "plugin-files =\n";
  if (lacks_build_users(installation.store)) configuration += "build-users-group =\n";
  std::map<std::string, std::string> environment{{"HOME", "/nonexistent"},
                                                 {"USER", "eka"},
                                                 {"NIX_CONF_DIR", "/nonexistent"},
                                                 {"NIX_USER_CONF_FILES", ""},
                                                 {"NIX_CONFIG", configuration}};
  // PATH and the others: a store on another machine is reached by ssh.
  for (const char* name : {"NIX_DAEMON_SOCKET_PATH", "PATH", "NIX_SSHOPTS", "SSH_AUTH_SOCK"}) {
    if (const char* value = std::getenv(name)) environment[name] = value;
  }
  return environment;
}

Installation Installation::locate(const fs::path& scratch_root, const std::string& store) {
  Installation found;
  found.nix_instantiate = program("nix-instantiate");
  found.nix = program("nix");
  found.nix_store = program("nix-store");
  found.bwrap = program("bwrap");
  const fs::path self = fs::read_symlink("/proc/self/exe");
  found.nixec = find_nixec(self);
  found.nixec_identity = BinaryIdentity::of(found.nixec);
  found.fork_library = find_fork_library(self);
  found.has_launcher = found.nixec != self;
  found.expressions = find_expressions(self);
  found.expressions_digest = digest_of(found.expressions);
  NixRuntime runtime = nix_runtime(found.nix_instantiate, scratch_root);
  if (standing_of(runtime.version) == Standing::too_old) {
    throw Error(Kind::usage, "Nix " + runtime.version + " at " + found.nix_instantiate.string() +
                                 " is too old: eka needs Nix 2.8 or newer")
        .with_hint(how_to_install);
  }
  if (auto note = note_about(runtime.version); note && runtime.is_new) found.notes.push_back(*std::move(note));
  found.nix_version = std::move(runtime.version);
  found.libraries = std::move(runtime.libraries);
  found.store = store;
  if (store == "auto") {
    DetectedStore detected = detect_real_store();
    found.store = std::move(detected.store);
    if (!detected.note.empty()) found.notes.push_back(std::move(detected.note));
  }
  return found;
}

std::string nix_version_in_words() try {
  const std::string version = nix_version(program("nix-instantiate"));
  const Standing standing = standing_of(version);
  return version + " (" +
         (standing == Standing::known     ? ""
          : standing == Standing::too_old ? "too old; "
                                          : "untested; ") +
         known_versions() + ")";
} catch (const Error&) {
  return "not found (" + known_versions() + ")";
}

std::string expressions_version() try {
  return digest_of(find_expressions(fs::read_symlink("/proc/self/exe"))).substr(0, 12);
} catch (const std::exception&) {
  return "not found";
}

}  // namespace eka::eval
