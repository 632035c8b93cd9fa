#include "engine/plan/build_import.h"

#include <utility>

#include "engine/context/build_progress.h"
#include "engine/plan/recall.h"
#include "eval/build/realise.h"

namespace eka::engine {
namespace {

coro::Task<bool> all_exist(Parts& parts, const std::vector<std::string>& paths) {
  for (const auto& path : paths) {
    const bool there = co_await parts.evaluator().exists(path);
    if (!there) co_return false;
  }
  co_return true;
}

}  // namespace

coro::Task<std::vector<std::string>> build_import(Parts& parts, eval::Evaluated wanted) {
  std::vector<std::string> outputs;
  for (const auto& output : wanted.outputs) outputs.push_back(output.path);
  // In this order: the collector cannot come in between.
  std::vector<std::string> kept = outputs;
  co_await keep(parts, std::move(kept));
  const bool built = co_await all_exist(parts, outputs);
  if (built) co_return outputs;

  eval::Realisation realisation{{wanted.drv_path}, std::nullopt, std::nullopt};
  const std::string drv_path = wanted.drv_path;
  std::vector<eval::Evaluated> admitted;
  admitted.push_back(std::move(wanted));
  co_await parts.evaluator().admit(std::move(admitted));
  BuildProgress progress(parts.observer);
  auto failures =
      co_await eval::realise(parts.evaluator().installation(), parts.pool, std::move(realisation), progress);
  const bool succeeded = co_await all_exist(parts, outputs);
  if (succeeded) co_return outputs;
  Error failure = failures.front() ? *std::move(failures.front())
                                   : Error(Kind::evaluation, "Nix did not build it, and does not say why");
  throw std::move(failure).within("building " + drv_path + ", which evaluation reads");
}

}  // namespace eka::engine
