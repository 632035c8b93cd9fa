#include "eval/nix/supplies.h"

#include <algorithm>
#include <cctype>
#include <memory>

#include "base/text.h"
#include "coro/process/process.h"
#include "eval/nix/scratch.h"
#include "eval/sandbox/syscalls.h"
#include "eval/store/private_store.h"

namespace eka::eval {
namespace {

namespace fs = std::filesystem;

// Increase the number when the checks of EmptyStore::read or the options of make_command change.
fs::path place_of(const fs::path& scratch_root, std::string version) {
  std::ranges::replace_if(version, [](unsigned char c) { return std::isalnum(c) == 0 && c != '.'; }, '_');
  return scratch_root / ("empty-store-1-" + version);
}

coro::Command make_command(const Installation& installation, const fs::path& store) {
  coro::Command command;
  command.argv = {installation.nix_store.string(),
                  "--option",
                  "build-users-group",
                  "",
                  "--option",
                  "gc-reserved-space",
                  "0",
                  "--store",
                  store_argument(store),
                  "--init"};
  command.env = nix_environment(installation);
  command.directory = store.parent_path();
  return command;
}

// Atomic, also with concurrent callers. Replaces an unusable store.
void keep(const fs::path& made, const fs::path& place) {
  std::error_code ignored;
  if (EmptyStore::read(place).empty()) fs::remove_all(place, ignored);
  fs::rename(made, place, ignored);
}

}  // namespace

coro::Task<> make_store(const Installation& installation, fs::path store) {
  coro::Command command = make_command(installation, store);
  const coro::Exit exit = co_await coro::run(std::move(command));
  if (!exit.ok()) {
    throw Error(Kind::failure, "creating a Nix store failed: " + printable(exit.errors, 4000, true))
        .within("creating a private store at " + store.string());
  }
}

coro::Task<Supplies> gather_supplies(const Installation& installation, fs::path scratch_root, coro::Pool& pool) {
  const fs::path place = place_of(scratch_root, installation.nix_version);
  Supplies supplies;
  co_await coro::offload(pool, [&] {
    supplies.filter = syscall_filter();
    supplies.forked_filter = syscall_filter(false);
    supplies.store = EmptyStore::read(place);
  });
  if (!supplies.store.empty()) co_return supplies;

  std::unique_ptr<Scratch> scratch;
  co_await coro::offload(pool, [&] { scratch = std::make_unique<Scratch>(scratch_root, pool); });
  coro::Command command = make_command(installation, scratch->store());
  const coro::Exit exit = co_await coro::run(std::move(command));
  if (!exit.ok()) co_return supplies;
  co_await coro::offload(pool, [&] {
    supplies.store = EmptyStore::read(scratch->store());
    if (!supplies.store.empty()) keep(scratch->store(), place);
  });
  co_return supplies;
}

}  // namespace eka::eval
