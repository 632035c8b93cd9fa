// eka init, eka new, eka publish: create and publish package sets.
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

// Elsewhere -t and --target select a platform. Here they are accepted as well, but not shown in --help.
template <class Target>
void add_remote(CLI::App& command, Target& remote, const char* help) {
  auto* shown = command.add_option("--remote", remote, help)->type_name("REMOTE");
  command.add_option("-t,--target", remote)->type_name("REMOTE")->group("")->excludes(shown);
}

int init(const Common& common, const engine::InitRequest& request) {
  const Palette palette(common.color);
  const auto preferences = read_preferences(common);
  const auto report = with_engine<engine::InitReport>(
      preferences.settings, common, [&](engine::Context& context) { return engine::init(context, request); });
  using Remote = engine::InitReport::Remote;
  if (report.remote == Remote::unreachable) {
    warn(palette, fmt::format("cannot initialize {}: {}; run `eka init` again when it is reachable", report.remote_url,
                              report.remote_problem));
  }
  if (common.quiet == 0) {
    print_error("{}\n", report.committed ? "created package set: committed ekala.toml" : "package set already exists");
    if (report.remote == Remote::initialised) print_error("initialized {}\n", report.remote_url);
    if (report.remote == Remote::was_initialised) print_error("{} is already initialized\n", report.remote_url);
  }
  print("{}\n", report.genesis.hex());
  return 0;
}

int make_atom(const Common& common, engine::NewAtomRequest request, bool composer) {
  const Palette palette(common.color);
  if (composer) request.composer = read_preferences(common).composer;
  const auto report = engine::new_atom(request);
  for (const auto& warning : report.warnings) warn(palette, warning);
  if (common.quiet == 0) {
    print_error("created atom `{}`: {}\n", report.label.str(), report.manifest.string());
    if (report.expression)
      print_error("{} builds an example: try `eka build ::{}`\n", report.expression->string(), report.label.str());
  }
  return 0;
}

const char* word(engine::PublishOutcome outcome) {
  switch (outcome) {
    case engine::PublishOutcome::published:
      return "published";
    case engine::PublishOutcome::would_publish:
      return "would-publish";
    case engine::PublishOutcome::skipped:
      return "skipped";
    case engine::PublishOutcome::would_resolve:
      return "would-resolve";
    case engine::PublishOutcome::differs:
    case engine::PublishOutcome::unfit:
    case engine::PublishOutcome::unresolved:
    case engine::PublishOutcome::unplannable:
    case engine::PublishOutcome::refused:
      return "refused";
  }
  return "";
}

// "2 published, 1 skipped, 0 refused".
std::string summary(std::map<std::string_view, int> counts, bool dry_run) {
  std::string out = fmt::format("{} {}", counts[dry_run ? "would-publish" : "published"],
                                dry_run ? "would be published" : "published");
  if (counts["would-resolve"] > 0) out += fmt::format(", {} after new lock files", counts["would-resolve"]);
  return out + fmt::format(", {} skipped, {} refused", counts["skipped"], counts["refused"]);
}

int publish(const Common& common, const engine::PublishRequest& request) {
  const Palette palette(common.color);
  const auto preferences = read_preferences(common);
  const auto report = with_engine<engine::PublishReport>(
      preferences.settings, common, [&](engine::Context& context) { return engine::publish(context, request); });
  std::map<std::string_view, int> counts;
  std::vector<Error> refusals;
  for (const auto& atom : report.atoms) {
    ++counts[word(atom.outcome)];
    print("{} {} {} {}\n", word(atom.outcome), atom.label.str(), atom.version.str(), atom.rev.hex());
    if (!atom.refusal) continue;
    refusals.push_back(
        Error(*atom.refusal)
            .within(fmt::format("publishing {} {} to {}", atom.label.str(), atom.version.str(), report.remote)));
  }
  if (report.failure) refusals.push_back(*report.failure);
  for (const auto& warning : report.warnings) warn(palette, warning);
  for (const auto& line : report.said) print_error("remote: {}\n", line);
  if (report.atoms.empty()) {
    warn(palette, fmt::format("commit {} lists no atoms (uncommitted changes are not published)", report.source.hex()));
  }
  for (const auto& refusal : refusals) print_error(describe(refusal, palette));
  if (common.quiet == 0) {
    for (const auto& commit : report.commits) print_error("committed new lock files: {}\n", commit.hex());
    if (!report.commits.empty()) {
      const bool is_url = request.remote.find(':') != std::string::npos;  // which may contain a password
      print_error("your branch is not pushed: run `git push {} HEAD`\n", is_url ? report.remote : request.remote);
    }
    print_error("{}: {}\n", report.remote, summary(std::move(counts), request.dry_run));
  }
  return exit_code(refusals);
}

}  // namespace

