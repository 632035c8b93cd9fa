#include <charconv>

#include <fmt/format.h>

#include "base/text.h"
#include "engine/doctor/checks.h"

namespace eka::engine {
namespace {

// The oldest version whose evaluator eka can drive.
constexpr int oldest_minor = 8;
constexpr const char* how_to_install = "sudo apt-get install nix-bin bubblewrap";

struct NixVersion {
  int major = 0;
  int minor = 0;
};

std::optional<NixVersion> parse(const std::string& text) {
  NixVersion out;
  const char* const end = text.data() + text.size();
  const auto [dot, failed] = std::from_chars(text.data(), end, out.major);
  if (failed != std::errc() || dot == end || *dot != '.') return std::nullopt;
  if (std::from_chars(dot + 1, end, out.minor).ec != std::errc()) return std::nullopt;
  return out;
}

Finding version_finding(const Machine& machine, const std::filesystem::path& program) {
  const auto ran = machine.run({program.string(), "--version"});
  const auto text = nix_version_in(ran.output);
  const auto version = parse(text);
  if (ran.status != 0 || !version) {
    return {"nix", Health::broken,
            fmt::format("{} --version failed: {}", program.string(),
                        printable(ran.errors.substr(0, ran.errors.find('\n')))),
            std::string(how_to_install)};
  }
  const bool is_old = version->major < 2 || (version->major == 2 && version->minor < oldest_minor);
  const auto found = fmt::format("Nix {} ({})", text, program.string());
  if (is_old) return {"nix", Health::broken, found + " is too old: 2.8 or newer is needed", how_to_install};
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
