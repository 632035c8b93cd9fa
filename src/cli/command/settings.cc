#include "cli/command/settings.h"

#include <algorithm>
#include <cstdlib>
#include <system_error>
#include <thread>

#include "atom/config/config.h"
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

std::size_t jobs(const atom::Config& config) {
  if (config.plan().jobs > 0) return config.plan().jobs;
  return std::max<std::size_t>(std::thread::hardware_concurrency(), 1);
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
  settings.local_sources.assign(config.sources().local.begin(), config.sources().local.end());
  const auto& platforms = config.platforms();
  settings.platforms = {platforms.build, platforms.target, platforms.legacy_target};
  settings.jobs = jobs(config);
  if (is_given(common.options, "plan.jobs")) out.jobs = settings.jobs;
  settings.offline = config.net().offline;
  settings.share_context = config.plan().sharectx;
  settings.whole_traces = common.verbose > 0;
  settings.fresh_evaluation = config.plan().fresh;
  settings.imports = config.plan().ifd;
  settings.gc_roots = config.plan().gcroot;
  settings.limits.memory_bytes = config.plan().memory_bytes;
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
