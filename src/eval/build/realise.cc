#include "eval/build/realise.h"

#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include "base/text.h"
#include "coro/process/process.h"
#include "eval/nix/store_program.h"
#include "eval/store/derivation.h"
#include "eval/store/real_store.h"

extern char** environ;

namespace eka::eval {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t longest_failure = 16 << 10;

std::map<std::string, std::string> users_environment(const Installation& installation) {
  std::map<std::string, std::string> out;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (const auto equals = text.find('='); equals != std::string_view::npos) {
      out.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  // The user's NIX_CONFIG comes last and takes precedence.
  if (lacks_build_users(installation.store)) out["NIX_CONFIG"] = "build-users-group =\n" + out["NIX_CONFIG"];
  return out;
}

coro::Command realise_command(const Installation& installation, const Realisation& request) {
  coro::Command command;
  command.argv = {installation.nix_store.string(),
                  "--store",
                  installation.store,
                  "--realise",
                  "--keep-going",
                  "--log-format",
                  "internal-json"};
  if (request.jobs) command.argv.insert(command.argv.end(), {"--max-jobs", std::to_string(*request.jobs)});
  if (request.builders) command.argv.insert(command.argv.end(), {"--builders", *request.builders});
  command.argv.insert(command.argv.end(), request.drv_paths.begin(), request.drv_paths.end());
  command.env = users_environment(installation);
  command.directory = "/";
  return command;
}

// The derivations that `drv_path` depends on; empty if it cannot be read from here.
std::vector<std::string> inputs_of(const fs::path& root, const std::string& drv_path) {
  std::ifstream in(root / drv_path.substr(1), std::ios::binary);
  const auto derivation = Derivation::parse(std::string(std::istreambuf_iterator<char>(in), {}));
  std::vector<std::string> paths;
  if (!derivation) return paths;
  for (const InputDerivation& input : derivation->input_derivations) paths.push_back(input.path);
  return paths;
}

// The failed derivations among `drv_path` and its dependencies, `drv_path` first. Reads derivations from disk.
std::vector<std::string> failed_below(const std::string& store, const std::string& drv_path,
                                      const std::map<std::string, std::string>& failures) {
  const auto root = root_of(store);
  std::set<std::string> seen{drv_path};
  std::vector<std::string> open{drv_path};
  std::vector<std::string> failed;
  for (std::size_t at = 0; at < open.size(); ++at) {
    if (!failures.contains(open[at])) continue;  // not failed, so its inputs do not matter
    failed.push_back(open[at]);
    for (auto& input : root ? inputs_of(*root, open[at]) : std::vector<std::string>()) {
      if (seen.insert(input).second) open.push_back(std::move(input));
    }
  }
  return failed;
}

// What to do about failures of this machine's Nix.
std::string hint_for(std::string_view message) {
  if (message.contains("specified in 'build-users-group' does not exist") ||
      message.contains("the build users group ")) {
    return "Nix, run by root, builds as members of that group: create it with a few users (groupadd -r nixbld; for n "
           "in 1 2 3 4; do useradd -r -N -G nixbld -d /var/empty -s /usr/sbin/nologin nixbld$n; done), or add "
           "`build-users-group =` to /etc/nix/nix.conf to build as root; then restart the daemon, if there is one";
  }
  constexpr std::string_view before = "executing '";
  const auto start = message.find(before);
  const auto end =
      message.find("': No such file or directory", start == std::string_view::npos ? message.size() : start);
  if (end == std::string_view::npos) return {};
  const std::string builder = printable(message.substr(start + before.size(), end - start - before.size()), 200);
  return builder +
         " does not exist in Nix's build sandbox: use a builder from the Nix store, or let the sandbox contain " +
         builder + " with the setting `sandbox-paths` of nix.conf (for a shell: `sandbox-paths = " + builder +
         "=/path/of/a/static/shell`, such as /bin/busybox of Debian's package busybox-static)";
}

Error failure_of(const std::vector<std::string>& failed, const std::map<std::string, std::string>& failures) {
  // If a dependency failed, its message is the useful one.
  const std::string& culprit = failed.size() > 1 ? failed.back() : failed.front();
  std::string text;
  if (failed.size() > 1) text = failures.at(failed.front()) + ":\n";
  text += failures.at(culprit);
  const std::string hint = hint_for(failures.at(culprit));
  return Error(Kind::evaluation, printable(text, longest_failure, true))
      .with_hint(hint.empty() ? "for the complete log, run nix-store -l " + culprit : hint);
}

std::vector<std::optional<Error>> judge(const std::string& store, const Realisation& request, const BuildLog& log) {
  const auto failures = log.failures();
  std::vector<std::optional<Error>> out;
  for (const auto& drv_path : request.drv_paths) {
    const auto failed = failed_below(store, drv_path, failures);
    if (!failed.empty()) {
      out.emplace_back(failure_of(failed, failures));
    } else if (!log.complaints().empty()) {
      out.emplace_back(Error(Kind::evaluation, printable(log.complaints(), longest_failure, true))
                           .with_hint(hint_for(log.complaints())));
    } else {
      out.emplace_back();
    }
  }
  return out;
}

}  // namespace

coro::Task<std::vector<std::optional<Error>>> realise(const Installation& installation, coro::Pool& pool,
                                                      Realisation request, BuildWatch& watch) {
  for (int attempt = 1;; ++attempt) {
    if (attempt > 1) co_await wait_for_attempt(attempt);
    BuildLog log(watch);
    coro::Command command = realise_command(installation, request);
    command.error_line = [&log](std::string_view line) { log.line(line); };
    const coro::Exit exit = co_await coro::run(std::move(command));
    if (exit.ok()) co_return std::vector<std::optional<Error>>(request.drv_paths.size());
    if (attempt < most_attempts && met_another_process(log.complaints())) continue;
    co_return co_await coro::offload(pool, [&] { return judge(installation.store, request, log); });
  }
}

}  // namespace eka::eval
