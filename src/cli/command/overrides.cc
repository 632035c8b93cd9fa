#include "cli/command/overrides.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include <fmt/format.h>

#include "cli/command/settings.h"
#include "cli/command/wanted.h"
#include "cli/output/complain.h"
#include "coro/run/pool.h"
#include "engine/workspace/new_atom.h"
#include "engine/workspace/override_file.h"

namespace eka::cli {
namespace {

namespace fs = std::filesystem;

// Whether the path is in the working tree of a set. A bare repository is not.
bool is_in_working_tree(const fs::path& path) {
  std::error_code ignored;
  if (!fs::is_directory(path, ignored)) return false;
  try {
    engine::find_set(path);
    return true;
  } catch (const Error&) {
    return false;
  }
}

// A URI with a label, the URL of a set, or a path to a set or to an atom in one. Paths are relative to `base`.
engine::Wanted read_place(const atom::Label& label, const std::string& place, const fs::path& base,
                          const atom::Aliases& aliases) {
  const auto typed = fmt::format("{}={}", label.str(), redacted(place));
  const auto path = (base / place).lexically_normal();
  if (is_in_working_tree(path)) return {typed, atom::AtomUri{std::nullopt, label, std::nullopt}, path};
  const bool names_atom = place.find("::") != std::string::npos;
  auto items = read_wanted({names_atom ? place : place + "::" + label.str()}, aliases);
  if (items.front().uri.label != label) {
    throw Error(Kind::usage,
                fmt::format("the override {} names another atom, `{}`", typed, items.front().uri.label.str()))
        .with_hint("an override has the label of the dependency that it replaces");
  }
  items.front().typed = typed;
  return std::move(items.front());
}

engine::Wanted read_option(const std::string& typed, const atom::Aliases& aliases) {
  const auto equals = typed.find('=');
  if (equals == std::string::npos || equals + 1 == typed.size()) {
    throw Error(Kind::usage, fmt::format("invalid override {}: no place was specified", redacted(typed)))
        .with_hint("write LABEL=PATH or LABEL=URI");
  }
  const auto label = unwrap(atom::Label::parse(typed.substr(0, equals)));
  return read_place(label, typed.substr(equals + 1), working_directory(), aliases);
}

std::vector<engine::Wanted> read_file(const fs::path& set, const atom::Aliases& aliases,
                                      std::vector<std::string>& warnings) {
  std::vector<engine::Wanted> out;
  const auto file = unwrap(engine::read_override_file(set));
  if (!file || file->places.empty()) return out;
  if (file->committed) {
    auto warning = fmt::format("ignoring [override] in {}: the file is committed, but overrides are for one machine",
                               file->path.string());
    if (std::ranges::find(warnings, warning) == warnings.end()) warnings.push_back(std::move(warning));
    return out;
  }
  for (const auto& [label, place] : file->places) {
    try {
      out.push_back(read_place(label, place, set, aliases));
    } catch (Error& error) {
      throw std::move(error).within("reading " + file->path.string());
    }
  }
  return out;
}

}  // namespace

void add_override_option(CLI::App& command, std::vector<std::string>& typed) {
  command
      .add_option("--override", typed,
                  "take a dependency from a working tree of its set, or from another URL of it, for this run "
                  "(repeatable); eka.toml beside ekala.toml can name overrides, too, in [override]")
      ->type_name("LABEL=PATH|URI")
      ->allow_extra_args(false);
}

void add_overrides(std::vector<engine::Wanted>& items, const std::vector<std::string>& typed,
                   const atom::Aliases& aliases, std::vector<std::string>& warnings) {
  std::vector<engine::Wanted> given;
  for (const auto& each : typed) given.push_back(read_option(each, aliases));
  std::map<fs::path, std::vector<engine::Wanted>> in_files;  // by working tree
  for (auto& item : items) {
    item.overrides = given;
    if (!item.working_tree || item.located) continue;
    const auto [file, is_new] = in_files.try_emplace(*item.working_tree);
    if (is_new) file->second = read_file(engine::find_set(*item.working_tree), aliases, warnings);
    for (const auto& override : file->second) {
      const auto same = [&](const engine::Wanted& each) { return each.uri.label == override.uri.label; };
      if (std::ranges::none_of(given, same)) item.overrides.push_back(override);
    }
  }
}

coro::Task<std::vector<engine::Wanted>> select_with_overrides(engine::Context& context, engine::Selection selection,
                                                              const std::vector<std::string>& typed,
                                                              const atom::Aliases& aliases, const Palette& palette) {
  auto items = co_await engine::select(context, std::move(selection));
  std::vector<std::string> warnings;
  co_await coro::offload(context.pool, [&] { add_overrides(items, typed, aliases, warnings); });
  for (const auto& warning : warnings) print_error(warning_text(warning, palette));
  co_return items;
}

}  // namespace eka::cli
