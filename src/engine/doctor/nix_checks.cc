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

}  // namespace eka::engine
