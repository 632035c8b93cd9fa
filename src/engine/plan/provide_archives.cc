#include "engine/plan/provide_archives.h"

#include <utility>

#include "atom/hash/nar_hash.h"
#include "coro/task/task_group.h"
#include "engine/fetch/fetcher.h"

namespace eka::engine {
namespace {

coro::Task<> provide(Context& context, Sources& sources, atom::LockedDirect archive) {
  const auto& build = std::get<atom::LockedBuild>(archive.source);
  const auto hash = unwrap(atom::NarHash::parse_sri(build.hash));
  const auto path = atom::source_store_path(hash, atom::store_name(build.name));
  const bool there = co_await context.evaluator->exists(path);
  if (there) co_return;
  auto fetching = sources.fetch(std::move(archive));
  const auto brought = co_await std::move(fetching);
  eval::Source source{path, brought.on_disk};
  co_await context.evaluator->add_source(std::move(source));
}

}  // namespace

bool is_archive(const atom::LockedDirect& direct) {
  const auto* build = std::get_if<atom::LockedBuild>(&direct.source);
  return build != nullptr && build->unpack;
}

std::vector<atom::LockedDirect> archives_of(const atom::Lock& lock) {
  std::vector<atom::LockedDirect> out;
  for (const auto& direct : lock.direct) {
    if (is_archive(direct)) out.push_back(direct);
  }
  return out;
}

std::vector<atom::LockedDirect> archives_of(const Closure& closure) {
  std::vector<atom::LockedDirect> out;
  for (const auto& member : closure.members) {
    for (const auto& [name, source] : member.sources) {
      if (is_archive(source.locked)) out.push_back(source.locked);
    }
  }
  return out;
}

coro::Task<std::optional<Error>> provide_archives(Context& context, std::vector<atom::LockedDirect> archives) {
  if (archives.empty()) co_return std::nullopt;
  std::vector<coro::Task<>> tasks;
  for (auto& archive : archives) tasks.push_back(provide(context, context.sources(), std::move(archive)));
  const auto results = co_await coro::gather(std::move(tasks));
  for (const auto& result : results) {
    if (!result) co_return result.error();
  }
  co_return std::nullopt;
}

}  // namespace eka::engine
