// eka add URI, eka add direct nix URL: resolve a dependency, then write it to manifest and lock file.
#include <memory>

#include <fmt/format.h>

#include "cli/command/command.h"
#include "cli/command/settings.h"
#include "cli/command/with_engine.h"
#include "cli/output/complain.h"
#include "cli/output/report_json.h"
#include "engine/resolve/add.h"

namespace eka::cli {
namespace {

struct AddOptions {
  std::string uri;
  std::string path = ".";
  GivenOptions given;
  std::string set;
  std::vector<std::string> mirrors;
};

struct DirectOptions {
  std::string url;
  std::string path;  // empty: that of the parent command
  std::string key;
  std::string git;
  CLI::Option* git_flag = nullptr;
  bool tar = true;
  CLI::Option* tar_flag = nullptr;
  bool build = false;
  bool unpack = true;
  CLI::Option* unpack_flag = nullptr;
};

int report(const Common& common, const engine::AddReport& report) {
  const Palette palette(common.color);
  for (const auto& warning : report.warnings) print_error(warning_text(warning, palette));
  if (common.quiet == 0) {
    print_error("added {} to {}\n", report.entry, report.file);
    for (const auto& change : report.changes) print_error("  {}\n", change);
  }
  if (common.verbose > 0) tell_costs(report.remotes);
  return 0;
}

template <class Request>
int run(const Common& common, const Preferences& preferences, const Request& request,
        coro::Task<engine::AddReport> (*work)(engine::Context&, Request)) {
  const auto out = with_engine<engine::AddReport>(preferences.settings, common,
                                                  [&](engine::Context& context) { return work(context, request); });
  return report(common, out);
}

int add(const Common& common, const AddOptions& options) {
  const auto preferences = read_preferences(with(common, options.given));
  auto uri = atom::AtomUri::parse(options.uri, preferences.aliases);
  if (!uri) throw std::move(uri).error().within("parsing the URI " + redacted(options.uri));
  if (uri->set) make_absolute(*uri->set);
  engine::AddRequest request{options.path, *std::move(uri), std::nullopt, {}};
  if (!options.set.empty()) request.set = unwrap(atom::Tag::parse(options.set));
  for (const auto& mirror : options.mirrors) {
    request.mirrors.push_back(unwrap(atom::parse_direct_uri(mirror, preferences.aliases)));
    make_absolute(request.mirrors.back());
  }
  return run(common, preferences, request, &engine::add);
}

// `add --path DIR direct nix URL` is the same as `add direct nix --path DIR URL`; the other options of `add` concern
// sets.
void refuse_options_of_sets(const AddOptions& add) {
  if (!add.set.empty()) throw Error(Kind::usage, "--set cannot be used with `add direct nix`: a source has no set");
  if (!add.mirrors.empty()) throw Error(Kind::usage, "--mirror cannot be used with `add direct nix`: it is for sets");
}

int add_direct(const Common& common, const AddOptions& add, const DirectOptions& options) {
  using Fetch = engine::AddDirectRequest::Fetch;
  refuse_options_of_sets(add);
  const auto preferences = read_preferences(with(common, add.given));
  engine::AddDirectRequest request{.atom = options.path.empty() ? add.path : options.path,
                                   .key = {},
                                   .url = unwrap(atom::parse_direct_uri(options.url, preferences.aliases)),
                                   .at = options.git,
                                   .unpack = {}};
  make_absolute(request.url);
  request.fetch = engine::guess_fetch(request.url);
  if (options.git_flag->count() > 0) request.fetch = Fetch::git;
  if (options.tar_flag->count() > 0) request.fetch = options.tar ? Fetch::tar : Fetch::file;
  if (options.build) request.fetch = Fetch::build;
  if (options.unpack_flag->count() > 0) {
    if (!options.build) throw Error(Kind::usage, "--unpack requires --build");
    request.unpack = options.unpack;
  }
  if (!options.key.empty()) request.key = unwrap(atom::Label::parse(options.key));
  return run(common, preferences, request, &engine::add_direct);
}

void add_direct_nix(CLI::App& add, const std::shared_ptr<AddOptions>& add_options, Action& action) {
  auto* direct = add.add_subcommand("direct", "add a direct source, which is not an atom");
  direct->require_subcommand(1);
  auto* command = direct->add_subcommand("nix", "add a git repository, an archive or a file as a source for Nix");
  direct->footer("Example:\n  eka add direct nix https://example.com/data.tar.gz\n");
  const auto options = std::make_shared<DirectOptions>();
  command->add_option("url", options->url, "URL of the source")->type_name("URL")->required();
  command->add_option("-p,--path", options->path, "directory of the atom (default: current directory)")
      ->type_name("PATH");
  command->add_option("-k,--key", options->key, "name of the source (default: last part of the URL)")
      ->type_name("NAME");
  options->git_flag = command
                          ->add_option("--git", options->git,
                                       "fetch with git, from a ref or from the highest tag that satisfies a version "
                                       "requirement (cannot be used with --tar)")
                          ->type_name("REF|REQ")
                          ->expected(0, 1);
  options->tar_flag = command
                          ->add_option("--tar", options->tar,
                                       "fetch and unpack an archive (default for archive URLs); false: fetch a file")
                          ->type_name("BOOL")
                          ->expected(0, 1)
                          ->default_str("true");
  command->add_flag("--build", options->build, "fetch at build time");
  options->unpack_flag =
      command->add_option("--unpack", options->unpack, "with --build: unpack the archive (default: true)")
          ->type_name("BOOL")
          ->expected(0, 1)
          ->default_str("true");
  command->footer("Example:\n  eka add direct nix --git=nixos-unstable https://github.com/NixOS/nixpkgs\n");
  options->git_flag->excludes(options->tar_flag);
  command->callback([options, add_options, &action] {
    action = [options, add_options](const Common& common) { return add_direct(common, *add_options, *options); };
  });
}

}  // namespace

void add_add(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("add", "add a dependency to atom.toml and atom.lock");
  command->require_subcommand(0, 1);
  const auto options = std::make_shared<AddOptions>();
  command->add_option("uri", options->uri, atom_uri_help)->type_name("URI");
  command->add_option("-p,--path", options->path, "directory of the atom (default: current directory)")
      ->type_name("PATH");
  command->add_option("-s,--set", options->set, "name for the set, if the manifest does not contain it yet")
      ->type_name("SET");
  command->add_option("--mirror", options->mirrors, "additional URL of the set (repeatable)")
      ->type_name("URL")
      ->allow_extra_args(false);
  add_options(*command, OptionGroup::resolving, options->given);
  command->footer("Example:\n  eka add gh:owner/repo::auth@^1.5 --mirror https://mirror.example/repo\n");
  command->callback([command, options, &action] {
    if (!command->get_subcommands().empty()) return;
    if (options->uri.empty()) throw CLI::RequiredError("URI");
    action = [options](const Common& common) { return add(common, *options); };
  });
  add_direct_nix(*command, options, action);
}

}  // namespace eka::cli
