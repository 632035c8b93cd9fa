#include "git/object/listing_by_git.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <map>
#include <sstream>

#include <fmt/format.h>

#include "base/text.h"
#include "coro/process/process.h"
#include "git/config/child_environment.h"

namespace eka::git {
namespace {

constexpr std::uint64_t longest_listing = std::uint64_t{1} << 30;

Error unexpected_line(std::string_view line) {
  return Error(Kind::failure, "unexpected output of git ls-files: " + printable(line, 200));
}

// "<tag> <mode> <id> <stage>\t<path>", or "? <path>".
ListedFile parse_line(std::string_view line) {
  ListedFile out;
  if (line.starts_with("? ")) {
    out.path = line.substr(2);
    return out;
  }
  const auto tab = line.find('\t');
  const auto words = line.substr(0, tab);
  if (tab == std::string_view::npos || words.size() != 51 || words[1] != ' ' || words[8] != ' ') {
    throw unexpected_line(line);
  }
  out.path = line.substr(tab + 1);
  out.tracked = true;
  out.skips_worktree = words[0] == 'S' || words[0] == 's';
  const auto id = atom::ObjectId::parse(words.substr(9, 40));
  const auto [end, error] = std::from_chars(words.data() + 2, words.data() + 8, out.mode, 8);
  if (!id || error != std::errc() || end != words.data() + 8) throw unexpected_line(line);
  out.id = *id;
  return out;
}

// What a git command prints.
std::string output_of(const std::filesystem::path& directory, std::vector<std::string> arguments) {
  const auto name = arguments.front();
  // Without a program that the repository may name. (hash-object runs filters, as `git add` and `git status` do.)
  std::vector<std::string> words{"git", "-c", "core.fsmonitor=false"};
  words.insert(words.end(), std::make_move_iterator(arguments.begin()), std::make_move_iterator(arguments.end()));
  coro::Command command(std::move(words));
  command.directory = directory;
  command.env = child_environment();
  command.output_limit = longest_listing;
  auto exit = coro::run_blocking(std::move(command));
  if (exit.ok()) return std::move(exit.output);
  const auto complaint = std::string_view(exit.errors).substr(0, exit.errors.find_last_not_of("\r\n ") + 1);
  throw Error(Kind::failure, fmt::format("cannot list {}: git {}: {}", printable(directory.native()), name,
                                         printable(complaint, 1000, true)));
}

}  // namespace

std::vector<ListedFile> parse_listing(std::string_view output) {
  std::map<std::string, ListedFile> files;  // the first of the stages of a conflict
  while (!output.empty()) {
    const auto end = std::min(output.find('\0'), output.size());
    auto file = parse_line(output.substr(0, end));
    auto path = file.path;
    files.emplace(std::move(path), std::move(file));
    output.remove_prefix(std::min(end + 1, output.size()));
  }
  std::vector<ListedFile> out;
  for (auto& [path, file] : files) out.push_back(std::move(file));
  return out;
}

std::vector<ListedFile> list_by_git(const std::filesystem::path& directory) {
  return parse_listing(
      output_of(directory, {"ls-files", "-z", "-t", "--stage", "--cached", "--others", "--exclude-standard"}));
}

std::vector<atom::ObjectId> hash_by_git(const std::filesystem::path& directory, const std::vector<std::string>& paths) {
  constexpr std::size_t most = 1000;  // a command line has room for so many
  std::vector<atom::ObjectId> out;
  for (auto begin = paths.begin(); begin != paths.end();) {
    const auto end = begin + std::min<std::ptrdiff_t>(most, paths.end() - begin);
    std::vector<std::string> arguments{"hash-object", "--"};
    arguments.insert(arguments.end(), begin, end);
    std::istringstream lines(output_of(directory, std::move(arguments)));
    for (std::string line; std::getline(lines, line);) out.push_back(unwrap(atom::ObjectId::parse(line)));
    begin = end;
  }
  if (out.size() != paths.size()) throw Error(Kind::failure, "unexpected output of git hash-object");
  return out;
}

}  // namespace eka::git
