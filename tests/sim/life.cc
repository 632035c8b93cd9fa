#include "tests/sim/life.h"

#include <atomic>
#include <csignal>
#include <fstream>
#include <functional>

#include <fmt/format.h>
#include <sys/prctl.h>
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
#include "store/name/refs.h"
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
  unsigned major;  // what was asked for besides the label: 0: nothing
  bool exact;
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
        internet_(world_, simulator_, faults_) {
    set_boot_file(directory_ / "boot_id");
    boot();
  }

  Ending live() {
    try {
      const auto steps = simulator_.random().between(1, story_.most_steps);
      for (std::size_t i = 0; i < steps; ++i) step();
      faults_ended_ = true;
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
    if (faults_.strikes(Fault::store_collected)) {
      simulator_.tell("the store is collected");
      store_.valid.clear();
    }
    std::vector<std::unique_ptr<Process>> processes;
    const auto count = random.between(1, story_.most_processes);
    for (std::size_t i = 0; i < count; ++i) processes.push_back(plan_something(i));
    const auto plan = disk_plan();
    if (plan.kind == DiskPlan::Kind::kill || plan.kind == DiskPlan::Kind::power_cut) {
      run_and_lose(processes, plan);
      powerless_ = powerless_ || plan.kind == DiskPlan::Kind::power_cut;
      check_names();
      const bool collects =
          std::ranges::any_of(processes, [](const auto& process) { return process->command == Command::collect; });
      if (plan.kind == DiskPlan::Kind::power_cut) boot();
      // What a power cut takes of what was learnt is not known here.
      if (collects || plan.kind == DiskPlan::Kind::power_cut) planned_.clear();
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

  void boot() { std::ofstream(directory_ / "boot_id") << "boot " << ++boots_ << '\n'; }

  DiskPlan disk_plan() {
    auto& random = simulator_.random();
    DiskPlan plan;
    if (faults_.strikes(Fault::disk_fails)) {
      plan.kind = random.chance(0.5) ? DiskPlan::Kind::fails_once : DiskPlan::Kind::full;
    }
    if (faults_.strikes(Fault::killed)) plan.kind = DiskPlan::Kind::kill;
    if (faults_.strikes(Fault::power_cut)) plan.kind = DiskPlan::Kind::power_cut;
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
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
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
    return {&release, release.major, true, wanted(text)};
  }

  static engine::Wanted wanted(const std::string& text) {
    return {.typed = text, .uri = unwrap(atom::AtomUri::parse(text, atom::Aliases())), .working_tree = {}};
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
      out->items.push_back({meant(world_, some.set, some.label, major), major, false, wanted(text)});
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
    collected_ = true;
    if (!fs::exists(places.git())) co_return;
    swept_ = true;
    store::CollectOptions options;
    options.older_than = std::chrono::seconds(simulator_.random().below(200));
    options.now = simulator_.date();
    co_await store::collect(places, simulator_.pool(), options);
  }

  coro::Task<> run_engine(Process* process) {
    auto cache = co_await store::Cache::open(process->settings.cache_root, simulator_.pool(), simulator_);
    swept_ = true;
    auto evaluator = make_evaluator(simulator_, faults_, store_);
    auto remotes = make_remotes(internet_, process->asked, process->settings.timeouts);
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
      if (faults_.strikes(Fault::cancelled)) cancel_at = 1 + random.below(random.chance(0.5) ? 300 : 5000);
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
    std::set<std::string> planned;
    if (collected_) planned_.clear();
    for (const auto& process : processes) {
      check_results(*process, planned);
      check_requests(*process);
    }
    // What a process may rely on was planned before it began.
    planned_.merge(planned);
    if (std::exchange(collected_, false)) planned_.clear();
    check_names();
    if (std::exchange(swept_, false) && !disk_fails_) check_litter();
  }

  void check_results(const Process& process, std::set<std::string>& planned) {
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
      const auto& item = process.items[i];
      const bool done = process.command == Command::plan
                            ? check_result(process, item, process.report->plans[i])
                            : check_prefetched(process, item, process.prefetched->closures[i]);
      if (done) planned.insert(item.wanted.typed);
    }
  }

  // Whether lower versions than the highest may be chosen: offline those that are cached, and where somebody lies or
  // failed those that the others have.
  bool may_be_lower(const Process& process, const Item& item) const {
    return process.settings.offline || somebody(item, &Served::lies) ||
           (process.asked.any_failure && somebody(item, &Served::lacks));
  }

  // Whether one of the places of the sets that matter for `item` is so.
  bool somebody(const Item& item, bool Served::* is_so) const {
    const auto sets = reachable_sets(world_, item.release->set);
    return std::ranges::any_of(internet_.served(),
                               [&](const auto& each) { return each.second.*is_so && sets.contains(each.second.set); });
  }

  // What `rev` is, if it may come of `item`; else throws.
  const Release& release_of(const Process& process, const Item& item, const atom::ObjectId& rev) const {
    if (rev == item.release->rev) return *item.release;
    // Offline, the highest that is cached will do.
    const auto found = std::ranges::find(world_.releases, rev, &Release::rev);
    const bool lower = process.settings.offline && !item.exact && found != world_.releases.end() &&
                       found->set == item.release->set && found->label == item.release->label &&
                       (item.major == 0 || item.major == found->major);
    if (!lower) throw Violation{item.wanted.typed + " came out as revision " + rev.hex()};
    return *found;
  }

  // These give whether it was done.
  bool check_prefetched(const Process& process, const Item& item, const Result<engine::Prefetched>& result) {
    if (!result) return check_error(process, item, result.error());
    const auto& root = release_of(process, item, result->root->rev);
    Closure found;
    for (const auto& atom : result->atoms) {
      const auto release = std::ranges::find(world_.releases, atom.rev, &Release::rev);
      if (release == world_.releases.end()) throw Violation{"what does not exist was prefetched: " + atom.rev.hex()};
      found.insert(&*release);
    }
    const bool right = may_be_lower(process, item) ? fits(world_, root, found) : found == closure(world_, root);
    if (!right) throw Violation{item.wanted.typed + " was prefetched with other atoms than it needs"};
    simulator_.tell(process.name + ": prefetched " + item.wanted.typed);
    return true;
  }

  bool check_result(const Process& process, const Item& item, const Result<engine::Plan>& result) {
    if (!result) return check_error(process, item, result.error());
    const auto& typed = item.wanted.typed;
    simulator_.tell(fmt::format("{}: {} is {}{}", process.name, typed, result->drv_path,
                                result->remembered ? " (remembered)" : ""));
    const auto& root = release_of(process, item, result->rev);
    auto with = closure(world_, root);
    if (may_be_lower(process, item)) {
      with = made_of(root, result->drv_path);
      if (!fits(world_, root, with)) throw Violation{typed + " was planned with other atoms than it needs"};
    }
    const auto expected = derivation(world_, root, with);
    if (result->drv_path != expected) {
      throw Violation{fmt::format("{} came out as {}, not {}", typed, result->drv_path, expected)};
    }
    if (!store_.valid.contains(expected)) throw Violation{typed + " is said to be planned, but is not in the store"};
    return true;
  }

  // The atoms that a derivation was made of.
  Closure made_of(const Release& root, const std::string& drv_path) const {
    Closure out;
    const auto made = store_.made_of.find(drv_path);
    if (made == store_.made_of.end()) throw Violation{drv_path + " was never made"};
    for (const auto& release : world_.releases) {
      if (made->second.contains(release.marker) && &release != &root) out.insert(&release);
    }
    return out;
  }

  bool check_error(const Process& process, const Item& item, const Error& error) {
    const auto& typed = item.wanted.typed;
    simulator_.tell(process.name + ": " + told(error));
    const auto text = told(error);
    if (!text.contains(typed)) throw Violation{"an error does not name " + typed + ":\n" + text};
    if (const auto why = unexplained(process, item, error)) throw Violation{*why + "\n" + text};
    return false;
  }

  // Nothing, if the failure is one that the faults of the world explain.
  std::optional<std::string> unexplained(const Process& process, const Item& item, const Error& error) {
    const bool is_lied_to = somebody(item, &Served::lies);
    if (faults_ended_ && !is_lied_to) return "a plan fails though nothing is wrong any more";
    switch (error.kind()) {
      case Kind::offline:
        if (!process.settings.offline) return "an error says offline, but the run was not";
        // Without a lock, sources that are branches are asked for again.
        if (!item.release->locked && told(error).contains("while locking source")) return std::nullopt;
        if (planned_.contains(item.wanted.typed)) return "what was planned before is not planned offline";
        return std::nullopt;
      case Kind::remote:
        if (process.settings.offline) return "a remote fails, but the run was offline";
        if (!process.asked.any_failure && !is_lied_to) return "a remote is blamed that did nothing wrong";
        return std::nullopt;
      case Kind::unsatisfiable:
        if (is_lied_to && !process.settings.offline) return std::nullopt;
        return "there are versions that satisfy";
      case Kind::evaluation:
        if (faults_.on(Fault::evaluation_fails) || faults_.on(Fault::evaluation_out_of_memory) ||
            faults_.on(Fault::evaluation_never_ends)) {
          return std::nullopt;
        }
        return "evaluation is blamed that did nothing wrong";
      case Kind::integrity:
        if (is_lied_to || faults_.on(Fault::corrupt_pack)) return std::nullopt;
        return "a lie is seen where nobody lies";
      case Kind::failure:
        if (disk_fails_) return std::nullopt;
        return "nothing explains this error";
      default:
        return "nothing explains this error";
    }
  }

  bool asked_a_liar(const Process& process) const {
    return std::ranges::any_of(internet_.served(), [&](const auto& each) {
      return each.second.lies && process.asked.urls.contains(each.first);
    });
  }

  // Who was never disappointed asks for nothing twice. (What the disk refused may be asked for again.)
  void check_requests(const Process& process) {
    if (process.asked.any_failure || asked_a_liar(process) || process.cancelled || disk_fails_) return;
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

  // Every name in the cache is true: refs/atoms-2/<giver>/<genesis>/<label>/<version>/<revision>, where the genesis may
  // be what the giver says that it is.
  void check_names() {
    std::map<std::string, atom::ObjectId> truth;
    for (const auto& [url, served] : internet_.served()) {
      const auto giver = store::Giver::remote(unwrap(atom::Url::parse(url)));
      const auto claim = served.refs.find(std::string(atom::init_ref));
      for (const auto& release : world_.releases) {
        for (const auto& genesis :
             {world_.sets[release.set].genesis, claim == served.refs.end() ? release.rev : claim->second}) {
          truth[fmt::format("{}/{}/{}/{}/{}", giver.str(), atom::base58(genesis.bytes()), release.label,
                            release.version(), release.rev.hex())] = release.rev;
        }
      }
    }
    for (const auto& [name, hex] : cached_names()) {
      if (!name.starts_with("refs/atoms-2/")) continue;
      const auto found = truth.find(name.substr(std::string_view("refs/atoms-2/").size()));
      if (found == truth.end()) throw Violation{"the cache names what does not exist: " + name};
      if (found->second.hex() != hex) throw Violation{fmt::format("the cache says that {} is {}", name, hex)};
      ++names_seen_;
    }
  }

  // What is remembered of a url is what that url says.
  void check_vouched(store::Cache& cache) {
    for (const auto& [url, served] : internet_.served()) {
      const auto parsed = unwrap(atom::Url::parse(url));
      const auto genesis = cache.vouched().genesis_at(parsed);
      if (!genesis) continue;
      const auto said = served.refs.find(std::string(atom::init_ref));
      if (said == served.refs.end() || said->second != *genesis) {
        simulator_.violate(url + " never said that its genesis is " + genesis->hex());
      }
      for (const auto& release : world_.releases) {
        const auto label = unwrap(atom::Label::parse(release.label));
        const auto vouched = cache.vouched().versions(parsed, *genesis, {label});
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
      const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
      const bool is_whole = text.size() == 41 && text.back() == '\n' && atom::ObjectId::parse(text.substr(0, 40));
      // One that a power cut tore says nothing, and is written again when it is needed.
      if (!is_whole && powerless_) continue;
      out[fs::relative(entry.path(), git).generic_string()] = is_whole ? text.substr(0, 40) : "torn";
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
    return {std::move(what), fmt::format("faults: {}\n{}", faults_of(story_).text(), world_.text()),
            simulator_.events()};
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
  unsigned boots_ = 0;
  bool faults_ended_ = false, disk_fails_ = false, collected_ = false;
  bool powerless_ = false;  // there was a power cut
  bool swept_ = false;      // somebody opened the cache, and removed what was left
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
  return story.faults ? *story.faults : Faults::half(story.seed);
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
