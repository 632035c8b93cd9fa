#include "eval/build/copy_closure.h"

#include <utility>

#include "base/text.h"
#include "eval/nix/store_program.h"

namespace eka::eval {
namespace {

constexpr std::size_t longest_copy_errors = 4000;

// `directory` as Nix sees it when it runs there: its own name may have characters that are special in a URL.
constexpr const char* cache_files = "file:///proc/self/cwd";
constexpr const char* uncompressed_files = "file:///proc/self/cwd?compression=none";

coro::Command nix_copy(const Installation& installation, const std::filesystem::path& directory,
                       const std::string& from, const std::string& to, const std::vector<std::string>& drv_paths) {
  coro::Command command;
  command.argv = {installation.nix.string(), "copy", "--derivation", "--from", from, "--to", to};
  command.argv.insert(command.argv.end(), drv_paths.begin(), drv_paths.end());
  command.env = nix_environment(installation);
  command.directory = directory;
  return command;
}

coro::Task<> run_copy(coro::Command command, std::string store) {
  const coro::Exit exit = co_await run_on_store(std::move(command));
  if (exit.ok()) co_return;
  throw Error(Kind::failure, "copying derivations failed: " + printable(exit.errors, longest_copy_errors, true))
      .within("copying to or from the store " + store);
}

}  // namespace

coro::Task<> copy_to_files(const Installation& installation, std::filesystem::path directory,
                           std::vector<std::string> drv_paths) {
  auto command = nix_copy(installation, directory, installation.store, uncompressed_files, drv_paths);
  return run_copy(std::move(command), installation.store);
}

coro::Task<> copy_from_files(const Installation& installation, std::filesystem::path directory,
                             std::vector<std::string> drv_paths) {
  auto command = nix_copy(installation, directory, cache_files, installation.store, drv_paths);
  return run_copy(std::move(command), installation.store);
}

}  // namespace eka::eval
