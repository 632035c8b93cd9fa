#include "store/maintenance/repack.h"

#include <string>
#include <utility>

#include "base/text.h"
#include "coro/process/process.h"
#include "store/disk/quarantine.h"
#include "store/object/repository.h"

namespace eka::store {
namespace {

namespace fs = std::filesystem;

// Git separates directories by colons, unless they are quoted like strings of C.
std::string quoted(const fs::path& path) {
  std::string out = "\"";
  for (const char c : path.native()) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

// Writes new objects to the quarantine and reads old ones from the cache. Git runs in a repository created for it, so
// that the cache's own configuration (promisor remotes, programs to run) is not read.
coro::Command pack_objects(const Places& places, const fs::path& quarantine, const std::vector<atom::ObjectId>& ids) {
  coro::Command command({"git", "pack-objects", "-q", "--delta-base-offset", "--window=0", "--threads=1",
                         (quarantine / "pack").native()});
  command.env = {{"GIT_DIR", (quarantine / "git").native()},
                 {"GIT_OBJECT_DIRECTORY", (quarantine / "objects").native()},
                 {"GIT_ALTERNATE_OBJECT_DIRECTORIES", quoted(places.objects())},
                 {"GIT_CONFIG_GLOBAL", "/dev/null"},
                 {"GIT_CONFIG_NOSYSTEM", "1"},
                 {"LC_ALL", "C"}};
  command.input.reserve(ids.size() * 41);
  for (const atom::ObjectId& id : ids) command.input += id.hex() + "\n";
  return command;
}

std::string name_of_pack(const coro::Exit& exit) {
  const std::string_view said = std::string_view(exit.output).substr(0, exit.output.find('\n'));
  if (!exit.ok() || !atom::ObjectId::parse(said)) {
    throw Error(Kind::failure, "git pack-objects failed: " + printable(exit.errors, 300));
  }
  return "pack-" + std::string(said);
}

}  // namespace

coro::Task<std::vector<PackFile>> repack(Places places, coro::Pool& pool, std::vector<atom::ObjectId> ids,
                                         std::vector<PackFile> victims) {
  std::string made;
  if (!ids.empty()) {
    const Quarantine quarantine = co_await coro::offload(pool, [&] {
      Quarantine fresh = Quarantine::make(places.incoming());
      make_directories(fresh.path() / "objects" / "pack");
      make_bare_repository(fresh.path() / "git");
      return fresh;
    });
    auto command = pack_objects(places, quarantine.path(), ids);
    made = name_of_pack(co_await coro::run(std::move(command)));
    co_await coro::offload(pool, [&] {
      if (ids_of_pack(quarantine.path() / (made + ".idx")) != ids) {
        throw Error(Kind::failure, "git pack-objects packed other objects than requested");
      }
      publish_pack(quarantine.path(), places.packs(), made);
    });
  }
  co_return co_await coro::offload(pool, [&] {
    std::vector<PackFile> remaining;
    for (PackFile& victim : victims) {
      if (victim.name == made) continue;
      remove_pack(victim);
      std::error_code ignored;
      if (fs::exists(fs::symlink_status(victim.pack, ignored))) remaining.push_back(std::move(victim));
    }
    return remaining;
  });
}

}  // namespace eka::store
