// eka inspect: the contents of URIs, ids, manifests, lock files and package sets, as text or JSON.
#include <filesystem>
#include <memory>
#include <vector>

#include <fmt/format.h>

#include "atom/json/json.h"
#include "atom/lock/lock.h"
#include "atom/manifest/manifest.h"
#include "base/text.h"
#include "cli/ci/report_errors.h"
#include "cli/command/command.h"
#include "cli/command/settings.h"
#include "cli/command/with_engine.h"
#include "cli/output/complain.h"
#include "cli/output/while_read.h"
#include "coro/task/task_group.h"
#include "engine/locate/offer.h"
#include "engine/workspace/package_set.h"
#include "git/object/working_file.h"

namespace eka::cli {
namespace {

using atom::Json;

// The options of all `inspect` commands. Each command uses those it declared.
struct InspectOptions {
  std::vector<std::string> words;
  bool json = false;
};

// `usual` is the name of such a file in the directory of an atom.
std::string read_file(const std::string& name, const char* usual) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(name, ignored)) return git::read_required_file(name);
  const auto inside = std::filesystem::path(name) / usual;
  Error error(Kind::usage, fmt::format("cannot read {}: it is a directory", printable(name)));
  if (!std::filesystem::exists(inside, ignored)) throw std::move(error).with_hint(fmt::format("specify an {}", usual));
  throw std::move(error).with_hint(fmt::format("did you mean {}?", printable(inside.native())));
}

Json uri_json(const std::string& typed, const atom::AtomUri& uri) {
  Json out;
  out["uri"] = redacted(typed);
  out["url"] = uri.set ? Json(uri.set->str()) : Json();
  out["label"] = uri.label.str();
  out["requirement"] = uri.requirement ? Json(uri.requirement->str()) : Json();
  if (!uri.rev.empty()) out["rev"] = uri.rev;
  return out;
}

int inspect_uri(const Common& common, const InspectOptions& options) {
  const auto aliases = read_preferences(common).aliases;
  Json document(Json::Array{});
  std::string text;
  for (const auto& typed : options.words) {
    const auto uri = unwrap(atom::AtomUri::parse(typed, aliases));
    document.push_back(uri_json(typed, uri));
    text += uri.str() + "\n";
  }
  if (options.json) {
    print(Text::pretty(document));
  } else {
    print(text);
  }
  return 0;
}

int inspect_id(const InspectOptions& options) {
  const auto genesis = unwrap(atom::ObjectId::parse(options.words.at(0)));
  const auto label = unwrap(atom::Label::parse(options.words.at(1)));
  const auto id = atom::AtomId(genesis, label).str();
  if (options.json) {
    print(Text::pretty(Json::Object{{"genesis", genesis.hex()}, {"id", id}, {"label", label.str()}}));
  } else {
    print("{}\n", id);
  }
  return 0;
}

Json composer_json(const atom::Composer& composer) {
  Json out;
  if (const auto* with = std::get_if<atom::WithAtom>(&composer)) {
    out["use"] = "atom";
    out["label"] = with->label.str();
    out["from"] = with->from.str();
    out["requirement"] = with->requirement.str();
    out["entry"] = with->entry;
  } else if (const auto* nix = std::get_if<atom::AsNix>(&composer)) {
    out["use"] = "nix";
    out["entry"] = nix->entry;
  } else if (const auto* as_static = std::get_if<atom::AsStatic>(&composer)) {
    out["use"] = "static";
    out["entry"] = as_static->entry;
  } else {
    out["use"] = Json();
  }
  return out;
}

Json manifest_json(const atom::Manifest& manifest) {
  Json out;
  out["label"] = manifest.label.str();
  out["version"] = manifest.version.str();
  out["description"] = manifest.description ? Json(*manifest.description) : Json();
  out["compose"] = composer_json(manifest.composer);
  out["sets"] = Json::Object{};
  for (const auto& [tag, source] : manifest.sets) {
    auto& mirrors = out["sets"][tag.str()];
    mirrors = Json::Array{};
    if (source.local) mirrors.push_back("::");
    for (const auto& url : source.mirrors) mirrors.push_back(url.str());
  }
  out["deps"] = Json::Object{};
  for (const auto& [tag, atoms] : manifest.dependencies) {
    for (const auto& [label, dependency] : atoms) out["deps"][tag.str()][label.str()] = dependency.requirement.str();
  }
  out["direct"] = Json::Array{};
  for (const auto& [name, source] : manifest.direct) out["direct"].push_back(name);
  return out;
}

