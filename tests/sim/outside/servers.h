// The simulated internet: every url of a world is a repository on a host, spoken to in protocol v2 over sessions that
// take their time, and fail as the seed wants. The engine's own WireRemote stands on them.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "git/remote/remote_factory.h"
#include "net/policy/timeouts.h"
#include "tests/sim/faults.h"
#include "tests/sim/simulator.h"
#include "tests/sim/world.h"

namespace eka::sim {

// One repository as it is served at one url.
struct Served {
  std::string url, host;
  std::size_t set = 0;
  bool is_origin = true;  // not a mirror
  Refs refs;
  bool lies = false;
  bool lacks = false;                    // some of the versions
  std::set<atom::ObjectId> reachable{};  // from the refs; empty: not known yet
};

struct Host {
  milliseconds latency{20};
  bool ignores_haves = false;
  bool dead = false;  // in this step
};

// What one process asked, for the invariants on requests.
struct Asked {
  struct OfUrl {
    std::size_t list_requests = 0, fetch_requests = 0;
    std::multiset<std::string> lists;                   // what was listed, answered to the end
    std::map<atom::ObjectId, std::size_t> delivered{};  // wants of answers that went to their end
    bool failed = false;
    std::size_t passing_failures = 0;
  };
  std::map<std::string, OfUrl> urls;
  std::map<std::string, std::chrono::steady_clock::time_point> not_before{};  // of hosts: as a Retry-After asked
  bool any_failure = false;
  bool lasting_failure = false;

  // Whether each place failed once at most, in a way that passes: what need not fail a run.
  bool failed_only_in_passing() const {
    return !lasting_failure &&
           std::ranges::all_of(urls, [](const auto& url) { return url.second.passing_failures <= 1; });
  }
};

class Internet {
 public:
  Internet(const World& world, Simulator& simulator, const Faults& faults);

  void begin_step();  // who is up
  Served* find(const std::string& url);
  Host& host(const std::string& name) { return hosts_.at(name); }
  const std::map<std::string, Served>& served() const { return served_; }
  std::map<std::string, Served>& served() { return served_; }

  // What the author's own server does with a push.
  std::function<std::vector<git::PushOutcome>(const std::vector<git::PushedRef>&)> receive;

  Simulator& simulator() { return simulator_; }
  const World& world() const { return world_; }
  const Faults& faults() const { return faults_; }

 private:
  void add(Served served);
  void make_mirror_lie(Served& mirror);

  const World& world_;
  Simulator& simulator_;
  const Faults& faults_;
  std::map<std::string, Served> served_;
  std::map<std::string, Host> hosts_;
};

// What one process sees of it. `internet` and `asked` must outlive it.
std::unique_ptr<git::RemoteFactory> make_remotes(Internet& internet, Asked& asked, net::Timeouts timeouts);

}  // namespace eka::sim
