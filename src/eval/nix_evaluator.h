// The evaluator that runs Nix.
//
// evaluate_each() runs nix-instantiate in a sandbox (sandbox/sandbox.h) on nix/plan.nix, with a private store in a
// scratch directory; import_derivations() then copies the results (derivations and the sources they refer to) to the
// real store and verifies them, all evaluations of a run together with one `nix copy`. Neither uses the network.
//
// Throws Error(Kind::evaluation) with the user's own trace first; cancelling kills the sandbox and removes the scratch
// directory.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "coro/run/pool.h"
#include "coro/task/task.h"
#include "eval/evaluator.h"
#include "eval/nix/fork_client.h"
#include "eval/nix/installation.h"
#include "eval/nix/scratch_places.h"

namespace eka::eval {

// Whether evaluations run in processes of their own, each of which loads Nix, or in children of a fork server
// (sandbox/fork_server.h). `automatic`: the first one in its own, because a server pays off from the second one on; all
// others forked, if this machine allows it.
enum class Processes { automatic, own, forked };

class NixEvaluator final : public Evaluator {
 public:
  // Private stores are in memory, below `shared_memory`, or in `<cache_root>/scratch` (scratch_places.h); leftovers of
  // killed processes are removed from both. `<cache_root>/gcroots` contains garbage collector roots. `pool` must
  // outlive the evaluator and all its results.
  NixEvaluator(std::filesystem::path cache_root, coro::Pool& pool, std::filesystem::path shared_memory = "/dev/shm",
               SandboxKind sandbox = SandboxKind::strict);
  // With a known installation: prepare() does nothing.
  NixEvaluator(Installation installation, std::filesystem::path cache_root, coro::Pool& pool,
               std::filesystem::path shared_memory = "/dev/shm", SandboxKind sandbox = SandboxKind::strict);
  ~NixEvaluator() override;

  void set_processes(Processes processes) { processes_ = processes; }

  const Installation& installation() const;
  const ScratchPlaces& places() const { return places_; }

  // Like evaluate_each(), but throws if a root fails: one derivation for each root.
  coro::Task<std::vector<Evaluated>> evaluate(Evaluation evaluation);

  coro::Task<> prepare() override;
  const Identity& identity() const override;
  std::string detail() const override;
  std::vector<std::string> notes() const override;
  bool keeps_roots_apart() const override;
  coro::Task<Answers> evaluate_each(Evaluation evaluation, Answered answered) override;
  bool is_complete(const Evaluated& evaluated) const override;
  coro::Task<> import_derivations(std::vector<Evaluated> evaluated) override;
  coro::Task<std::vector<bool>> exist(std::vector<std::string> store_paths) override;
  coro::Task<std::vector<Derivation>> derivations(std::vector<std::string> drv_paths) override;
  coro::Task<Result<void>> keep(std::vector<std::string> store_paths) override;
  coro::Task<std::vector<StoreObject>> read_closure(std::vector<std::string> drv_paths) override;
  coro::Task<> add_closure(std::vector<StoreObject> objects, std::vector<std::string> drv_paths) override;
  coro::Task<> add_source(Source source) override;
  coro::Task<std::vector<std::optional<Error>>> realise(Realisation request, BuildWatch& watch) override;

 private:
  struct Installed;
  void install(Installation installation);
  coro::Task<Answers> evaluate_at(const std::filesystem::path& place, const Evaluation& evaluation,
                                  const Answered& answered, bool& is_out_of_room);
  coro::Task<ForkClient*> fork_client();
  coro::Task<> provide(const std::vector<Source>* sources);
  coro::Task<> import_from(std::vector<std::filesystem::path> stores, std::set<std::string> drv_paths,
                           std::filesystem::path place);

  ScratchPlaces places_;
  Processes processes_ = Processes::automatic;
  std::filesystem::path gc_roots_;
  coro::Pool& pool_;
  SandboxKind sandbox_;
  std::unique_ptr<Installed> installed_;
};

}  // namespace eka::eval
