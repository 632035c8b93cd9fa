// The evaluator interface of the engine: evaluates a closure on disk to derivations in a store, and builds them.
//
// NixEvaluator (nix_evaluator.h) implements it with Nix; other implementations may use another version of Nix, another
// evaluator, or a simulation. Coroutines of the reactor: they resume there, throw eka::Error, and leave neither
// processes nor temporary files when cancelled.
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
#include "eval/store/store_object.h"

namespace eka::eval {

// A directory that evaluation may read, and its store path in the sandbox.
struct Source {
  std::string store_path;         // /nix/store/<hash>-<name>
  std::filesystem::path on_disk;  // its location outside of the sandbox
};

struct Limits {
  std::uint64_t memory_bytes = std::uint64_t{4} << 30;
  std::chrono::seconds cpu_time{300};
  std::chrono::seconds wall_time{600};
  std::uint64_t output_bytes = 8 << 20;
  std::uint64_t store_bytes = std::uint64_t{1} << 30;  // size limit of the private store (store_meter.h)
};

// How evaluations are isolated.
enum class SandboxKind {
  strict,     // namespaces, seccomp, and Landlock if the kernel has it
  container,  // Landlock and seccomp only, for containers in which no namespaces can be created: see sandbox.h
};

struct Evaluation {
  std::string closure_json;  // input of nix/plan.nix, which documents its format
  std::vector<Source> sources;
  std::string system;  // platforms.build, as a Nix system name
  Limits limits;
  // Import-from-derivation (imports.h): Answers::wanted is the derivation to build; `built` are the outputs built so
  // far, which must be valid in the real store.
  bool imports = false;
  std::vector<std::string> built{};
  bool whole_trace = false;  // include the frames of eka's expressions in error traces
};

// One derivation that evaluation produced. `scratch` keeps its private store alive until the derivation is imported.
struct Evaluated {
  std::string label;
  std::string drv_path;
  std::vector<Output> outputs;
  std::optional<std::string> meta{};  // JSON of its `meta`, if the closure asks for it
  bool imported = false;              // evaluation read build outputs: the closure alone does not determine it
  std::string messages;               // printed since the previous root (builtins.trace, warnings)
  std::shared_ptr<const void> scratch;
};

// Called on the reactor as soon as root number `root` of the closure is evaluated; must not throw.
using Answered = std::function<void(std::size_t root, const Result<Evaluated>& result)>;

// The limit that ended an evaluation, if any. The evaluation may succeed if run alone or with a higher limit.
enum class Exhausted { nothing, memory, time, disk };

// The results of one process.
struct Answers {
  std::vector<Result<Evaluated>> roots;  // results of the first roots, in their order
  std::optional<Error> failure;          // why the next root has no result; later roots were not evaluated
  Exhausted exhausted = Exhausted::nothing;
  std::optional<Evaluated> wanted;  // must be built before the next root can be evaluated; import it first
};

// Derivations to build.
struct Realisation {
  std::vector<std::string> drv_paths;
  std::optional<std::string> builders;  // value of Nix's --builders; by default Nix's configuration
  std::optional<std::size_t> jobs;      // parallel builds on this machine; by default Nix's configuration
};

class Evaluator {
 public:
  // Determines results together with the closure: evaluators with equal identities give equal results.
  struct Identity {
    std::string version;
    std::string expressions_digest;  // of the expressions that evaluate a closure
    std::string store_directory;     // "/nix/store"
    SandboxKind sandbox = SandboxKind::strict;
  };

  virtual ~Evaluator() = default;

  // Finds what evaluation needs on this machine. Must return before any other member is called; calling it again is
  // cheap. Throws Kind::usage with what to install.
  virtual coro::Task<> prepare() = 0;

  virtual const Identity& identity() const = 0;

  // For verbose output after evaluations: what did not work as it should, although nothing failed. May be empty.
  virtual std::string detail() const { return {}; }

  // After prepare(): what users should know about what it found, although that is used.
  virtual std::vector<std::string> notes() const { return {}; }

  // After prepare(): whether a root cannot see what other roots of the same evaluation do. If not, each must be
  // evaluated alone.
  virtual bool keeps_roots_apart() const { return true; }

  // Evaluates the roots of the closure in order in one process, until one fails. Any number may run concurrently; the
  // caller must limit their resource usage. Throws only errors that are not specific to a root.
  virtual coro::Task<Answers> evaluate_each(Evaluation evaluation, Answered answered) = 0;

  // Whether this can be imported: not yet while the process that has evaluated it evaluates other roots.
  virtual bool is_complete(const Evaluated& evaluated) const {
    static_cast<void>(evaluated);
    return true;
  }

  // Copies all derivations, which must be complete, to the real store; their scratch directories are removed
  // afterwards. Cancelling leaves the store valid: each path is added completely or not at all.
  virtual coro::Task<> import_derivations(std::vector<Evaluated> evaluated) = 0;

  // Whether each of these paths, with all its references, is valid in the real store. In the order of the paths.
  virtual coro::Task<std::vector<bool>> exist(std::vector<std::string> store_paths) = 0;
  coro::Task<bool> exists(std::string store_path);

  // The derivations at these paths of the real store, in their order. Throws if one cannot be read.
  virtual coro::Task<std::vector<Derivation>> derivations(std::vector<std::string> drv_paths) = 0;

  // Creates garbage collector roots for `store_paths`, which need not be valid yet.
  virtual coro::Task<Result<void>> keep(std::vector<std::string> store_paths) = 0;

  // Adds a source on disk to the real store; it is valid at its store path afterwards. Throws Kind::failure if the
  // store rejects it, Kind::integrity if its content has another store path.
  virtual coro::Task<> add_source(Source source) = 0;

  // For each derivation: nothing, or why it could not be built, as far as the evaluator reported it (Kind::evaluation).
  // The caller must check whether the outputs exist. `watch` is called on the reactor. Cancelling terminates the
  // builds.
  virtual coro::Task<std::vector<std::optional<Error>>> realise(Realisation request, BuildWatch& watch) = 0;

  // The derivations and everything they refer to, as they are in the real store: in no particular order. Throws
  // Kind::failure if the store cannot give them, or if one of them is not identified by its content.
  virtual coro::Task<std::vector<StoreObject>> read_closure(std::vector<std::string> drv_paths) = 0;

  // Adds objects to the real store that contain these derivations and everything they refer to. The objects must be
  // genuine (store_object.h). Throws Kind::failure.
  virtual coro::Task<> add_closure(std::vector<StoreObject> objects, std::vector<std::string> drv_paths) = 0;
};

}  // namespace eka::eval
