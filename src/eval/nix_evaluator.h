// The evaluator that runs Nix.
//
// evaluate_each() runs nix-instantiate, sealed (sandbox/sandbox.h), on nix/plan.nix with a private store in a scratch
// directory; accept() then copies what came out (the derivations, and the sources they name) into the real store,
// verified, all evaluations of a run together with one `nix copy`. Nothing of the network is needed by either.
//
// Throws Error(Kind::evaluation) with the user's own trace first; cancelling kills the sandbox and removes the scratch
// directory.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "coro/run/pool.h"
#include "coro/task/task.h"
#include "eval/evaluator.h"
#include "eval/nix/installation.h"

namespace eka::eval {

class NixEvaluator final : public Evaluator {
 public:
  // `<cache_root>/scratch` holds the private stores (the cache's own directory: same owner, same disk); what a killed
  // process left there is removed. `<cache_root>/gcroots` holds the links that keep Nix's collector away. `pool` must
  // outlive it and all it has evaluated.
  NixEvaluator(std::filesystem::path cache_root, coro::Pool& pool);
  // With an installation that was found already: prepare() does nothing.
  NixEvaluator(Installation installation, std::filesystem::path cache_root, coro::Pool& pool);
  ~NixEvaluator() override;

  const Installation& installation() const;

  // evaluate_each(), all or nothing: one derivation for each root.
  coro::Task<std::vector<Evaluated>> evaluate(Evaluation evaluation);

  coro::Task<> prepare() override;
  const Identity& identity() const override;
  coro::Task<Answers> evaluate_each(Evaluation evaluation, Answered answered) override;
  coro::Task<> import_derivations(std::vector<Evaluated> evaluated) override;
  coro::Task<std::vector<bool>> exist(std::vector<std::string> store_paths) override;
  coro::Task<Result<void>> keep(std::vector<std::string> store_paths) override;
  coro::Task<> add_source(Source source) override;
  coro::Task<std::vector<std::optional<Error>>> realise(Realisation request, BuildWatch& watch) override;

 private:
  struct Installed;
  void install(Installation installation);

  std::filesystem::path scratch_root_;
  std::filesystem::path gc_roots_;
  coro::Pool& pool_;
  std::unique_ptr<Installed> installed_;
};

}  // namespace eka::eval
