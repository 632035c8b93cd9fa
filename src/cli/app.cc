#include "cli/app.h"

#include <csignal>
#include <map>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "cli/ci/report_errors.h"
#include "cli/command/command.h"
#include "cli/command/complete.h"
#include "cli/command/settings.h"
#include "cli/manual/help.h"
#include "cli/output/complain.h"
#include "cli/output/print.h"
#include "cli/parse_error.h"
#include "cli/run.h"
#include "cli/version.h"
#include "coro/run/runtime.h"

namespace eka::cli {
namespace {

const std::map<std::string, Color>& colors() {
  static const std::map<std::string, Color> words{
      {"auto", Color::automatic}, {"always", Color::always}, {"never", Color::never}};
  return words;
}
const std::map<std::string, Progress>& progresses() {
  static const std::map<std::string, Progress> words{
      {"auto", Progress::automatic}, {"bar", Progress::bar}, {"plain", Progress::plain}, {"none", Progress::none}};
  return words;
}

void add_common(CLI::App& app, Common& common) {
  app.add_option("-C", common.directory, "run as if started in DIR")->type_name("DIR");
  add_options(app, OptionGroup::common, common.options);
}

void enter(const std::filesystem::path& directory) {
  std::error_code failure;
  std::filesystem::current_path(directory, failure);
  if (failure) {
    throw Error(Kind::usage, fmt::format("cannot change to directory {}: {}", directory.string(), failure.message()));
  }
}

// The configuration; if it cannot be read, one made from the options alone. Commands that need it report the error.
atom::Config configuration(const Common& common) {
  try {
    return read_configuration(common.options);
  } catch (const Error&) {
    return unwrap(atom::Config::of(common.options));
  }
}

void complete(Common& common) {
  auto& options = common.options;
  // Either of -v and -q replaces both configured values.
  if (is_given(options, "ui.verbose") && !is_given(options, "ui.quiet"))
    options.push_back({"ui.quiet", "0", "--verbose"});
  if (is_given(options, "ui.quiet") && !is_given(options, "ui.verbose"))
    options.push_back({"ui.verbose", "0", "--quiet"});
  const auto config = configuration(common);
  common.color = colors().at(config.ui().color);
  common.progress = progresses().at(config.ui().progress);
  common.verbose = static_cast<int>(config.ui().verbose);
  common.quiet = static_cast<int>(config.ui().quiet);
}

// Runs `work` and returns its exit code; prints exceptions and converts them to exit codes.
int guarded(const Common& common, const std::function<int()>& work) {
  try {
    return work();
  } catch (const OutputClosed&) {
    return OutputClosed::exit_code;
  } catch (const Error& e) {
    report_errors({e}, Palette(common.color));
    return exit_code(e.kind());
  } catch (const coro::Interrupted& e) {
    return 128 + e.signal;
  } catch (const Cancelled&) {
    return 130;
  } catch (const std::exception& e) {
    const Error failure = error_of(e);
    report_errors({failure}, Palette(common.color));
    return exit_code(failure.kind());
  }
}

}  // namespace

void declare(CLI::App& app, Common& common, Action& action) {
  app.name("eka");
  app.description("Plan and build atoms, versioned packages in git repositories, with Nix.");
  app.set_version_flag("--version", [] { return version_text(); }, "print version information");
  app.formatter(std::make_shared<Help>());
  app.set_help_flag("-h,--help", "print this help");
  app.get_formatter()->label("Positionals", "Arguments");
  app.footer(
      "Example:\n  eka plan gh:owner/repo::server@^1.2\n\nRun `eka help COMMAND` for the options of a command, `eka "
      "help configuration`\nfor the configuration keys, `eka help environment` for the variables.");
  app.require_subcommand(1);
  app.fallthrough();
  add_common(app, common);
  add_plan(app, action);
  add_build(app, action);
  add_prefetch(app, action);
  add_init(app, action);
  add_new(app, action);
  add_add(app, action);
  add_remove(app, action);
  add_resolve(app, action);
  add_lock(app, action);
  add_update(app, action);
  add_list(app, action);
  add_search(app, action);
  add_show(app, action);
  add_outdated(app, action);
  add_tree(app, action);
  add_why(app, action);
  add_graph(app, action);
  add_publish(app, action);
  add_yank(app, action);
  add_verify(app, action);
  add_diff(app, action);
  add_inspect(app, action);
  add_config(app, action);
  add_cache(app, action);
  add_doctor(app, action);
  add_completion(app, action);
  add_help(app, action);
}

int run(int argc, char** argv) {
  hold_standard_descriptors();
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is a failed write
  CLI::App app;
  Common common;
  Action action;
  declare(app, common, action);
  if (argc > 1 && std::string_view(argv[1]) == complete_command) {
    return guarded(common, [&] { return run_completion(app, {argv + 2, argv + argc}); });
  }
  if (argc == 1) {
    return guarded(common, [&] {
      print_error("{}", app.help());
      return exit_code(Kind::usage);
    });
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    // --help and --version come this way too, with exit code 0.
    std::ostringstream out;
    std::ostringstream complaint;
    const int code = app.exit(e, out, complaint);
    return guarded(common, [&] {
      if (code != 0) throw parse_error(app, e);
      print(out.str());
      return 0;
    });
  }
  return guarded(common, [&] {
    if (common.directory) enter(*common.directory);
    complete(common);
    return action(common);
  });
}

}  // namespace eka::cli