void add_init(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("init", "create a package set: commit ekala.toml and initialize the remote");
  const auto request = std::make_shared<engine::InitRequest>();
  request->directory = ".";
  command->add_option("dir", request->directory, "directory (default: current directory)")->type_name("DIR");
  command->add_flag("--init-git", request->init_git, "create a git repository if there is none");
  add_remote(*command, request->remote, "git remote or URL to initialize (default: `origin`, if it exists)");
  command->footer("Example:\n  eka init --init-git --remote https://example.com/set.git\n");
  command->callback(
      [request, &action] { action = [request](const Common& common) { return init(common, *request); }; });
}

void add_new(CLI::App& app, Action& action) {
  struct Options {
    std::string path, version = "0.1.0", label;
    bool composer = false;
  };
  auto* command = app.add_subcommand("new", "create an atom in the package set: a plain Nix expression, ready to plan");
  const auto options = std::make_shared<Options>();
  command->add_option("path", options->path, "directory of the atom")->type_name("PATH")->required();
  command->add_option("-V,--atom-version", options->version, "version of the atom (default: 0.1.0)")
      ->type_name("VERSION");
  command->add_option("-l,--label", options->label, "label of the atom (default: name of the directory)")
      ->type_name("LABEL");
  command->add_flag(
      "--composer", options->composer,
      "use the composer of the configuration (manifest.default.composer) instead of a plain Nix expression");
  command->footer(
      "Examples:\n"
      "  eka new server\n"
      "  eka new --label server --atom-version 1.0.0 ./services/server\n"
      "  eka new --composer server\n");
  command->callback([options, &action] {
    action = [options](const Common& common) {
      engine::NewAtomRequest request{options->path, unwrap(atom::Version::parse(options->version)), {}, {}};
      if (!options->label.empty()) request.label = unwrap(atom::Label::parse(options->label));
      return make_atom(common, std::move(request), options->composer);
    };
  });
}

void add_publish(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("publish", "publish atoms of a commit to the remote of the set");
  const auto request = std::make_shared<engine::PublishRequest>();
  request->directory = ".";
  auto* packages = command->add_option("path", request->packages, "directory or label of an atom")->type_name("PATH");
  auto* all = command->add_flag("--all", request->all, "publish all atoms of the set")->excludes(packages);
  add_remote(*command, request->remote, "git remote or URL to publish to (default: `origin`)");
  command->add_option("-r,--revision", request->revision, "commit to publish from (default: HEAD)")
      ->type_name("REVSPEC");
  command->add_flag("-n,--dry-run", request->dry_run, "check everything, but push and commit nothing");
  command->add_flag("--resolve", request->resolve,
                    "update lock files that pin unpublished versions or do not match, commit them, and publish from "
                    "that commit");
  command->add_flag("!--no-check", request->check, "do not plan the atoms before they are published");
  command->footer(
      "Examples:\n"
      "  eka publish server\n"
      "  eka publish --all --dry-run\n"
      "  eka publish --all --resolve\n"
      "  eka publish --all --revision v1.4.0\n");
  command->callback([request, packages, all, &action] {
    if (packages->empty() && all->empty()) throw CLI::RequiredError("PATH or --all");
    action = [request](const Common& common) { return publish(common, *request); };
  });
}

}  // namespace eka::cli
