#include "cli/app.h"

#include <cstdio>
#include <map>
#include <system_error>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/complain.h"
#include "cli/version.h"
#include "coro/runtime.h"

namespace eka::cli {
namespace {

void add_common(CLI::App& app, Common& common) {
  static const std::map<std::string, Color> colors{
      {"auto", Color::automatic}, {"always", Color::always}, {"never", Color::never}};
  static const std::map<std::string, Progress> progresses{
      {"auto", Progress::automatic}, {"bar", Progress::bar}, {"plain", Progress::plain}, {"none", Progress::none}};
  app.add_option("-C", common.directory, "run as if started in DIR")->type_name("DIR");
  app.add_flag("-v,--verbose", common.verbose, "say more; twice: even more");
  app.add_flag("-q,--quiet", common.quiet, "say nothing but errors");
  app.add_option("--color", common.color, "auto, always or never")
      ->transform(CLI::CheckedTransformer(colors).description(""))
      ->type_name("WHEN");
  app.add_option("--progress", common.progress, "auto, bar, plain or none")
      ->transform(CLI::CheckedTransformer(progresses).description(""))
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

int guarded(const Common& common, const Action& action) {
  const Palette palette(common.color);
  try {
    if (common.directory) enter(*common.directory);
    return action(common);
  } catch (const Error& e) {
    fmt::print(stderr, "{}", describe(e, palette));
    return exit_code(e.kind());
  } catch (const coro::Interrupted& e) {
    return 128 + e.signal;
  } catch (const Cancelled&) {
    return 130;
  } catch (const std::filesystem::filesystem_error& e) {
    fmt::print(stderr, "{}", describe(Error(Kind::usage, e.what()), palette));
    return exit_code(Kind::usage);
  } catch (const std::exception& e) {
    fmt::print(stderr, "{}", describe(Error(Kind::failure, e.what()), palette));
    return exit_code(Kind::failure);
  }
}

}  // namespace

int run(int argc, char** argv) {
  CLI::App app{"eka: from the name of an atom to its build plan", "eka"};
  app.set_version_flag("--version", [] { return version_text(); }, "what this eka is made of");
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
    return app.exit(e) == 0 ? 0 : exit_code(Kind::usage);
  }
  return guarded(common, action);
}

}  // namespace eka::cli
