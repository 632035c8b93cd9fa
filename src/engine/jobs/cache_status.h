// What has to be built and downloaded before the outputs of a derivation exist on this machine.
//
// Starting from the derivation, its outputs are looked for in the Nix store, then in the binary caches; where neither
// has them, the same is done for the derivations that it is built from. The walk proceeds level by level, for many
// derivations at once: one question to the store and one round of questions to the caches per level. Nothing is asked
// twice in a run.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "coro/run/pool.h"
#include "coro/task/task.h"
#include "engine/jobs/narinfo.h"
#include "eval/store/derivation.h"

namespace eka::engine {

struct CacheStatus {
  enum class State {
    local,      // all outputs are in the Nix store
    cached,     // the missing ones are in binary caches, with everything they refer to
    not_built,  // the derivation has to be built
  };
  State state = State::not_built;
  // Derivations that have to be built before this one, without it; dependencies first.
  std::vector<std::string> needed_builds;
  // Store paths to download, by name.
  std::vector<std::string> needed_substitutes;
};

// Where the walk looks. Each member takes paths and returns one result for each, in order.
class CacheQueries {
 public:
  virtual ~CacheQueries() = default;
  virtual coro::Task<std::vector<bool>> exist(std::vector<std::string> store_paths) = 0;
  virtual coro::Task<std::vector<std::optional<Narinfo>>> find(std::vector<std::string> store_paths) = 0;
  virtual coro::Task<std::vector<eval::Derivation>> derivations(std::vector<std::string> drv_paths) = 0;
};

class CacheWalk {
 public:
  // Both must outlive it. The results, which may be as large as the closures, are put together on the pool.
  CacheWalk(CacheQueries& queries, coro::Pool& pool) : queries_(queries), pool_(pool) {}

  // The status of all outputs of each derivation, in order. One call at a time. Throws what the queries throw.
  coro::Task<std::vector<CacheStatus>> of(std::vector<std::string> drv_paths);

 private:
  // Some outputs of a derivation.
  struct Step {
    std::string drv_path;
    std::vector<std::string> outputs;  // names; empty: all
    bool operator<(const Step& other) const {
      return std::tie(drv_path, outputs) < std::tie(other.drv_path, other.outputs);
    }
  };
  struct Verdict {
    CacheStatus::State state{};
    std::vector<std::string> downloads;  // cached: the outputs that are missing here
    std::vector<Step> inputs;            // not_built
  };
  struct Place {
    bool is_local = false;
    std::optional<Narinfo> narinfo;
  };

  coro::Task<> judge(std::vector<Step> level);
  coro::Task<> locate(std::vector<std::string> store_paths);
  coro::Task<> follow_references();
  Verdict verdict(const Step& step) const;
  CacheStatus collect(const std::string& drv_path) const;
  bool add_download(const std::string& store_path, std::set<std::string>& downloads) const;

  CacheQueries& queries_;
  coro::Pool& pool_;
  std::map<std::string, eval::Derivation> derivations_;
  std::map<Step, Verdict> verdicts_;
  std::map<std::string, Place> places_;  // of store paths
  std::vector<std::string> unfollowed_;  // in caches, and their references have not been located
};

}  // namespace eka::engine
