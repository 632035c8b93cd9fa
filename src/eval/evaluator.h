// The evaluator as the engine sees it: from a closure that lies on disk to derivations in a store, and builds of them.
//
// NixEvaluator (nix_evaluator.h) is the one that runs Nix; another version of Nix, another evaluator, or a simulated
// one stands behind the same interface. Coroutines of the reactor: they resume there, throw eka::Error, and leave no
// process and no temporary file behind when cancelled.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "coro/task/task.h"
#include "eval/build/build_log.h"
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
  std::uint64_t store_bytes = std::uint64_t{1} << 30;  // that may lie in the private store (store_meter.h)
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

// Did an evaluation end because a limit was reached, that it might not reach by itself or with more?
enum class Exhausted { nothing, memory, time, disk };

// How far one process came.
struct Answers {
  std::vector<Result<Evaluated>> roots;  // of the first roots of the closure, in their order
  std::optional<Error> failure;          // why the next one has no answer; those behind it were not reached
  Exhausted exhausted = Exhausted::nothing;
  std::optional<Evaluated> wanted;  // what the next one wanted built, not evaluated to its end; to be admitted
};

// Derivations to build.
struct Realisation {
  std::vector<std::string> drv_paths;
  std::optional<std::string> builders;  // as Nix's --builders; nothing: as Nix is configured
  std::optional<std::size_t> jobs;      // builds at once on this machine; nothing: as Nix is configured
};

class Evaluator {
 public:
  // What decides evaluations besides their closure: two evaluators of one identity give the same results.
  struct Identity {
    std::string version;
    std::string expressions_digest;  // of the expressions that evaluate a closure
    std::string store_directory;     // "/nix/store"
  };

  virtual ~Evaluator() = default;

  // Finds what evaluation needs on this machine. Everything below may be called once this has returned; calling it
  // again costs nothing. Throws Kind::usage with what to install.
  virtual coro::Task<> prepare() = 0;

  virtual const Identity& identity() const = 0;

  // Evaluates the roots of the closure one after another in one process, until one fails. Any number may run at once:
  // what it costs is the caller's to bound. Throws only what concerns none of them.
  virtual coro::Task<Answers> evaluate_each(Evaluation evaluation, Answered answered) = 0;

  // Brings everything into the real store, at once; afterwards the scratch directories are gone. Cancelling it leaves
  // the store sound: each path is there whole or not at all.
  virtual coro::Task<> import_derivations(std::vector<Evaluated> evaluated) = 0;

  // Are these paths valid in the real store, with all they refer to? In their order.
  virtual coro::Task<std::vector<bool>> exist(std::vector<std::string> store_paths) = 0;
  coro::Task<bool> exists(std::string store_path);

  // Keeps the store's garbage collector from `store_paths`, which may be valid already or later.
  virtual coro::Task<Result<void>> keep(std::vector<std::string> store_paths) = 0;

  // A source that lies on disk, into the real store: valid at its store path afterwards. Throws Kind::failure when the
  // store refuses it, Kind::integrity when what lies there belongs at another path.
  virtual coro::Task<> add_source(Source source) = 0;

  // One for each derivation: nothing, or why it could not be built as far as the evaluator said so (Kind::evaluation).
  // Whether its outputs are there is the caller's to check. `watch` is called on the reactor. Cancelling ends the
  // builds.
  virtual coro::Task<std::vector<std::optional<Error>>> realise(Realisation request, BuildWatch& watch) = 0;
};

}  // namespace eka::eval
