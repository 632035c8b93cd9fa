#include "tests/sim/life.h"

#include <atomic>
#include <csignal>
#include <fstream>
#include <functional>

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "coro/task/task_group.h"
#include "engine/context/context.h"
#include "git/libgit2/libgit2.h"
#include "store/disk/use_lock.h"
#include "store/maintenance/collect.h"
#include "tests/sim/author.h"
#include "tests/sim/checks.h"
#include "tests/sim/outside/disk.h"
#include "tests/sim/outside/evaluator.h"
#include "tests/sim/outside/servers.h"
#include "tests/sim/process.h"
#include "tests/sim/simulator.h"

namespace eka::sim {
namespace {

namespace fs = std::filesystem;

// Longer than all retries and time limits of one run.
constexpr milliseconds longest_step = std::chrono::hours(4);

std::string_view words_for(Command command) {
  switch (command) {
    case Command::plan:
      return "plans";
    case Command::prefetch:
      return "prefetches";
    case Command::verify:
      return "verifies";
    case Command::collect:
      return "collects";
    case Command::plan_own:
      return "plans its own";
    case Command::add:
      return "adds";
    case Command::add_source:
      return "adds a source";
    case Command::resolve:
      return "resolves";
    case Command::publish:
      return "publishes";
  }
  return "";
}

class Life {
 public:
  Life(const Story& story, fs::path directory)
      : story_(story),
        directory_(std::move(directory)),
        simulator_(story.seed, story.keeps_all ? std::size_t(-1) : 100),
        faults_(faults_of(story)),
        chance_(Random(story.seed).fork(3)),
        world_(make_world(Random(story.seed).fork(2), story.size)),
        internet_(world_, simulator_, faults_),
        author_(world_, simulator_, *internet_.find(world_.sets[world_.author].urls.front()), directory_ / "work"),
        checks_(directory_ / "cache", world_, internet_, store_, simulator_, author_, faults_) {
    internet_.receive = [this](const std::vector<git::PushedRef>& refs) { return author_.receive(refs); };
    set_boot_file(directory_ / "boot_id");
    boot();
  }

  Ending live() {
    try {
      const auto steps = simulator_.random().between(1, story_.most_steps);
      for (std::size_t i = 0; i < steps; ++i) step();
      checks_.faults_ended = true;
      faults_ = Faults();
      last_step();
    } catch (const Violation& violation) {
      return {failure(violation.what), simulator_.digest(), simulator_.events()};
    }
    return {std::nullopt, simulator_.digest(), simulator_.events()};
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
    const bool is_authors = random.chance(0.25);
    if (is_authors) {
      processes.push_back(work_on_own());
    } else {
      const auto count = random.between(1, story_.most_processes);
      for (std::size_t i = 0; i < count; ++i) processes.push_back(plan_something(i));
    }
    auto plan = disk_plan();
    // What dies with an author is not simulated: its working tree and the other's answer would have to be brought back.
    const bool changes_more = is_authors && processes.front()->command != Command::plan_own;
    if (is_authors && plan.kind == DiskPlan::Kind::power_cut) plan.kind = DiskPlan::Kind::kill;
    if (changes_more && plan.kind != DiskPlan::Kind::none) plan.kind = DiskPlan::Kind::fails_once;
    if (plan.kind == DiskPlan::Kind::kill || plan.kind == DiskPlan::Kind::power_cut) {
      run_and_lose(processes, plan);
      checks_.had_power_cut = checks_.had_power_cut || plan.kind == DiskPlan::Kind::power_cut;
      checks_.remains();
      const bool collects =
          std::ranges::any_of(processes, [](const auto& process) { return process->command == Command::collect; });
      if (plan.kind == DiskPlan::Kind::power_cut) boot();
      // What a power cut takes of what was learnt is not known here.
      if (collects || plan.kind == DiskPlan::Kind::power_cut) checks_.forget();
      return;
    }
    checks_.disk_failed = plan.kind != DiskPlan::Kind::none;
    if (checks_.disk_failed) simulator_.tell("the disk fails at call " + std::to_string(plan.at));
    arm_disk(directory_ / "cache", plan);
    run(processes);
    disarm_disk();
    checks_.step(processes);
    checks_.disk_failed = false;
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
        checks_.step(processes);
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
    process.settings.fresh_evaluation = true;  // so that all directories are used
    for (const auto& release : world_.releases) process.items.push_back(item(release));
    run(one);
    checks_.step(one);
    checks_.audit();
  }

