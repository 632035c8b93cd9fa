#include "eval/nix/imports.h"

#include <algorithm>
#include <initializer_list>
#include <map>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "eval/nix/store_program.h"
#include "eval/report/trace.h"
#include "eval/store/derivation.h"
#include "eval/store/private_store.h"

namespace eka::eval {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t longest_import_errors = 4000;

// "/nix/store/<hash>-gen" of "… while realising the context of path '/nix/store/<hash>-gen/lib.nix'".
std::optional<std::string> path_in(std::string_view frame) {
  for (const std::string_view before : {"while realising the context of path '", "while adding path '"}) {
    const auto found = frame.find(before);
    if (found == std::string_view::npos) continue;
    std::string_view path = frame.substr(found + before.size());
    path = path.substr(0, path.find('\''));
    path = path.substr(0, path.find('/', std::string_view("/nix/store/").size()));
    if (is_store_path(path)) return std::string(path);
  }
  return std::nullopt;
}

// Maximum number of outputs named in frames.
constexpr std::size_t most_outputs = 1'000;

// The derivation in the store that produces each of `outputs`. Scans the store once.
std::map<std::string, std::string> makers_of(const fs::path& store, const std::set<std::string>& outputs) {
  std::map<std::string, std::string> makers;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(store / "nix/store", ignored)) {
    const std::string drv_path = "/nix/store/" + entry.path().filename().string();
    if (!drv_path.ends_with(".drv")) continue;
    try {
      for (const Output& made : read_derivation(store, drv_path).outputs) {
        if (outputs.contains(made.path)) makers.emplace(made.path, drv_path);
      }
    } catch (const Error&) {
      continue;  // an unreadable derivation produces nothing
    }
  }
  return makers;
}

}  // namespace

std::optional<std::string> wanted_build(const fs::path& store, std::string_view errors,
                                        const std::vector<std::string>& built) {
  const auto trace = Trace::read(errors);
  if (!trace) return std::nullopt;
  std::vector<std::string> named;  // in the order of the frames
  for (const Trace::Frame& frame : trace->frames) {
    auto output = path_in(frame.text);
    if (named.size() == most_outputs) break;
    if (output && std::ranges::find(built, *output) == built.end()) named.push_back(*std::move(output));
  }
  if (named.empty()) return std::nullopt;
  const auto makers = makers_of(store, {named.begin(), named.end()});
  for (const std::string& output : named) {
    if (const auto maker = makers.find(output); maker != makers.end()) return maker->second;
  }
  return std::nullopt;
}

coro::Task<> register_builds(const Installation& installation, fs::path store, std::vector<std::string> built) {
  coro::Command command;
  command.argv = {
      installation.nix.string(), "copy", "--no-check-sigs",    "--option", "build-users-group", "", "--from",
      installation.store,        "--to", store_argument(store)};
  command.argv.insert(command.argv.end(), built.begin(), built.end());
  command.env = nix_environment(installation);
  command.directory = store.parent_path();
  const coro::Exit exit = co_await run_on_store(std::move(command));
  if (!exit.ok()) {
    throw Error(Kind::failure, "copying build outputs from the Nix store failed: " +
                                   printable(exit.errors, longest_import_errors, true))
        .within("copying from the store " + installation.store);
  }
}

}  // namespace eka::eval
