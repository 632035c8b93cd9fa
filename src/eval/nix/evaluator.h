// From a closure that lies on disk to derivations in the Nix store.
//
// evaluate_each() runs nix-instantiate, sealed (sandbox.h), on nix/plan.nix with a private store in a scratch
// directory; admit() then brings what came out (the derivations, and the sources they name) into the real store,
// verified, all evaluations of a run together. Nothing of the network is needed by either.
//
// Coroutines of the reactor. Throws Error(Kind::evaluation) with the user's own trace first; cancelling kills the
// sandbox and removes the scratch directory.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "coro/run/pool.h"
#include "coro/task/task.h"
#include "eval/nix/failure.h"
#include "eval/nix/installation.h"
#include "eval/store/derivation.h"

namespace eka::eval {

// A directory that evaluation may read, and the store path at which it stands there.
struct Source {
  std::string store_path;         // /nix/store/<hash>-<name>
  std::filesystem::path on_disk;  // where it lies now
};

struct Limits {
  std::uint64_t memory_bytes = std::uint64_t{4} << 30;
  std::chrono::seconds cpu_time{300};
  std::chrono::seconds wall_time{600};
  std::uint64_t output_bytes = 8 << 20;
};

struct Evaluation {
  std::string closure_json;  // what nix/plan.nix reads; its shape is documented there
  std::vector<Source> sources;
  std::string system;  // platforms.build, as Nix names it
  Limits limits;
  // Import-from-derivation (imports.h): Answers::wanted says what to build, `built` are the outputs that were. They
  // must be valid in the real store.
  bool imports = false;
  std::vector<std::string> built{};
  bool whole_trace = false;  // of a failure: with the frames of our own expressions
};

// One derivation that evaluation produced. `scratch` keeps the private store it lies in alive until admitted.
struct Evaluated {
  std::string label;
  std::string drv_path;
  std::vector<Output> outputs;
  bool imported = false;  // it read what builds gave: not decided by its closure alone
  std::string messages;   // what it printed (builtins.trace, warnings) that no root before it had printed already
  std::shared_ptr<const void> scratch;
};

// Called on the reactor as soon as root number `root` of the closure is evaluated; must not throw.
using Answered = std::function<void(std::size_t root, const Result<Evaluated>& result)>;

// How far one process came.
struct Answers {
  std::vector<Result<Evaluated>> roots;  // of the first roots of the closure, in their order
  std::optional<Error> failure;          // why the next one has no answer; those behind it were not reached
  Exhausted exhausted = Exhausted::nothing;
  std::optional<Evaluated> wanted;  // what the next one wanted built, not evaluated to its end; to be admitted
};

class Evaluator {
 public:
  // `scratch_root` holds the private stores (the cache's own directory: same owner, same disk). `pool` must outlive it
  // and all it has evaluated. What a killed process left in `scratch_root` is removed.
  Evaluator(Installation installation, std::filesystem::path scratch_root, coro::Pool& pool);
  ~Evaluator();

  const Installation& installation() const;

  // Evaluates the roots of the closure one after another in one process, until one fails. Any number may run at once:
  // what it costs is the caller's to bound. Throws only what concerns none of them.
  coro::Task<Answers> evaluate_each(Evaluation evaluation, Answered answered);

  // The same, all or nothing: one derivation for each root.
  coro::Task<std::vector<Evaluated>> evaluate(Evaluation evaluation);

  // Brings everything into the real store with one `nix copy`; afterwards the scratch directories are gone. Cancelling
  // it leaves the store sound: each path is there whole or not at all.
  coro::Task<> admit(std::vector<Evaluated> evaluated);

  // Is this path valid in the real store, with all it refers to?
  coro::Task<bool> exists(std::string store_path);
  // Many, in their order, at the price of one.
  coro::Task<std::vector<bool>> exist(std::vector<std::string> store_paths);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace eka::eval
