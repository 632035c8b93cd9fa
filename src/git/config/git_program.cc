#include "git/config/git_program.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <sstream>

#include <fmt/format.h>

#include "base/text.h"
#include "coro/process/process.h"
#include "git/config/child_environment.h"
#include "git/config/server_words.h"

namespace eka::git {
namespace {

// A password must not be among the arguments of a process, which every user can read: it is passed as a configuration
// variable in the child's environment that rewrites the URL without it, after those that the user has set there.
void hide_secret(coro::Command& command, const atom::Url& url, std::string& shown) {
  shown = url.str();
  if (url.password().empty()) return;
  auto& count = command.env["GIT_CONFIG_COUNT"];
  std::size_t next = 0;
  const auto [end, wrong] = std::from_chars(count.data(), count.data() + count.size(), next);
  if (!count.empty() && (wrong != std::errc() || end != count.data() + count.size())) return;  // git reports it
  count = fmt::format("{}", next + 1);
  command.env[fmt::format("GIT_CONFIG_KEY_{}", next)] = "url." + url.with_secret() + ".insteadOf";
  command.env[fmt::format("GIT_CONFIG_VALUE_{}", next)] = shown;
}

coro::Command git_command(const std::filesystem::path& directory, const atom::Url& url, std::string& shown) {
  coro::Command command;
  command.argv = {"git"};
  command.directory = directory;
  command.env = child_environment();
  hide_secret(command, url, shown);
  return command;
}

std::string last_words(const std::string& errors) {
  auto text = printable(errors, 2000, true);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

coro::Task<> git_in(std::filesystem::path directory, std::vector<std::string> arguments) {
  coro::Command command;
  command.argv = {"git"};
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  command.env = child_environment();
  command.directory = std::move(directory);
  const auto exit = co_await coro::run(std::move(command));
  if (!exit.ok()) throw Error(Kind::failure, fmt::format("git {}: {}", arguments.front(), last_words(exit.errors)));
}

// Parses --porcelain lines: "<flag>\t<from>:<to>\t<summary>". "!" means rejected, "=" up to date.
void read_porcelain(const std::string& output, std::map<std::string, PushOutcome>& outcomes) {
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);) {
    const auto first = line.find('\t');
    const auto second = line.find('\t', first + 1);
    if (first != 1 || second == std::string::npos) continue;
    const auto names = line.substr(first + 1, second - first - 1);
    const auto ref = names.substr(names.find(':') + 1);
    const bool accepted = line[0] != '!';
    outcomes[ref] = {ref, accepted, accepted ? "" : printable(line.substr(second + 1)), {}};
  }
}

}  // namespace

coro::Task<std::vector<PushOutcome>> push(std::filesystem::path directory, atom::Url url, std::vector<PushedRef> refs) {
  std::map<std::string, PushOutcome> outcomes;
  ServerWords words;
  std::vector<std::string> names;
  for (const auto& ref : refs) names.push_back(ref.ref);
  for (const bool atomic : {true, false}) {
    std::string shown;
    auto command = git_command(directory, url, shown);
    command.argv.insert(command.argv.end(), {"push", "--porcelain", "--no-follow-tags"});
    if (atomic) command.argv.emplace_back("--atomic");
    command.argv.insert(command.argv.end(), {"--", shown});
    for (const auto& ref : refs) command.argv.push_back((ref.object.is_null() ? "" : ref.object.hex()) + ":" + ref.ref);
    const auto exit = co_await coro::run(std::move(command));
    outcomes.clear();
    read_porcelain(exit.output, outcomes);
    words = read_server_words(exit.errors, names);
    if (atomic && exit.errors.find("does not support --atomic") != std::string::npos) continue;
    if (!exit.ok() && outcomes.empty()) {
      throw Error(Kind::remote, fmt::format("cannot push to {}: {}", url.str(), last_words(exit.errors)))
          .with_hint("eka pushes with git: run `git push` to check access");
    }
    break;
  }
  std::vector<PushOutcome> out;
  for (const auto& ref : refs) {
    const auto found = outcomes.find(ref.ref);
    out.push_back(found != outcomes.end() ? found->second : PushOutcome{ref.ref, false, "no status from git"});
    auto& said = out.back().said;
    said = words.by_ref[ref.ref];
    said.insert(said.end(), words.general.begin(), words.general.end());
  }
  co_return out;
}

coro::Task<> fetch_missing(std::filesystem::path directory, std::string revision, std::vector<std::string> pathspecs) {
  // The tree without entries, which every repository has. Counting lines needs all files, and git fetches those that it
  // lacks at once.
  constexpr const char* empty_tree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
  coro::Command command({"git", "diff", "--shortstat", "--no-ext-diff", "--no-textconv", "--no-renames", empty_tree,
                         std::move(revision), "--"});
  command.argv.insert(command.argv.end(), pathspecs.begin(), pathspecs.end());
  command.env = child_environment();
  command.directory = std::move(directory);
  const auto exit = co_await coro::run(std::move(command));
  if (exit.ok()) co_return;
  throw Error(Kind::remote, "git cannot fetch what this partial clone lacks: " + last_words(exit.errors))
      .with_hint("`git fetch --refetch --no-filter` fetches everything");
}

coro::Task<> init_repository(std::filesystem::path directory) {
  std::vector<std::string> arguments{"init", "--quiet"};
  return git_in(std::move(directory), std::move(arguments));
}

coro::Task<> commit_files(std::filesystem::path directory, std::vector<std::string> files, std::string message) {
  std::vector<std::string> add{"add", "--force", "--"};
  add.insert(add.end(), files.begin(), files.end());
  co_await git_in(directory, std::move(add));
  std::vector<std::string> commit{"commit", "--quiet", "--only", "--message", message, "--"};
  commit.insert(commit.end(), files.begin(), files.end());
  co_await git_in(directory, std::move(commit));
}

coro::Task<> unstage_files(std::filesystem::path directory, std::vector<std::string> files) {
  std::vector<std::string> arguments{"reset", "--quiet", "--"};
  arguments.insert(arguments.end(), files.begin(), files.end());
  return git_in(std::move(directory), std::move(arguments));
}

}  // namespace eka::git
