#include "engine/workspace/partial_clone.h"

#include "base/text.h"
#include "git/config/git_program.h"
#include "git/config/repository_format.h"
#include "git/config/safe_directory.h"

namespace eka::engine {

coro::Task<> complete_files(Context& context, std::filesystem::path directory, std::string revision,
                            std::vector<std::string> pathspecs) {
  const auto place = co_await coro::offload(context.pool, [&] { return git::find_repository(directory); });
  if (!place) co_return;
  const bool partial = co_await coro::offload(context.pool, [&] {
    git::check_trusted(*place, Kind::usage);
    return git::read_format(*place).partial;
  });
  if (!partial) co_return;
  if (context.settings.offline) {
    throw Error(Kind::offline, "offline: cannot complete the partial clone at " + printable(place->name().native()));
  }
  co_await git::fetch_missing(place->name(), std::move(revision), std::move(pathspecs));
}

}  // namespace eka::engine