  engine::Settings settings() {
    auto& random = simulator_.random();
    engine::Settings out;
    out.cache_root = directory_ / "cache";
    out.platforms = {"x86_64-linux", "x86_64-linux", "x86_64-linux"};
    out.jobs = random.between(1, 4);
    out.share_context = random.chance(0.3)   ? atom::ShareContext::all
                        : random.chance(0.2) ? atom::ShareContext::set
                                             : atom::ShareContext::none;
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
    if (random.chance(0.2)) {
      out->command = Command::prefetch;
    } else if (random.chance(0.15)) {
      out->command = Command::verify;
    }
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

  // What whoever has the set on this machine does next.
  std::unique_ptr<Process> work_on_own() {
    auto& random = simulator_.random();
    auto out = std::make_unique<Process>(simulator_);
    out->name = fmt::format("step {} author", ++steps_);
    out->settings = settings();
    const auto choice = random.below(6);
    if (choice == 3) {
      out->command = Command::plan_own;
      out->own = author_.release();
      const std::string text = fmt::format("::{}", Author::label);
      auto uri = unwrap(atom::AtomUri::parse(text, atom::Aliases()));
      out->items.push_back({&*out->own, 0, false, {text, std::move(uri), author_.directory()}});
    } else if (choice == 4 && !world_.sources.empty() && !author_.release().source) {
      out->command = Command::add_source;
      out->added_source = random.below(world_.sources.size());
    } else if (choice == 0 || choice >= 4) {
      out->command = Command::add;
      const auto& some = random.pick(world_.releases);
      if (some.set == world_.author) {
        out->command = Command::resolve;
      } else {
        out->added = Need{some.set, some.label, fmt::format("^{}", world_.majors.at({some.set, some.label}))};
      }
    } else {
      out->command = choice == 1 ? Command::resolve : Command::publish;
    }
    if (checks_.author_misled && out->command == Command::publish) out->command = Command::resolve;
    out->fresh = random.chance(0.3);
    out->locked = random.chance(0.1);
    out->settings.offline = random.chance(0.1);
    if (out->command == Command::publish) author_.commit(random.chance(0.6));
    out->before = author_.files();
    return out;
  }

  // Times of virtual time in which some, or all, of a run's requests and jobs have been made.
  milliseconds some_time() {
    return milliseconds(chance_.below(chance_.pick(std::vector<std::size_t>{10, 300, 3000})));
  }

  coro::Task<> run_process(Process* process) {
    if (process->starts_after.count() > 0) co_await simulator_.sleep(process->starts_after);
    if (process->command == Command::collect) {
      co_await collect(process);
    } else {
      co_await run_engine(process);
    }
  }

  coro::Task<> collect(Process* process) {
    const store::Places places(process->settings.cache_root);
    fs::create_directories(places.root);
    const auto lock = co_await store::UseLock::take(simulator_.pool(), places.root, store::UseLock::Mode::exclusive,
                                                    std::chrono::seconds(10), simulator_);
    // What is remembered of what was planned goes, too.
    checks_.collected = true;
    if (!fs::exists(places.git())) co_return;
    checks_.swept = true;
    store::CollectOptions options;
    options.older_than = std::chrono::seconds(simulator_.random().below(200));
    options.now = simulator_.date();
    co_await store::collect(places, simulator_.pool(), options);
  }

  coro::Task<> run_engine(Process* process) {
    auto cache = co_await store::Cache::open(process->settings.cache_root, simulator_.pool(), simulator_);
    checks_.swept = true;
    auto evaluator = make_evaluator(simulator_, faults_, store_);
    auto remotes = make_remotes(internet_, process->asked, process->settings.timeouts);
    engine::Context::MakeEvaluator another = [this](store::Cache&) {
      return make_evaluator(simulator_, faults_, store_);
    };
    engine::Context::Outside outside{simulator_.pool(),  simulator_,           std::move(cache),
                                     std::move(remotes), std::move(evaluator), std::move(another)};
    engine::Context context(process->settings, process->observer, std::move(outside));
    if (process->command == Command::prefetch) {
      auto request = prefetch_of(*process);
      co_await beside_others(context, process, [&]() -> coro::Task<> {
        process->prefetched = co_await engine::prefetch(context, std::move(request));
      });
    } else if (process->command == Command::verify) {
      engine::VerifyRequest request;
      for (const auto& item : process->items) request.items.push_back(item.wanted);
      process->verified = co_await engine::verify(context, std::move(request));
    } else if (process->command == Command::add) {
      auto request = addition(*process);
      co_await engine::add(context, std::move(request));
    } else if (process->command == Command::add_source) {
      engine::AddDirectRequest request{.atom = author_.atom_directory(),
                                       .key = unwrap(atom::Label::parse("src")),
                                       .url = unwrap(atom::Url::parse(world_.sources[*process->added_source].url)),
                                       .fetch = engine::AddDirectRequest::Fetch::git,
                                       .at = "main",
                                       .unpack = std::nullopt};
      co_await engine::add_direct(context, std::move(request));
    } else if (process->command == Command::resolve) {
      engine::ResolveRequest request{.directory = author_.atom_directory(), .atoms = {}};
      request.fresh = process->fresh;
      request.locked = process->locked;
      process->resolved = co_await engine::resolve(context, std::move(request));
    } else if (process->command == Command::publish) {
      // Whether it can be planned is not checked: what remotes deliver then differs from what others find later.
      engine::PublishRequest request{.directory = author_.directory(), .packages = {Author::label}, .check = false};
      process->published = co_await engine::publish(context, std::move(request));
    } else {
      engine::PlanRequest request;
      for (const auto& item : process->items) request.items.push_back(item.wanted);
      co_await beside_others(context, process, [&]() -> coro::Task<> {
        process->planned = co_await engine::plan(context, std::move(request));
      });
    }
    checks_.vouched(*context.cache);
    const auto trouble = co_await context.cache->tidy();
    if (!trouble.empty()) simulator_.tell(process->name + ": " + trouble);
    co_await context.cache->close();
  }

  // Runs `work`, which must not be affected by whoever shares its requests, and may leave.
  coro::Task<> beside_others(engine::Context& context, Process* process, std::function<coro::Task<>()> work) {
    std::vector<coro::Task<>> all;
    all.push_back(work());
    if (process->second_caller_leaves) all.push_back(leave(context, process));
    if (process->late_item) all.push_back(join_late(context, process));
    co_await coro::all(std::move(all));
  }

  coro::Task<> join_late(engine::Context& context, Process* process) {
    co_await simulator_.sleep(process->late_after);
    engine::PrefetchRequest request;
    request.items.push_back(process->late_item->wanted);
    process->late = co_await engine::prefetch(context, std::move(request));
  }

  coro::Task<> leave(engine::Context& context, Process* process) {
    coro::TaskGroup second(co_await asio::this_coro::executor);
    second.start(prefetch_for_nobody(context, process));
    second.start(cancel_after(*process->second_caller_leaves, second));
    co_await second.join();
  }

  coro::Task<> cancel_after(milliseconds time, coro::TaskGroup& group) {
    co_await simulator_.sleep(time);
    group.cancel();
  }

  coro::Task<> prefetch_for_nobody(engine::Context& context, Process* process) {
    auto request = prefetch_of(*process);
    co_await engine::prefetch(context, std::move(request));
  }

  static engine::PrefetchRequest prefetch_of(const Process& process) {
    engine::PrefetchRequest request;
    for (const auto& item : process.items) request.items.push_back(item.wanted);
    return request;
  }

  engine::AddRequest addition(const Process& process) {
    const auto& need = *process.added;
    const auto& set = world_.sets[need.set];
    const auto text = fmt::format("{}::{}@{}", set.urls.front(), need.label, need.requirement);
    engine::AddRequest out{.atom = author_.atom_directory(),
                           .uri = unwrap(atom::AtomUri::parse(text, atom::Aliases())),
                           .set = unwrap(atom::Tag::parse(set.name)),
                           .mirrors = {}};
    for (const auto& url : set.urls) out.mirrors.push_back(unwrap(atom::Url::parse(url)));
    return out;
  }

  void run(std::vector<std::unique_ptr<Process>>& processes) {
    auto& random = simulator_.random();
    for (auto& each : processes) {
      auto* process = each.get();
      std::string what = fmt::format("{}{} {}", process->name, process->settings.offline ? " offline" : "",
                                     words_for(process->command));
      if (process->added_source) what += " " + world_.sources[*process->added_source].url;
      if (process->added) what += fmt::format(" {}::{}", world_.sets[process->added->set].name, process->added->label);
      for (const auto& item : process->items) what += " " + item.wanted.typed;
      simulator_.tell(what);
      if (faults_.strikes(Fault::cancelled)) process->cancelled_at = 1 + random.below(random.chance(0.5) ? 300 : 5000);
      if (faults_.strikes(Fault::starts_late)) process->starts_after = some_time();
      if (process->command <= Command::prefetch && faults_.strikes(Fault::caller_leaves)) {
        process->second_caller_leaves = some_time();
        simulator_.tell("a second caller shares its work and leaves");
      }
      if (process->command <= Command::prefetch && faults_.strikes(Fault::caller_joins)) {
        const auto needed = closure(world_, *process->items.front().release);
        process->late_item = item(needed.empty() ? *process->items.front().release : **needed.begin());
        process->late_after = some_time();
        simulator_.tell("another caller prefetches " + process->late_item->wanted.typed);
      }
      simulator_.start(run_process(process), process->cancelled_at, [this, process](std::exception_ptr failure) {
        try {
          if (failure) std::rethrow_exception(failure);
        } catch (const Cancelled&) {
          process->cancelled = true;
          if (process->cancelled_at == 0) simulator_.violate(process->name + " was cancelled by nobody");
        } catch (const Error& error) {
          process->error = error;
        }
      });
    }
    simulator_.run(longest_step);
    simulator_.pass(milliseconds(random.below(100'000)));
  }

  Failure failure(std::string what) {
    return {std::move(what), fmt::format("faults: {}\n{}", faults_of(story_).text(), world_.text()),
            simulator_.events()};
  }

  const Story& story_;
  fs::path directory_;
  git::Libgit2 library_;
  Simulator simulator_;
  Faults faults_;
  Random chance_;  // of kinds that were added later: what others choose stays as it was
  World world_;
  Internet internet_;
  Store store_;
  Author author_;
  Checks checks_;
  std::size_t steps_ = 0;
  unsigned boots_ = 0;
};

}  // namespace

Faults faults_of(const Story& story) {
  return story.faults ? *story.faults : Faults::half(story.seed);
}

// A file below `directory` that this process has open.
static std::optional<std::string> left_open(const fs::path& directory) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
    const auto file = fs::read_symlink(entry.path(), error);
    if (error || !file.native().starts_with(directory.native() + "/")) continue;
    // libgit2 forgets to close what it could not write.
    if (!file.filename().native().starts_with("tmp_object_git2_")) return file.string();
  }
  return std::nullopt;
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
  if (const auto open = left_open(directory)) {
    ending.failure = Failure{"left open: " + *open, {}, {}};
  }
  fs::remove_all(directory);
  return ending;
}

}  // namespace eka::sim