int inspect_set_manifest(const atom::SetManifest& manifest, bool json) {
  if (json) {
    Json out;
    out["packages"] = Json::Array{};
    for (const auto& package : manifest.packages) out["packages"].push_back(package);
    out["tags"] = Json::Array{};
    for (const auto& tag : manifest.tags) out["tags"].push_back(tag.str());
    print(Text::pretty(out));
    return 0;
  }
  std::string text = fmt::format("a package set with {} packages\n", manifest.packages.size());
  for (const auto& package : manifest.packages) text += fmt::format("  {}\n", printable(package, unlimited));
  print(text);
  return 0;
}

// The manifest of an atom, or of a set: files may have any name.
int inspect_manifest(const InspectOptions& options) {
  const auto& name = options.words.at(0);
  const auto file = read_file(name, engine::atom_file);
  auto parsed = atom::Manifest::parse(file, name);
  auto set = atom::SetManifest::parse(file, name);
  const bool is_set = std::filesystem::path(name).filename() == engine::set_file;
  if (set && !parsed) return inspect_set_manifest(*set, options.json);
  if (is_set && !parsed) throw std::move(set).error();
  const auto manifest = unwrap(std::move(parsed));
  if (options.json) {
    print(Text::pretty(manifest_json(manifest)));
    return 0;
  }
  std::string text = fmt::format("{} {}\n", manifest.label.str(), manifest.version.str());
  if (manifest.description) text += fmt::format("  {}\n", printable(*manifest.description, unlimited));
  for (const auto& [tag, atoms] : manifest.dependencies) {
    for (const auto& [label, dependency] : atoms) {
      text += fmt::format("  depends on {} {} from {}\n", label.str(), dependency.requirement.str(), tag.str());
    }
  }
  if (!manifest.check_composer()) text += "  has no composer\n";
  for (const auto& [direct, source] : manifest.direct) text += fmt::format("  depends on source {}\n", direct);
  print(text);
  return 0;
}

Json lock_json(const atom::Lock& lock) {
  Json out;
  out["format"] = lock.format;
  out["sets"] = Json::Object{};
  for (const auto& [genesis, set] : lock.sets) {
    auto& entry = out["sets"][genesis.hex()];
    entry["tag"] = set.tag.str();
    entry["mirrors"] = Json::Array{};
    if (set.local) entry["mirrors"].push_back("::");
    for (const auto& url : set.mirrors) entry["mirrors"].push_back(url.str());
  }
  out["atoms"] = Json::Array{};
  for (const auto& locked : lock.atoms) {
    Json entry;
    entry["label"] = locked.label.str();
    entry["version"] = locked.version.str();
    entry["set"] = locked.set.hex();
    entry["id"] = locked.id.str();
    entry["rev"] = locked.rev ? Json(locked.rev->hex()) : Json();
    entry["direct"] = locked.direct;
    entry["requires"] = Json::Array{};
    for (const auto& id : locked.requires_) entry["requires"].push_back(id.str());
    out["atoms"].push_back(std::move(entry));
  }
  out["sources"] = Json::Array{};
  for (const auto& source : lock.direct) {
    Json entry;
    entry["name"] = source.name();
    entry["type"] = source.type();
    entry["owner"] = source.owner ? Json(source.owner->str()) : Json();
    out["sources"].push_back(std::move(entry));
  }
  return out;
}

int inspect_lock(const InspectOptions& options) {
  const auto& name = options.words.at(0);
  const auto lock = unwrap(atom::Lock::parse(read_file(name, engine::lock_file), name));
  if (options.json) {
    print(Text::pretty(lock_json(lock)));
    return 0;
  }
  std::string text;
  for (const auto& locked : lock.atoms) {
    text += fmt::format("{} {} {} {}\n", locked.label.str(), locked.version.str(), locked.id.str(),
                        locked.rev ? locked.rev->hex() : "-");
  }
  for (const auto& source : lock.direct) text += fmt::format("{} ({})\n", source.name(), source.type());
  print(text);
  return 0;
}

// The atoms of a set, and the URL that listed them, after insteadOf.
struct Answer {
  engine::SetOffer offer;
  atom::Url vouched_by;
};

Json offer_json(const atom::Url& url, const Answer& answer) {
  const auto& offer = answer.offer;
  Json document;
  document["url"] = url.str();
  document["vouched_by"] = answer.vouched_by.str();
  document["genesis"] = offer.genesis.hex();
  document["atoms"] = Json::Object{};
  for (const auto& [label, versions] : offer.atoms) {
    auto& entry = document["atoms"][label.str()];
    entry["id"] = atom::AtomId(offer.genesis, label).str();
    for (const auto& [version, rev] : versions) entry["versions"][version.str()] = rev.hex();
  }
  return document;
}

