#include "engine/plan/build_import.h"

#include <utility>

#include "engine/context/build_progress.h"
#include "engine/plan/recall.h"

namespace eka::engine {
namespace {

coro::Task<bool> all_exist(Context& context, const std::vector<std::string>& paths) {
  for (const auto& path : paths) {
    const bool there = co_await context.evaluator->exists(path);
    if (!there) co_return false;
  }
  co_return true;
}

}  // namespace

coro::Task<std::vector<std::string>> build_import(Context& context, eval::Evaluated wanted) {
  std::vector<std::string> outputs;
  for (const auto& output : wanted.outputs) outputs.push_back(output.path);
  // In this order: the collector cannot remove outputs in between.
  std::vector<std::string> kept = outputs;
  co_await keep(context, std::move(kept));
  const bool built = co_await all_exist(context, outputs);
  if (built) co_return outputs;

  eval::Realisation realisation{{wanted.drv_path}, std::nullopt, std::nullopt};
  const std::string drv_path = wanted.drv_path;
  std::vector<eval::Evaluated> admitted;
  admitted.push_back(std::move(wanted));
  co_await context.evaluator->import_derivations(std::move(admitted));
  BuildProgress progress(context.observer);
  auto failures = co_await context.evaluator->realise(std::move(realisation), progress);
  const bool succeeded = co_await all_exist(context, outputs);
  if (succeeded) co_return outputs;
  Error failure = failures.front() ? *std::move(failures.front())
                                   : Error(Kind::evaluation, "building with Nix failed without an error message");
  throw std::move(failure).within("building " + drv_path + " for import-from-derivation");
}

}  // namespace eka::engine
