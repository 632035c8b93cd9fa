#include "cli/command/settings.h"

#include <algorithm>
#include <cstdlib>
#include <system_error>

#include <fmt/format.h>

#include "atom/config/config.h"
#include "coro/run/allowance.h"
#include "git/config/safe_directory.h"
#include "git/object/working_file.h"

extern char** environ;

namespace eka::cli {
namespace {

namespace fs = std::filesystem;

void add_layer(std::vector<atom::ConfigLayer>& layers, const fs::path& file, bool of_repository) {
  if (auto text = git::read_named_file(file)) layers.push_back({file.string(), *std::move(text), of_repository});
}

std::optional<fs::path> user_configuration() {
  if (const char* xdg = std::getenv("XDG_CONFIG_HOME"); xdg != nullptr && *xdg == '/')
    return fs::path(xdg) / "eka.toml";
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0')
    return fs::path(home) / ".config/eka.toml";
  return std::nullopt;
}

atom::Config::Environment environment() {
  atom::Config::Environment out;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (const auto equals = text.find('='); equals != std::string_view::npos) {
      out.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  return out;
}

bool is_default(const atom::Config& config, std::string_view key) {
  const auto entries = config.entries();
  const auto entry = std::ranges::find(entries, key, &atom::Config::Entry::key);
  return entry == entries.end() || entry->origin.source == "default";
}

// Evaluations that run at the same time. More than the quota of the control groups would only wait for one another.
void bound_jobs(engine::Settings& settings, const atom::Config& config, const coro::Allowance& allowance) {
  const std::size_t wanted = config.plan().jobs;
  settings.jobs = wanted == 0 ? allowance.processors : wanted;
  if (!allowance.quota || settings.jobs <= *allowance.quota) return;
  settings.jobs = *allowance.quota;
  settings.reduced.push_back(
      fmt::format("{} instead of {} evaluations run at the same time: the CPU quota of the "
                  "control group allows no more",
                  *allowance.quota, wanted));
}

// Evaluators are limited by their address space, of which even a small evaluation needs this much.
constexpr std::uint64_t least_memory = std::uint64_t{512} << 20;

void bound_memory(engine::Settings& settings, const atom::Config& config, const coro::Allowance& allowance) {
  auto& memory = settings.limits.memory_bytes;
  memory = config.plan().memory_bytes;
  if (!allowance.memory_bytes || memory <= std::max(*allowance.memory_bytes, least_memory)) return;
  memory = std::max(*allowance.memory_bytes, least_memory);
  if (is_default(config, "plan.memory")) return;
  settings.reduced.push_back(
      fmt::format("plan.memory is reduced to {} MiB: the memory limit of the control group is {} "
                  "MiB",
                  memory >> 20, *allowance.memory_bytes >> 20));
}

// Throws Kind::usage if the file of the secret key cannot be used.
engine::SharedCache shared_cache(const atom::Config::Cache& config) {
  engine::SharedCache out;
  if (!config.remote.empty()) out.url = unwrap(atom::Url::parse(config.remote));
  out.push = config.push;
  out.trust = config.trust;
  for (const auto& key : config.trusted_keys) out.trusted_keys.push_back(unwrap(atom::PublicKey::parse(key)));
  if (config.signing_key.empty()) return out;
  try {
    out.signing_key = unwrap(atom::SecretKey::parse(git::read_required_file(fs::absolute(config.signing_key))));
  } catch (Error& error) {
    error.within("reading the key of cache.signing-key");
    throw;
  }
  return out;
}

}  // namespace

atom::Config read_configuration(const GivenOptions& options) {
  std::vector<atom::ConfigLayer> layers;
  if (const auto file = user_configuration()) add_layer(layers, *file, false);
  std::error_code gone;  // the working directory may have been removed
  const fs::path here = fs::current_path(gone);
  // A repository that git does not trust is ignored.
  const auto repository = gone ? std::nullopt : git::find_repository(here);
  if (repository && git::is_trusted(*repository))
    add_layer(layers, repository->git_directory / "info" / "eka.toml", true);
  return unwrap(atom::Config::load(layers, environment(), options));
}

Preferences read_preferences(const Common& common) {
  const auto config = read_configuration(common.options);
  Preferences out;
  out.aliases = config.aliases();
  const auto& composer = config.default_composer();
  auto address = unwrap(atom::parse_direct_uri(composer.address, config.aliases()));
  out.composer = {composer.set.str(), address.str(), composer.label.str()};
  auto& settings = out.settings;
  settings.cache_root = fs::absolute(config.cache_root());
  settings.shared = shared_cache(config.cache());
  settings.local_sources.assign(config.sources().local.begin(), config.sources().local.end());
  const auto& platforms = config.platforms();
  settings.platforms = {platforms.build, platforms.target, platforms.legacy_target};
  const auto allowance = coro::Allowance::of_this_process();
  bound_jobs(settings, config, allowance);
  if (is_given(common.options, "plan.jobs")) out.jobs = config.plan().jobs;
  settings.offline = config.net().offline;
  settings.newest_before = config.resolve().newest_before;
  settings.share_context = config.plan().sharectx;
  settings.whole_traces = common.verbose > 0;
  settings.fresh_evaluation = config.plan().fresh;
  settings.imports = config.plan().ifd;
  settings.gc_roots = config.plan().gcroot;
  if (config.plan().sandbox == "container") settings.sandbox = eval::SandboxKind::container;
  bound_memory(settings, config, allowance);
  settings.limits.store_bytes = config.plan().disk_bytes;
  settings.limits.wall_time = config.plan().timeout;
  settings.timeouts = {.connect = config.net().connect, .stall = config.net().stall, .retry = config.net().retry};
  settings.deadline = config.net().deadline;
  return out;
}

fs::path working_directory() {
  std::error_code failure;
  auto directory = fs::current_path(failure);
  if (!failure) return directory;
  throw Error(Kind::usage, "cannot determine the working directory: " + failure.message())
      .with_hint("it may have been removed: change to an existing directory, or use -C");
}

void make_absolute(atom::Url& url) {
  if (!url.is_local() || fs::path(url.path()).is_absolute()) return;
  auto path = (working_directory() / url.path()).lexically_normal().string();
  if (path.size() > 1 && path.ends_with('/')) path.pop_back();
  url = unwrap(atom::Url::parse(path));
}

std::string redacted(const std::string& typed) {
  return atom::without_password(typed);
}

}  // namespace eka::cli
