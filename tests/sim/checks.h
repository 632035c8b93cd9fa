// What must hold after each step of a life. Throws Violation.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "store/cache.h"
#include "tests/sim/faults.h"
#include "tests/sim/model.h"
#include "tests/sim/outside/evaluator.h"
#include "tests/sim/outside/servers.h"
#include "tests/sim/process.h"
#include "tests/sim/simulator.h"
#include "tests/sim/world.h"

namespace eka::sim {

class Checks {
 public:
  Checks(std::filesystem::path cache, const World& world, Internet& internet, Store& store, Simulator& simulator,
         Author& author, const Faults& faults)
      : cache_(std::move(cache)),
        world_(world),
        internet_(internet),
        store_(store),
        simulator_(simulator),
        author_(author),
        faults_(faults) {}

  // What was so in the step that is checked next.
  bool disk_failed = false;
  bool collected = false;  // somebody collects the cache
  bool swept = false;      // somebody opened the cache, and removed what was left of others
  // The author's lock was made while somebody lied and others failed: it may say anything.
  bool author_misled = false;
  // From some step on.
  bool faults_ended = false;
  bool had_power_cut = false;

  void step(const std::vector<std::unique_ptr<Process>>& processes);
  // What is there of a step that was killed.
  void remains() { names(); }
  // What was planned need not be known any more.
  void forget() { planned_.clear(); }
  // The last of a life: every object of the cache.
  void audit() const;
  // What the cache remembers of each url is what that url says. For the middle of a run.
  void vouched(store::Cache& cache) const;

 private:
  // What an error may be explained by.
  struct Subject {
    std::string typed;           // stands in the error
    std::set<std::size_t> sets;  // that matter for it
    bool locked = false;
  };
  Subject subject(const Item& item) const;
  Subject subject_of_author(const Process& process) const;

  void results(const Process& process, std::set<std::string>& planned);
  bool plan(const Process& process, const Item& item, const Result<engine::Plan>& result);
  bool prefetched(const Process& process, const Item& item, const Result<engine::Prefetched>& result);
  void verified(const Process& process);
  void authored(const Process& process);
  bool own_plan(const Process& process, const Item& item, const Result<engine::Plan>& result);
  void resolved(const Process& process, const Author::Files& now);
  void published(const Process& process);
  bool error(const Process& process, const Subject& subject, const Error& error);
  std::optional<std::string> unexplained(const Process& process, const Subject& subject, const Error& error) const;
  bool may_be_lower(const Process& process, const Subject& subject) const;
  bool may_be_anything(const Process& process, const Subject& subject) const;
  bool somebody(const Subject& subject, bool Served::* is_so) const;
  const Release& release_of(const Process& process, const Item& item, const atom::ObjectId& rev) const;
  Closure made_of(const Release& root, const std::string& drv_path) const;
  void requests(const Process& process) const;
  void names();
  std::map<std::string, std::string> cached_names() const;
  void litter() const;

  std::filesystem::path cache_;
  const World& world_;
  Internet& internet_;
  Store& store_;
  Simulator& simulator_;
  Author& author_;
  const Faults& faults_;
  std::set<std::string> planned_;
  std::size_t names_seen_ = 0;
};

}  // namespace eka::sim
