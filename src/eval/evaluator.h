// From a closure that lies on disk to derivations in the Nix store.
//
// evaluate() runs nix-instantiate, sealed (sandbox.h), on nix/plan.nix with a private store in a scratch directory;
// admit() then brings what came out (the derivations, and the sources they name) into the real store, verified, all
// evaluations of a run together. Nothing of the network is needed by either.
//
// Coroutines of the reactor. Throws Error(Kind::evaluation) with the user's own trace first; cancelling kills the
// sandbox and removes the scratch directory.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "coro/pool.h"
#include "coro/task.h"

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
};

struct Output {
  std::string name;
  std::string path;
};

// One derivation that evaluation produced. `scratch` keeps the private store it lies in alive until admitted.
struct Evaluated {
  std::string drv_path;
  std::vector<Output> outputs;
  std::shared_ptr<const void> scratch;
};

// The programs and files that evaluation needs; found once by locate(), which throws Kind::usage with what to install.
struct Installation {
  std::filesystem::path nix_instantiate;
  std::filesystem::path nix;
  std::filesystem::path bwrap;
  std::filesystem::path expressions;  // the directory of nix/
  std::filesystem::path self;         // the running binary, re-executed as nixec
  std::string nix_version;
  std::string expressions_digest;  // BLAKE3 over nix/, hex

  static Installation locate(const std::filesystem::path& scratch_root);
};

class Evaluator {
 public:
  // `scratch_root` holds the private stores (the cache's own directory: same owner, same disk). `pool` must outlive it.
  Evaluator(Installation installation, std::filesystem::path scratch_root, coro::Pool& pool);
  ~Evaluator();

  const Installation& installation() const;

  // One derivation per root of the closure, in their order.
  coro::Task<std::vector<Evaluated>> evaluate(Evaluation evaluation);

  // Brings everything into the real store with one `nix copy`; afterwards the scratch directories are gone.
  coro::Task<> admit(std::vector<Evaluated> evaluated);

  // Is this derivation valid in the real store, with all it refers to?
  coro::Task<bool> exists(std::string drv_path);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace eka::eval
