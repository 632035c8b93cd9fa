#include <algorithm>
#include <optional>
#include <sstream>
#include <string_view>

#include <fmt/format.h>

#include "base/text.h"
#include "engine/doctor/checks.h"
#include "eval/nix/known_versions.h"

namespace eka::engine {
namespace {

constexpr const char* how_to_install = "sudo apt-get install nix-bin bubblewrap";

Finding version_finding(const Machine& machine, const std::filesystem::path& program) {
  const auto ran = machine.run({program.string(), "--version"});
  const auto text = nix_version_in(ran.output);
  const auto standing = eval::standing_of(text);
  if (ran.status != 0 || standing == eval::Standing::unknown) {
    return {"nix", Health::broken,
            fmt::format("{} --version failed: {}", program.string(),
                        printable(ran.errors.substr(0, ran.errors.find('\n')))),
            std::string(how_to_install)};
  }
  const auto found = fmt::format("Nix {} ({})", text, program.string());
  if (standing == eval::Standing::too_old) {
    return {"nix", Health::broken, fmt::format("{} is too old: {} or newer is needed", found, eval::oldest_known_nix),
            how_to_install};
  }
  return {"nix", Health::good, found, ""};
}

// The value of a setting in the output of `nix show-config`: lines "name = value".
std::string setting_in(const std::string& output, const std::string& name) {
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(name + " =")) return line.substr(std::min(line.size(), name.size() + 3));
  }
  return {};
}

// Where the build sandbox takes `path` from: an entry of sandbox-paths is "target", "target=source" or
// "target=source?".
std::optional<std::filesystem::path> source_in_sandbox(const std::string& sandbox_paths, std::string_view path) {
  std::istringstream entries(sandbox_paths);
  for (std::string entry; entries >> entry;) {
    if (entry.ends_with('?')) entry.pop_back();
    const auto equals = entry.find('=');
    const auto target = entry.substr(0, equals);
    auto source = equals == std::string::npos ? target : entry.substr(equals + 1);
    if (path == target) return source;
    const auto below = target.ends_with('/') ? target : target + "/";
    if (path.starts_with(below)) return std::filesystem::path(source) / path.substr(below.size());
  }
  return std::nullopt;
}

}  // namespace

std::string nix_version_in(const std::string& output) {
  const auto line = output.substr(0, output.find('\n'));
  const auto space = line.rfind(' ');
  return space == std::string::npos ? std::string() : printable(line.substr(space + 1), 40);
}

Findings check_nix(const Machine& machine) {
  Findings out;
  for (const char* name : {"nix-instantiate", "nix-store", "nix"}) {
    const auto program = machine.program(name);
    if (!program) {
      out.push_back({"nix", Health::broken, fmt::format("{} is not in PATH", name), how_to_install});
    } else if (std::string(name) == "nix-instantiate") {
      out.push_back(version_finding(machine, *program));
    }
  }
  return out;
}

Findings check_store(const Machine& machine) {
  const auto store = machine.nix_store();
  if (!store) return {{"store", Health::broken, store.error().message(), store.error().hint()}};
  Findings out;
  out.push_back({"store", Health::good, fmt::format("Nix store: {}", printable(*store)), ""});
  if (!machine.has_build_users(*store)) {
    out.push_back({"store", Health::note, "the group nixbld does not exist: root builds without build users", ""});
  }
  const std::filesystem::path root = *store == "daemon" || *store == "local" ? "/nix/store" : *store;
  if (const auto free = machine.free_bytes(root); free && *free < (std::uint64_t{1} << 30)) {
    out.push_back({"store", Health::warning,
                   fmt::format("{} MB are free for the Nix store at {}", *free / 1'000'000, printable(root.native())),
                   "nix-collect-garbage"});
  }
  return out;
}

// Nix is built with a shell for its sandbox, or without one, as that of Debian 12.
Findings check_builds(const Machine& machine) {
  const auto nix = machine.program("nix");
  if (!nix) return {};  // check_nix() reports it
  const auto ran = machine.run({nix->string(), "--extra-experimental-features", "nix-command", "show-config"});
  if (ran.status != 0) {
    return {
        {"builds", Health::warning,
         fmt::format("the settings of Nix cannot be read: {}", printable(ran.errors.substr(0, ran.errors.find('\n')))),
         "nix --extra-experimental-features nix-command show-config"}};
  }
  if (setting_in(ran.output, "sandbox") == "false")
    return {{"builds", Health::note, "Nix builds without a sandbox", ""}};
  const auto shell = source_in_sandbox(setting_in(ran.output, "sandbox-paths"), "/bin/sh");
  if (shell && machine.status(*shell)) {
    return {
        {"builds", Health::good, fmt::format("/bin/sh in Nix's build sandbox: {}", printable(shell->native())), ""}};
  }
  std::string remedy =
      "sudo apt-get install busybox-static && sudo mkdir -p /etc/nix && "
      "echo 'extra-sandbox-paths = /bin/sh=/bin/busybox' | sudo tee -a /etc/nix/nix.conf";
  if (const auto store = machine.nix_store(); store && *store == "daemon") {
    remedy += " && sudo systemctl restart nix-daemon";
  }
  const auto found =
      shell ? fmt::format("/bin/sh in Nix's build sandbox is {}, which does not exist", printable(shell->native()))
            : "Nix's build sandbox has no /bin/sh";
  return {{"builds", shell ? Health::warning : Health::note,
           found + ": derivations with that builder cannot be built, such as the one that `eka new` writes", remedy}};
}

}  // namespace eka::engine
