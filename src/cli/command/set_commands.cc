// eka init, eka new, eka publish: what writes package sets.
#include <memory>

#include <fmt/format.h>

#include "cli/command/command.h"
#include "cli/command/settings.h"
#include "cli/command/with_engine.h"
#include "cli/output/complain.h"
#include "engine/publish/publish.h"
#include "engine/workspace/init.h"
#include "engine/workspace/new_atom.h"

namespace eka::cli {
namespace {

void warn(const Palette& palette, const std::string& text) {
  print_error(warning_text(text, palette));
}

int init(const Common& common, const engine::InitRequest& request) {
  const Palette palette(common.color);
  const auto preferences = read_preferences(common);
  const auto display = make_display(decide(common.progress, common.quiet), common.verbose, palette);
  const auto report = with_engine<engine::InitReport>(
      preferences.settings, *display, [&](engine::Context& context) { return engine::init(context, request); });
  using Remote = engine::InitReport::Remote;
  if (report.remote == Remote::unreachable) {
    warn(palette, fmt::format("{} was not told: {}; run `eka init` again when it can be reached", report.remote_url,
                              report.remote_problem));
  }
  if (common.quiet == 0) {
    print_error("{}\n", report.committed ? "made a package set; ekala.toml is committed" : "this is a package set");
    if (report.remote == Remote::initialised) print_error("initialised {}\n", report.remote_url);
    if (report.remote == Remote::was_initialised) print_error("{} is initialised\n", report.remote_url);
  }
  print("{}\n", report.genesis.hex());
  return 0;
}

int make_atom(const Common& common, engine::NewAtomRequest request) {
  const Palette palette(common.color);
  request.composer = read_preferences(common).composer;
  const auto report = engine::new_atom(request);
  for (const auto& warning : report.warnings) warn(palette, warning);
  if (common.quiet == 0) print_error("made atom `{}`: {}\n", report.label.str(), report.manifest.string());
  return 0;
}

const char* word(engine::PublishOutcome outcome) {
  switch (outcome) {
    case engine::PublishOutcome::published:
      return "published";
    case engine::PublishOutcome::skipped:
      return "skipped";
    case engine::PublishOutcome::differs:
    case engine::PublishOutcome::unfit:
    case engine::PublishOutcome::refused:
      return "refused";
  }
  return "";
}

Kind kind_of(engine::PublishOutcome refusal) {
  switch (refusal) {
    case engine::PublishOutcome::differs:
      return Kind::integrity;
    case engine::PublishOutcome::unfit:
      return Kind::usage;
    default:
      return Kind::remote;
  }
}

int publish(const Common& common, const engine::PublishRequest& request) {
  const Palette palette(common.color);
  const auto preferences = read_preferences(common);
  engine::PublishReport report;
  {
    const auto display = make_display(decide(common.progress, common.quiet), common.verbose, palette);
    report = with_engine<engine::PublishReport>(
        preferences.settings, *display, [&](engine::Context& context) { return engine::publish(context, request); });
  }
  std::map<std::string_view, int> counts;
  std::vector<Error> refusals;
  for (const auto& atom : report.atoms) {
    ++counts[word(atom.outcome)];
    print("{} {} {} {}\n", word(atom.outcome), atom.label.str(), atom.version.str(), atom.rev.hex());
    if (atom.reason.empty()) continue;
    refusals.push_back(
        Error(kind_of(atom.outcome), atom.reason)
            .within(fmt::format("publishing {} {} to {}", atom.label.str(), atom.version.str(), report.remote)));
  }
  for (const auto& warning : report.warnings) warn(palette, warning);
  if (report.atoms.empty()) {
    warn(palette, fmt::format("commit {} lists no atoms; what is not committed is not published", report.source.hex()));
  }
  for (const auto& refusal : refusals) print_error(describe(refusal, palette));
  if (common.quiet == 0) {
    print_error("{}: {} published, {} skipped, {} refused\n", report.remote, counts["published"], counts["skipped"],
                counts["refused"]);
  }
  return exit_code(refusals);
}

}  // namespace

void add_init(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("init", "make a package set: ekala.toml committed, its remote told the genesis");
  const auto request = std::make_shared<engine::InitRequest>();
  request->directory = ".";
  command->add_option("dir", request->directory, "where; the current directory by default")->type_name("DIR");
  command->add_flag("--init-git", request->init_git, "make a git repository where there is none");
  command->add_option("-t,--target", request->remote, "a configured remote or a URL; `origin` where there is one")
      ->type_name("REMOTE");
  command->callback(
      [request, &action] { action = [request](const Common& common) { return init(common, *request); }; });
}

void add_new(CLI::App& app, Action& action) {
  struct Options {
    std::string path, version = "0.1.0", label;
  };
  auto* command = app.add_subcommand("new", "make an atom in the set, with the default composer");
  const auto options = std::make_shared<Options>();
  command->add_option("path", options->path, "the directory of the atom")->type_name("PATH")->required();
  command->add_option("-V,--atom-version", options->version, "its version; 0.1.0 by default")->type_name("VERSION");
  command->add_option("-l,--label", options->label, "its label; the directory's name by default")->type_name("LABEL");
  command->callback([options, &action] {
    action = [options](const Common& common) {
      engine::NewAtomRequest request{options->path, unwrap(atom::Version::parse(options->version)), {}, {}};
      if (!options->label.empty()) request.label = unwrap(atom::Label::parse(options->label));
      return make_atom(common, std::move(request));
    };
  });
}

void add_publish(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("publish", "publish atoms of a commit to the set's remote");
  const auto request = std::make_shared<engine::PublishRequest>();
  request->directory = ".";
  auto* packages = command->add_option("path", request->packages, "directories or labels of atoms")->type_name("PATH");
  auto* all = command->add_flag("--all", request->all, "every atom of the set")->excludes(packages);
  command->add_option("-t,--target", request->remote, "a configured remote or a URL; `origin` by default")
      ->type_name("REMOTE");
  command->add_option("-r,--revision", request->revision, "the commit to publish from; HEAD by default")
      ->type_name("REVSPEC");
  command->callback([request, packages, all, &action] {
    if (packages->empty() && all->empty()) throw CLI::RequiredError("path, or --all");
    action = [request](const Common& common) { return publish(common, *request); };
  });
}

}  // namespace eka::cli
