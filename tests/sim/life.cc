#include "tests/sim/life.h"

#include <atomic>
#include <fstream>
#include <functional>

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include "atom/hash/base_n.h"
#include "atom/names/atom_commit.h"
#include "engine/context/context.h"
#include "engine/plan.h"
#include "engine/plan/prefetch.h"
#include "git/libgit2/libgit2.h"
#include "store/disk/use_lock.h"
#include "store/maintenance/audit.h"
#include "store/maintenance/collect.h"
#include "tests/sim/disk.h"
#include "tests/sim/evaluator.h"
#include "tests/sim/model.h"
#include "tests/sim/servers.h"
#include "tests/sim/simulator.h"

namespace eka::sim {
namespace {

namespace fs = std::filesystem;

// Longer than all retries and time limits of one run.
constexpr milliseconds longest_step = std::chrono::hours(4);

class Silent final : public engine::Observer {
 public:
  explicit Silent(Simulator& simulator) : simulator_(simulator) {}
  void began(engine::Stage, std::string_view) override {}
  void ended(engine::Stage, std::string_view) override {}
  void note(std::string_view text) override { simulator_.tell("note: " + std::string(text)); }

 private:
  Simulator& simulator_;
};

struct Item {
  const Release* release;
  engine::Wanted wanted;
};

enum class Command { plan, prefetch, collect };

// One run of the program.
struct Process {
  explicit Process(Simulator& simulator) : observer(simulator) {}

  std::string name;
  Command command = Command::plan;
  engine::Settings settings;
  Silent observer;
  std::vector<Item> items;
  Asked asked;
  bool evaluation_failed = false;
  std::optional<engine::PlanReport> report;
  std::optional<engine::PrefetchReport> prefetched;
  std::optional<Error> error;
  bool cancelled = false;
};

std::string told(const Error& error) {
  std::string out = error.message();
  for (const auto& context : error.context()) out += "\n  while " + context;
  if (!error.hint().empty()) out += "\n  help: " + error.hint();
  return out;
}

class Life {
 public:
  Life(const Story& story, fs::path directory)
      : story_(story),
        directory_(std::move(directory)),
        simulator_(story.seed),
        faults_(faults_of(story)),
        world_(make_world(Random(story.seed).fork(2), story.size)),
        internet_(world_, simulator_, faults_) {}

  Ending live() {
    try {
      const auto steps = simulator_.random().between(1, story_.most_steps);
      for (std::size_t i = 0; i < steps; ++i) step();
      faults_ = Faults();
      last_step();
    } catch (const Violation& violation) {
      return {failure(violation.what), simulator_.digest()};
    }
    return {std::nullopt, simulator_.digest()};
  }

 private:
  void step() {
    internet_.begin_step();
    auto& random = simulator_.random();
    if (faults_.strikes(Fault::store_collected, random)) {
      simulator_.tell("the store is collected");
      store_.valid.clear();
    }
    std::vector<std::unique_ptr<Process>> processes;
    const auto count = random.between(1, story_.most_processes);
    for (std::size_t i = 0; i < count; ++i) processes.push_back(plan_something(i));
    const auto plan = disk_plan();
    if (plan.kind == DiskPlan::Kind::kill || plan.kind == DiskPlan::Kind::power_cut) {
      run_and_lose(processes, plan);
      check_names();
      return;
    }
    disk_fails_ = plan.kind != DiskPlan::Kind::none;
    if (disk_fails_) simulator_.tell("the disk fails at call " + std::to_string(plan.at));
    arm_disk(directory_ / "cache", plan);
    run(processes);
    disarm_disk();
    check(processes);
    disk_fails_ = false;
  }

  DiskPlan disk_plan() {
    auto& random = simulator_.random();
    DiskPlan plan;
    if (faults_.strikes(Fault::disk_fails, random)) {
      plan.kind = random.chance(0.5) ? DiskPlan::Kind::fails_once : DiskPlan::Kind::full;
    }
    if (faults_.strikes(Fault::killed, random)) plan.kind = DiskPlan::Kind::kill;
    if (faults_.strikes(Fault::power_cut, random)) plan.kind = DiskPlan::Kind::power_cut;
    const std::vector<std::size_t> reach{10, 60, 400};
    plan.at = 1 + random.below(random.pick(reach));
    plan.seed = random.next();
    return plan;
  }

