#include "git/object/listing_by_git.h"

#include <algorithm>
#include <charconv>
#include <map>

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
  // Without a program that the repository may name.
  coro::Command command({"git", "-c", "core.fsmonitor=false", "ls-files", "-z", "-t", "--stage", "--cached", "--others",
                         "--exclude-standard"});
  command.directory = directory;
  command.env = child_environment();
  command.output_limit = longest_listing;
  const auto exit = coro::run_blocking(std::move(command));
  if (exit.ok()) return parse_listing(exit.output);
  const auto words = std::string_view(exit.errors).substr(0, exit.errors.find_last_not_of("\r\n ") + 1);
  throw Error(Kind::failure, fmt::format("cannot list {}: git ls-files: {}", printable(directory.native()),
                                         printable(words, 1000, true)));
}

}  // namespace eka::git
