#include "store/pack/index_by_git.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "coro/process/process.h"

namespace eka::store {
namespace {

// Runs outside of any repository and without configuration, so that git reads only the pack.
coro::Command index_pack(const std::filesystem::path& pack) {
  std::filesystem::path index = pack;
  index.replace_extension(".idx");
  coro::Command command({"git", "index-pack", "--threads=1", "-o", index.native(), pack.native()});
  command.env = {
      {"GIT_DIR", "/dev/null"}, {"GIT_CONFIG_GLOBAL", "/dev/null"}, {"GIT_CONFIG_NOSYSTEM", "1"}, {"LC_ALL", "C"}};
  return command;
}

bool is_of_the_disk(std::string_view words) {
  constexpr std::array<std::string_view, 4> phrases = {"No space left", "Disk quota", "File too large",
                                                       "Input/output error"};
  return std::ranges::any_of(phrases, [words](std::string_view each) { return words.find(each) != words.npos; });
}

}  // namespace

coro::Task<> index_by_git(std::filesystem::path pack) {
  coro::Command command = index_pack(pack);
  coro::Exit exit;
  try {
    exit = co_await coro::run(std::move(command));
  } catch (Error& error) {
    error.within("indexing a pack of many deltas with git");
    throw;
  }
  if (exit.ok()) co_return;
  const std::string said = printable(exit.errors, 300);
  if (is_of_the_disk(exit.errors)) throw Error(Kind::failure, "cannot write a pack to the cache: " + said);
  throw Error(Kind::integrity, "invalid pack: git index-pack: " + said);
}

}  // namespace eka::store
