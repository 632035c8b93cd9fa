#include "cli/app.h"

#include <csignal>
#include <map>
#include <memory>
#include <sstream>
#include <system_error>

#include <fmt/format.h>

#include "cli/command/command.h"
#include "cli/command/help.h"
#include "cli/command/settings.h"
#include "cli/output/complain.h"
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
  app.add_flag("-v,--verbose", common.verbose, "say more; twice: even more");
  app.add_flag("-q,--quiet", common.quiet, "say nothing but errors");
  app.add_option("--color", common.color, "auto, always or never")
      ->transform(CLI::CheckedTransformer(colors()).description(""))
      ->type_name("WHEN");
  app.add_option("--progress", common.progress, "auto, bar, plain or none")
      ->transform(CLI::CheckedTransformer(progresses()).description(""))
      ->type_name("HOW");
  app.add_flag("--offline", common.offline, "ask no network: what is cached must do");
  app.add_option("-j,--jobs", common.jobs, "evaluations at once")->type_name("N")->check(CLI::Range(1, 1024));
}

void enter(const std::filesystem::path& directory) {
  std::error_code failure;
  std::filesystem::current_path(directory, failure);
  if (failure) {
    throw Error(Kind::usage, fmt::format("cannot enter the directory {}: {}", directory.string(), failure.message()));
  }
}

// What no flag says is as the configuration has it. Of one that cannot be read, the commands that need it complain.
void complete(Common& common, const CLI::App& app) {
  const auto said = [&](const char* flag) { return app.count(flag) > 0; };
  try {
    const auto config = read_configuration();
    if (!said("--color")) common.color = colors().at(config.ui().color);
    if (!said("--progress")) common.progress = progresses().at(config.ui().progress);
    if (!said("--verbose") && !said("--quiet")) {
      common.verbose = static_cast<int>(config.ui().verbose);
      common.quiet = static_cast<int>(config.ui().quiet);
    }
    common.offline = common.offline || config.net().offline;
  } catch (const Error&) {
    return;
  }
}

// The exit code of `work`; what it throws is told and becomes one.
int guarded(const Common& common, const std::function<int()>& work) {
  try {
    return work();
  } catch (const OutputClosed&) {
    return OutputClosed::exit_code;
  } catch (const Error& e) {
    print_error(describe(e, Palette(common.color)));
    return exit_code(e.kind());
  } catch (const coro::Interrupted& e) {
    return 128 + e.signal;
  } catch (const Cancelled&) {
    return 130;
  } catch (const std::exception& e) {
    const Error failure = error_of(e);
    print_error(describe(failure, Palette(common.color)));
    return exit_code(failure.kind());
  }
}

}  // namespace

int run(int argc, char** argv) {
  hold_standard_descriptors();
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is a failed write
  CLI::App app{"eka: from the name of an atom to its build plan", "eka"};
  app.set_version_flag("--version", [] { return version_text(); }, "what this eka is made of");
  app.formatter(std::make_shared<Help>());
  app.set_help_flag("-h,--help", "print this help");
  app.get_formatter()->label("Positionals", "Arguments");
  app.footer("Example:\n  eka plan gh:owner/repo::server@^1.2\n\n`eka COMMAND --help` tells more of a command.");
  app.require_subcommand(1);
  app.fallthrough();
  Common common;
  Action action;
  add_common(app, common);
  add_plan(app, action);
  add_build(app, action);
  add_prefetch(app, action);
  add_init(app, action);
  add_new(app, action);
  add_add(app, action);
  add_resolve(app, action);
  add_graph(app, action);
  add_publish(app, action);
  add_verify(app, action);
  add_inspect(app, action);
  add_config(app, action);
  add_cache(app, action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    // --help and --version come this way too, with exit code 0.
    std::ostringstream out;
    std::ostringstream complaint;
    const int code = app.exit(e, out, complaint);
    return guarded(common, [&] {
      print(out.str());
      print_error(complaint.str());
      return code == 0 ? 0 : exit_code(Kind::usage);
    });
  }
  return guarded(common, [&] {
    if (common.directory) enter(*common.directory);
    complete(common, app);
    return action(common);
  });
}

}  // namespace eka::cli
