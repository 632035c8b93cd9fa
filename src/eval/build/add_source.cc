#include "eval/build/add_source.h"

#include "base/text.h"
#include "eval/nix/store_program.h"

namespace eka::eval {
namespace {

constexpr std::size_t longest_text = 4000;

// "x" of "/nix/store/<32 characters>-x".
std::string name_of(const std::string& store_path) {
  return store_path.substr(std::string_view("/nix/store/").size() + 33);
}

}  // namespace

coro::Task<> add_source(const Installation& installation, Source source) {
  coro::Command command;
  command.argv = {installation.nix.string(),
                  "store",
                  "add-path",
                  "--store",
                  installation.store,
                  "--name",
                  name_of(source.store_path),
                  source.on_disk.string()};
  command.env = nix_environment(installation);
  command.directory = "/";
  const coro::Exit exit = co_await run_on_store(std::move(command));
  if (!exit.ok()) {
    throw Error(Kind::failure, "adding a source to the Nix store failed: " + printable(exit.errors, longest_text, true))
        .within("adding to the store " + installation.store);
  }
  if (!exit.output.starts_with(source.store_path)) {
    throw Error(Kind::integrity, "unexpected store path of a source: " + printable(exit.output, 200) + " instead of " +
                                     source.store_path);
  }
}

}  // namespace eka::eval