void print_offer(const Answer& answer, const std::string& prefix) {
  std::string text;
  for (const auto& [label, versions] : answer.offer.atoms) {
    for (const auto& [version, rev] : versions) {
      text += fmt::format("{}{} {} {} {}\n", prefix, label.str(), version.str(), rev.hex(), answer.vouched_by.str());
    }
  }
  print(text);
}

coro::Task<Answer> ask_one(engine::Context& context, atom::Url url) {
  auto offer = co_await engine::whole_offer(context, url);
  co_return Answer{std::move(offer), context.connector->reached_at(url)};
}

coro::Task<std::vector<Result<Answer>>> ask_all(engine::Context& context, const std::vector<atom::Url>& urls) {
  std::vector<coro::Task<Answer>> questions;
  for (const auto& url : urls) {
    context.connector->named_by_user(url);
    questions.push_back(ask_one(context, url));
  }
  co_return co_await coro::gather(std::move(questions));
}

// Queries all sets in parallel. For one set, prints its atoms and its URL; for several, each line begins with the URL
// as given, and --json prints an array.
int inspect_set(const Common& common, const InspectOptions& options) {
  const auto preferences = read_preferences(common);
  std::vector<atom::Url> urls;
  for (const auto& word : options.words) {
    urls.push_back(unwrap(atom::parse_direct_uri(word, preferences.aliases)));
    make_absolute(urls.back());
  }
  const Palette palette(common.color);
  const auto offers = with_engine<std::vector<Result<Answer>>>(
      preferences.settings, common, [&](engine::Context& context) { return while_read(ask_all(context, urls)); });
  std::vector<Error> errors;
  Json documents{Json::Array{}};
  for (std::size_t i = 0; i < urls.size(); ++i) {
    if (!offers[i]) {
      errors.push_back(offers[i].error());
    } else if (options.json) {
      documents.push_back(offer_json(urls[i], *offers[i]));
    } else {
      print_offer(*offers[i], urls.size() == 1 ? "" : urls[i].str() + " ");
    }
  }
  if (options.json && urls.size() > 1) print(Text::pretty(documents));
  if (options.json && urls.size() == 1 && errors.empty())
    print(Text::pretty(offer_json(urls.front(), *offers.front())));
  report_errors(errors, palette);
  return exit_code(errors);
}

using Inspection = int (*)(const Common&, const InspectOptions&);

struct Subcommand {
  const char* name;
  const char* help;
  const char* argument;
  const char* shown;  // in --help
  const char* argument_help;
  int count;  // of arguments; 0: any number
  const char* example;
  Inspection run;
};

void add_one(CLI::App& app, Action& action, const Subcommand& subcommand) {
  auto* command = app.add_subcommand(subcommand.name, subcommand.help);
  const auto options = std::make_shared<InspectOptions>();
  auto* positional = command->add_option(subcommand.argument, options->words, subcommand.argument_help)->required();
  positional->type_name(subcommand.shown);
  if (subcommand.count > 0) positional->expected(subcommand.count);
  command->add_flag("--json", options->json, "print JSON");
  command->footer(fmt::format("Example:\n  eka inspect {}\n", subcommand.example));
  command->callback([options, run = subcommand.run, &action] {
    action = [options, run](const Common& common) { return run(common, *options); };
  });
}

}  // namespace

void add_inspect(CLI::App& app, Action& action) {
  auto* command =
      app.add_subcommand("inspect", "show what a URI, an id, a manifest, a lock file or a package set contains");
  command->require_subcommand(1);
  command->footer("Example:\n  eka inspect set gh:owner/repo\n");
  add_one(*command, action,
          {"uri", "show the expanded form of URIs", "uri", "URI", "URI of an atom", 0, "uri gh:owner/repo::server@^1.2",
           inspect_uri});
  add_one(*command, action,
          {"id", "show the id of an atom", "genesis-label", "GENESIS LABEL",
           "genesis of the set, then label of the atom", 2, "id 9b4e1b1c61e2a5c4b1b9d4a54c2f2f8e1ba4c0de server",
           [](const Common&, const InspectOptions& options) { return inspect_id(options); }});
  add_one(*command, action,
          {"manifest", "show a manifest", "file", "FILE", "an atom.toml or ekala.toml", 1, "manifest server/atom.toml",
           [](const Common&, const InspectOptions& options) { return inspect_manifest(options); }});
  add_one(*command, action,
          {"lock", "show a lock file", "file", "FILE", "an atom.lock", 1, "lock --json server/atom.lock",
           [](const Common&, const InspectOptions& options) { return inspect_lock(options); }});
  add_one(*command, action,
          {"set", "list the atoms and versions that package sets offer", "url", "URL", "URL of a package set", 0,
           "set https://example.com/set.git", inspect_set});
}

}  // namespace eka::cli