  // In a process of its own, which ends in the middle: what is left is the disk.
  void run_and_lose(std::vector<std::unique_ptr<Process>>& processes, const DiskPlan& plan) {
    simulator_.tell(
        fmt::format("{} at call {} of the disk", plan.kind == DiskPlan::Kind::kill ? "killed" : "power cut", plan.at));
    const auto report = directory_ / "violation";
    const pid_t child = ::fork();
    if (child == 0) {
      try {
        arm_disk(directory_ / "cache", plan);
        run(processes);
        disarm_disk();
        check(processes);
      } catch (const Violation& violation) {
        disarm_disk();
        std::ofstream file(report);
        file << violation.what << '\0';
        for (const auto& event : simulator_.events()) file << event << '\n';
        file.close();
        std::_Exit(1);
      }
      std::_Exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    if (WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == killed_code)) {
      simulator_.pass(milliseconds(simulator_.random().below(100'000)));
      return;
    }
    std::ifstream file(report);
    std::string what;
    std::getline(file, what, '\0');
    for (std::string line; std::getline(file, line);) simulator_.tell("| " + line);
    throw Violation{what.empty() ? "a process crashed" : what};
  }

  // Without any fault, everything is as it was always meant to be.
  void last_step() {
    simulator_.tell("all faults end");
    internet_.begin_step();
    std::vector<std::unique_ptr<Process>> one;
    one.push_back(std::make_unique<Process>(simulator_));
    auto& process = *one.front();
    process.name = "last";
    process.settings = settings();
    for (const auto& release : world_.releases) process.items.push_back(item(release));
    is_last_ = true;
    run(one);
    check(one);
    if (names_seen_ == 0) throw Violation{"no name was found in the cache: has its format changed?"};
    audit();
  }

  engine::Settings settings() {
    auto& random = simulator_.random();
    engine::Settings out;
    out.cache_root = directory_ / "cache";
    out.platforms = {"x86_64-linux", "x86_64-linux", "x86_64-linux"};
    out.jobs = random.between(1, 4);
    out.share_context = random.chance(0.3);
    return out;
  }

  Item item(const Release& release) {
    const auto text =
        fmt::format("{}::{}@={}", world_.sets[release.set].urls.front(), release.label, release.version());
    return wanted(release, text);
  }

  static Item wanted(const Release& release, const std::string& text) {
    return {&release, {.typed = text, .uri = unwrap(atom::AtomUri::parse(text, atom::Aliases())), .working_tree = {}}};
  }

  std::unique_ptr<Process> plan_something(std::size_t number) {
    auto& random = simulator_.random();
    auto out = std::make_unique<Process>(simulator_);
    out->name = fmt::format("step {} process {}", ++steps_, number);
    out->settings = settings();
    out->settings.offline = random.chance(0.1);
    out->settings.fresh_evaluation = random.chance(0.2);
    if (random.chance(0.1)) {
      out->command = Command::collect;
      return out;
    }
    if (random.chance(0.2)) out->command = Command::prefetch;
    const auto count = random.between(1, story_.most_items);
    for (std::size_t i = 0; i < count; ++i) {
      const auto& some = random.pick(world_.releases);
      if (random.chance(0.3)) {
        out->items.push_back(item(some));
        continue;
      }
      const unsigned major = random.chance(0.5) ? some.major : 0;
      const auto text = fmt::format("{}::{}{}", world_.sets[some.set].urls.front(), some.label,
                                    major == 0 ? "" : fmt::format("@^{}", major));
      out->items.push_back(wanted(*meant(world_, some.set, some.label, major), text));
    }
    return out;
  }

  coro::Task<> run_process(Process* process) {
    if (process->command == Command::collect) return collect(process);
    return run_engine(process);
  }

  coro::Task<> collect(Process* process) {
    const store::Places places(process->settings.cache_root);
    fs::create_directories(places.root);
    const auto lock = co_await store::UseLock::take(simulator_.pool(), places.root, store::UseLock::Mode::exclusive,
                                                    std::chrono::seconds(10), simulator_);
    // What is remembered of what was planned goes, too.
    planned_.clear();
    if (!fs::exists(places.git())) co_return;
    store::CollectOptions options;
    options.older_than = std::chrono::seconds(simulator_.random().below(200));
    options.now = simulator_.date();
    co_await store::collect(places, simulator_.pool(), options);
  }

  coro::Task<> run_engine(Process* process) {
    auto cache = co_await store::Cache::open(process->settings.cache_root, simulator_.pool(), simulator_);
    auto evaluator = make_evaluator(simulator_, faults_, store_);
    auto remotes = make_remotes(internet_, process->asked, process->settings.patience);
    engine::Context::Outside outside{simulator_.pool(), simulator_, std::move(cache), std::move(remotes),
                                     std::move(evaluator)};
    engine::Context context(process->settings, process->observer, std::move(outside));
    if (process->command == Command::prefetch) {
      engine::PrefetchRequest request;
      for (const auto& item : process->items) request.items.push_back(item.wanted);
      process->prefetched = co_await engine::prefetch(context, std::move(request));
    } else {
      engine::PlanRequest request;
      for (const auto& item : process->items) request.items.push_back(item.wanted);
      process->report = co_await engine::plan(context, std::move(request));
    }
    check_vouched(*context.cache);
    const auto trouble = co_await context.cache->tidy();
    if (!trouble.empty()) simulator_.tell(process->name + ": " + trouble);
  }

  void run(std::vector<std::unique_ptr<Process>>& processes) {
    auto& random = simulator_.random();
    for (auto& each : processes) {
      auto* process = each.get();
      std::string what = process->name + (process->settings.offline ? " offline" : "") +
                         (process->command == Command::plan       ? " plans"
                          : process->command == Command::prefetch ? " prefetches"
                                                                  : " collects");
      for (const auto& item : process->items) what += " " + item.wanted.typed;
      simulator_.tell(what);
      std::uint64_t cancel_at = 0;
      if (faults_.strikes(Fault::cancelled, random)) cancel_at = 1 + random.below(random.chance(0.5) ? 300 : 5000);
      simulator_.start(run_process(process), cancel_at, [process](std::exception_ptr failure) {
        try {
          if (failure) std::rethrow_exception(failure);
        } catch (const Cancelled&) {
          process->cancelled = true;
        } catch (const Error& error) {
          process->error = error;
        }
      });
    }
    simulator_.run(longest_step);
    simulator_.pass(milliseconds(random.below(100'000)));
  }

  // --- invariants

  void check(const std::vector<std::unique_ptr<Process>>& processes) {
    for (const auto& process : processes) {
      check_results(*process);
      check_requests(*process);
    }
    check_names();
    if (!disk_fails_) check_litter();
  }

  void check_results(const Process& process) {
    if (process.cancelled) {
      simulator_.tell(process.name + ": cancelled");
      return;
    }
    if (process.error) {
      simulator_.tell(process.name + ": " + told(*process.error));
      if (disk_fails_ && process.error->kind() == Kind::failure) return;
      // The others do not end in the ten, or sixty, seconds that it waits.
      if (process.error->message().contains("is in use by")) return;
      throw Violation{process.name + " failed as a whole: " + told(*process.error)};
    }
    for (std::size_t i = 0; i < process.items.size(); ++i) {
      if (process.command == Command::plan) check_result(process, process.items[i], process.report->plans[i]);
      if (process.command == Command::prefetch) {
        check_prefetched(process, process.items[i], process.prefetched->closures[i]);
      }
    }
  }

  void check_prefetched(const Process& process, const Item& item, const Result<engine::Prefetched>& result) {
    if (!result) return check_error(process, item, result.error());
    std::set<std::string> expected, found;
    for (const auto* release : closure(world_, *item.release)) expected.insert(release->rev.hex());
    for (const auto& atom : result->atoms) found.insert(atom.rev.hex());
    if (found != expected) throw Violation{item.wanted.typed + " was prefetched with other atoms than it needs"};
    simulator_.tell(process.name + ": prefetched " + item.wanted.typed);
    planned_.insert(item.wanted.typed);
  }

  void check_result(const Process& process, const Item& item, const Result<engine::Plan>& result) {
    const auto& typed = item.wanted.typed;
    const auto expected = derivation(world_, *item.release);
    if (result) {
      simulator_.tell(fmt::format("{}: {} is {}{}", process.name, typed, result->drv_path,
                                  result->remembered ? " (remembered)" : ""));
      if (result->rev != item.release->rev) throw Violation{typed + " came out as revision " + result->rev.hex()};
      if (result->drv_path != expected) {
        throw Violation{fmt::format("{} came out as {}, not {}", typed, result->drv_path, expected)};
      }
      if (!store_.valid.contains(expected)) throw Violation{typed + " is said to be planned, but is not in the store"};
      planned_.insert(typed);
      return;
    }
    check_error(process, item, result.error());
  }

  void check_error(const Process& process, const Item& item, const Error& error) {
    const auto& typed = item.wanted.typed;
    simulator_.tell(process.name + ": " + told(error));
    const auto text = told(error);
    if (!text.contains(typed)) throw Violation{"an error does not name " + typed + ":\n" + text};
    if (const auto why = unexplained(process, item, error)) throw Violation{*why + "\n" + text};
  }

  // Nothing, if the failure is one that the faults of the world explain.
  std::optional<std::string> unexplained(const Process& process, const Item& item, const Error& error) {
    if (is_last_) return "a plan fails though nothing is wrong any more";
    switch (error.kind()) {
      case Kind::offline:
        if (!process.settings.offline) return "an error says offline, but the run was not";
        if (planned_.contains(item.wanted.typed)) return "what was planned before is not planned offline";
        return std::nullopt;
      case Kind::remote:
        if (process.settings.offline) return "a remote fails, but the run was offline";
        if (!process.asked.any_failure && !any_lies()) return "a remote is blamed that did nothing wrong";
        return std::nullopt;
      case Kind::evaluation:
        if (faults_.on(Fault::evaluation_fails) || faults_.on(Fault::evaluation_out_of_memory) ||
            faults_.on(Fault::evaluation_never_ends)) {
          return std::nullopt;
        }
        return "evaluation is blamed that did nothing wrong";
      case Kind::integrity:
        if (any_lies() || faults_.on(Fault::corrupt_pack)) return std::nullopt;
        return "a lie is seen where nobody lies";
      case Kind::failure:
        if (disk_fails_) return std::nullopt;
        return "nothing explains this error";
      default:
        return "nothing explains this error";
    }
  }

  bool any_lies() const {
    return std::ranges::any_of(internet_.served(), [](const auto& each) { return each.second.lies; });
  }

  // Who was never disappointed asks for nothing twice.
  void check_requests(const Process& process) {
    if (process.asked.any_failure || any_lies() || process.cancelled) return;
    std::map<atom::ObjectId, std::string> delivered;
    for (const auto& [url, counts] : process.asked.urls) {
      for (const auto& list : counts.lists) {
        if (counts.lists.count(list) > 1) throw Violation{url + " was asked twice to list " + list};
      }
      for (const auto& [id, times] : counts.delivered) {
        const auto [place, fresh] = delivered.emplace(id, url);
        if (times > 1 || !fresh)
          throw Violation{fmt::format("{} was fetched twice, from {} and {}", id.hex(), place->second, url)};
      }
    }
  }

  // Every name in the cache is true: refs/atoms-2/<giver>/<genesis>/<label>/<version>/<revision>.
  void check_names() {
    std::map<std::string, atom::ObjectId> truth;
    for (const auto& release : world_.releases) {
      const auto genesis = world_.sets[release.set].genesis;
      truth[fmt::format("{}/{}/{}/{}", atom::base58(genesis.bytes()), release.label, release.version(),
                        release.rev.hex())] = release.rev;
    }
    for (const auto& [name, hex] : cached_names()) {
      if (!name.starts_with("refs/atoms-2/")) continue;
      const auto of_giver = name.substr(std::string_view("refs/atoms-2/").size());
      const auto found = truth.find(of_giver.substr(of_giver.find('/') + 1));
      if (found == truth.end()) throw Violation{"the cache names what does not exist: " + name};
      if (found->second.hex() != hex) throw Violation{fmt::format("the cache says that {} is {}", name, hex)};
      ++names_seen_;
    }
  }

  // What is remembered of a url is what that url says.
  void check_vouched(store::Cache& cache) {
    for (const auto& [url, served] : internet_.served()) {
      const auto parsed = unwrap(atom::Url::parse(url));
      const auto genesis = cache.genesis_at(parsed);
      if (!genesis) continue;
      const auto said = served.refs.find(std::string(atom::init_ref));
      if (said == served.refs.end() || said->second != *genesis) {
        simulator_.violate(url + " never said that its genesis is " + genesis->hex());
      }
      for (const auto& release : world_.releases) {
        const auto label = unwrap(atom::Label::parse(release.label));
        const auto vouched = cache.vouched(parsed, *genesis, {label});
        for (const auto& atom : vouched.front()) {
          const auto ref = served.refs.find(atom::atom_ref(label, atom.version));
          if (ref != served.refs.end() && ref->second == atom.rev) continue;
          simulator_.violate(
              fmt::format("{} never said that {} {} is {}", url, label.str(), atom.version.str(), atom.rev.hex()));
        }
      }
    }
  }

  std::map<std::string, std::string> cached_names() const {
    std::map<std::string, std::string> out;
    const auto git = directory_ / "cache" / "git";
    std::ifstream packed(git / "packed-refs");
    for (std::string line; std::getline(packed, line);) {
      if (!line.starts_with('#') && line.size() > 41) out[line.substr(41)] = line.substr(0, 40);
    }
    std::error_code ignored;
    for (const auto& entry : fs::recursive_directory_iterator(git / "refs", ignored)) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path());
      std::string hex;
      std::getline(file, hex);
      out[fs::relative(entry.path(), git).generic_string()] = hex;
    }
    return out;
  }

  // Nothing is left of what was on its way.
  void check_litter() const {
    const store::Places places(directory_ / "cache");
    for (const auto& place : {places.incoming(), places.trees_incoming(), places.sources_incoming()}) {
      std::error_code ignored;
      for (const auto& entry : fs::directory_iterator(place, ignored)) {
        throw Violation{"left behind: " + entry.path().string()};
      }
    }
  }

  void audit();

  Failure failure(std::string what) {
    return {std::move(what), fmt::format("faults: {}\n{}", faults_.text(), world_.text()), simulator_.events()};
  }

  const Story& story_;
  fs::path directory_;
  git::Libgit2 library_;
  Simulator simulator_;
  Faults faults_;
  World world_;
  Internet internet_;
  Store store_;
  std::set<std::string> planned_;
  std::size_t steps_ = 0, names_seen_ = 0;
  bool is_last_ = false, disk_fails_ = false;
};

void Life::audit() {
  const std::atomic<bool> stopped = false;
  const auto found = store::audit(store::Places(directory_ / "cache"), store::Repair::no, coro::Stop(stopped));
  if (found.findings.empty()) return;
  const auto& first = found.findings.front();
  throw Violation{fmt::format("the cache is damaged: {} {}: {}", first.kind, first.what, first.why)};
}

}  // namespace

Faults faults_of(const Story& story) {
  return story.faults ? *story.faults : Faults::half(Random(story.seed).fork(1));
}

Ending live(const Story& story, const fs::path& directory) {
  fs::remove_all(directory);
  fs::create_directories(directory);
  auto life = std::make_unique<Life>(story, directory);
  auto ending = life->live();
  if (ending.failure) {
    life.release();  // its coroutines hang
    return ending;
  }
  life.reset();
  fs::remove_all(directory);
  return ending;
}

}  // namespace eka::sim
