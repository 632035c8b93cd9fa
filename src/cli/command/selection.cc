#include "cli/command/selection.h"

#include <algorithm>

#include <fmt/format.h>

#include "cli/command/settings.h"
#include "cli/command/wanted.h"
#include "cli/option/options.h"
#include "git/object/working_file.h"

namespace eka::cli {
namespace {

// Enough for a hundred thousand URIs.
constexpr std::uint64_t largest_list = std::uint64_t{16} << 20;

engine::Several read_pattern(const std::string& typed, const atom::Aliases& aliases) {
  auto pattern = atom::AtomPattern::parse(typed, aliases);
  if (!pattern) throw std::move(pattern).error().within("parsing the URI " + redacted(typed));
  if (pattern->set) make_absolute(*pattern->set);
  auto place = working_tree_of(typed, pattern->set);
  return {redacted(typed), *std::move(pattern), std::move(place)};
}

class Reader {
 public:
  explicit Reader(const atom::Aliases& aliases) : aliases_(aliases) {}

  void add(const std::string& typed) {
    if (atom::AtomPattern::is_pattern(typed)) {
      selection_.items.emplace_back(read_pattern(typed, aliases_));
    } else {
      selection_.items.emplace_back(read_wanted({typed}, aliases_).front());
    }
  }

  // One URI per line; empty lines and lines that begin with # are ignored.
  void add_lines_of(const std::string& file) {
    const bool is_input = file == "-";
    const auto text = git::read_required_file(is_input ? "/dev/stdin" : file, largest_list);
    std::size_t number = 0;
    for (std::string_view rest = text; !rest.empty();) {
      ++number;
      const auto end = std::min(rest.find('\n'), rest.size());
      auto line = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      const auto first = line.find_first_not_of(" \t\r");
      if (first == std::string_view::npos || line[first] == '#') continue;
      line = line.substr(first, line.find_last_not_of(" \t\r") + 1 - first);
      try {
        add(std::string(line));
      } catch (Error& error) {
        throw std::move(error).within(fmt::format("reading line {} of {}", number, is_input ? "standard input" : file));
      }
    }
  }

  engine::Selection take() { return std::move(selection_); }

 private:
  const atom::Aliases& aliases_;
  engine::Selection selection_;
};

}  // namespace

CLI::Option* SelectionOptions::add_to(CLI::App& command, Default otherwise) {
  otherwise_ = otherwise;
  const auto* const missing = otherwise == Default::here ? " (default: the atom in the current directory)" : "";
  auto* positional =
      command
          .add_option("uri", uris,
                      fmt::format("{}; with * and ? in the label, all matching atoms ('gh:owner/repo::lib-*'); - reads "
                                  "URIs from standard input{}",
                                  atom_uri_help, missing))
          ->type_name("URI");
  command.add_flag("--all", all, "all atoms of the set in the working tree");
  command
      .add_option(
          "--tag", tags,
          "of --all and of patterns, only atoms with this tag in package.meta.tags (repeatable: with one of them)")
      ->type_name("TAG")
      ->allow_extra_args(false);
  command.add_option("--from", from, "read URIs from a file, one per line; # begins a comment")->type_name("FILE");
  command.add_flag("--fail-fast,!--keep-going", fail_fast,
                   "end with the first failure, without any result (default: --keep-going, the other atoms are done)");
  return positional;
}

void SelectionOptions::check_given(const std::string& others) const {
  if (empty()) throw CLI::RequiredError("URI, --all" + others + " or --from");
}

std::vector<std::string> SelectionOptions::typed() const {
  auto out = uris;
  if (all) out.emplace_back("--all");
  if (from) out.push_back("--from " + *from);
  return out;
}

engine::Selection SelectionOptions::read(const atom::Aliases& aliases) const {
  Reader reader(aliases);
  if (empty() && otherwise_ == Default::here) reader.add(atom_here());
  if (all) reader.add("::*");
  for (const auto& typed : uris) {
    if (typed == "-") {
      reader.add_lines_of(typed);
    } else {
      reader.add(typed);
    }
  }
  if (from) reader.add_lines_of(*from);
  auto out = reader.take();
  for (const auto& tag : tags) out.tags.insert(unwrap(atom::Tag::parse(tag)));
  const auto is_pattern = [](const auto& item) { return std::holds_alternative<engine::Several>(item); };
  if (!tags.empty() && std::ranges::none_of(out.items, is_pattern)) {
    throw Error(Kind::usage, "--tag limits --all and patterns, but every atom is named alone")
        .with_hint("add --all, or a pattern such as 'gh:owner/repo::*'");
  }
  return out;
}

std::vector<engine::Wanted> part_of(const std::vector<engine::Wanted>& items, const Shard& shard) {
  for (const auto& item : items) {
    if (item.located && !*item.located) throw Error(item.located->error()).within("selecting atoms of " + item.typed);
  }
  return shard.part_of(items);
}

}  // namespace eka::cli
