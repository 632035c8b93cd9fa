// Declarations shared by all commands, and the functions that register them.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "cli/option/arguments.h"
#include "cli/option/options.h"
#include "cli/output/terminal.h"

namespace eka::cli {

// Options common to all commands.
struct Common {
  std::optional<std::filesystem::path> directory;  // -C
  GivenOptions options;                            // including those of the command
  // Computed from `options` and the rest of the configuration.
  int verbose = 0;
  int quiet = 0;
  Color color = Color::automatic;
  Progress progress = Progress::automatic;
};

// With the options of a command that set a configuration key.
inline Common with(Common common, const GivenOptions& given) {
  common.options.insert(common.options.end(), given.begin(), given.end());
  return common;
}

// Set by the selected command; called once after parsing. Returns the exit code and may throw Error, Cancelled and
// coro::Interrupted.
using Action = std::function<int(const Common&)>;

// One per command, defined in the file of the same name.
void add_add(CLI::App& app, Action& action);
void add_build(CLI::App& app, Action& action);
void add_cache(CLI::App& app, Action& action);
void add_completion(CLI::App& app, Action& action);
void add_config(CLI::App& app, Action& action);
void add_diff(CLI::App& app, Action& action);
void add_doctor(CLI::App& app, Action& action);
void add_graph(CLI::App& app, Action& action);
void add_help(CLI::App& app, Action& action);  // shows what `app` declares
void add_init(CLI::App& app, Action& action);
void add_inspect(CLI::App& app, Action& action);
void add_list(CLI::App& app, Action& action);
void add_lock(CLI::App& app, Action& action);
void add_new(CLI::App& app, Action& action);
void add_outdated(CLI::App& app, Action& action);
void add_plan(CLI::App& app, Action& action);
void add_prefetch(CLI::App& app, Action& action);
void add_publish(CLI::App& app, Action& action);
void add_remove(CLI::App& app, Action& action);
void add_resolve(CLI::App& app, Action& action);
void add_search(CLI::App& app, Action& action);
void add_show(CLI::App& app, Action& action);
void add_tree(CLI::App& app, Action& action);
void add_update(CLI::App& app, Action& action);
void add_verify(CLI::App& app, Action& action);
void add_why(CLI::App& app, Action& action);
void add_yank(CLI::App& app, Action& action);

}  // namespace eka::cli
