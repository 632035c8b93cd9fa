#include "eval/nix/session.h"

#include <algorithm>
#include <csignal>
#include <fstream>
#include <set>
#include <utility>

#include <unistd.h>

#include "base/text.h"
#include "coro/task/timeout.h"
#include "eval/nix/imports.h"
#include "eval/report/failure.h"
#include "eval/sandbox/container.h"
#include "eval/sandbox/nixec.h"
#include "eval/store/private_store.h"

namespace eka::eval {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t most_open_files = 1024;
// The evaluator's database needs this much, however low the limit is.
constexpr std::uint64_t smallest_file_limit = std::uint64_t{64} << 20;

std::vector<Sandbox::Bind> binds_of(const std::vector<Source>& sources) {
  std::vector<Sandbox::Bind> binds;
  std::set<std::string> seen;
  for (const Source& source : sources) {
    if (!is_store_path(source.store_path)) {
      throw Error(Kind::failure, "invalid store path of a source: " + printable(source.store_path));
    }
    if (seen.insert(source.store_path).second) {
      binds.push_back({.outside = fs::absolute(source.on_disk).string(), .inside = source.store_path});
    }
  }
  return binds;
}

void check_number(std::size_t sources, std::size_t most) {
  if (sources <= most) return;
  throw Error(Kind::evaluation, "the closure has " + std::to_string(sources) + " atoms and sources; the limit is " +
                                    std::to_string(most));
}

NixecRequest request_for(const SandboxSetup& setup, const Evaluation& evaluation, const Scratch& scratch) {
  const Installation& installation = setup.installation;
  const bool in_container = setup.sandbox == SandboxKind::container;
  const bool in_own_root = setup.can_mount_root && !in_container;
  std::vector<Sandbox::Bind> sources = binds_of(evaluation.sources);
  check_number(sources.size(), in_own_root || in_container ? most_sources : most_sources_without_root);
  const auto seconds = [](std::chrono::seconds time) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(1, time.count()));
  };
  return {.binary = installation.nixec_identity,
          .parent = ::getpid(),
          .limits = {.memory_bytes = evaluation.limits.memory_bytes,
                     .cpu_seconds = seconds(evaluation.limits.cpu_time),
                     .wall_seconds = seconds(evaluation.limits.wall_time),
                     .file_bytes = std::max<std::uint64_t>(evaluation.limits.store_bytes, smallest_file_limit),
                     .open_files = most_open_files},
          .sandbox = {.bwrap = installation.bwrap.string(),
                      .nix_instantiate = installation.nix_instantiate.string(),
                      .libraries = installation.libraries,
                      .expressions = installation.expressions.string(),
                      .store = scratch.store().string(),
                      .sources = std::move(sources),
                      .system = evaluation.system,
                      .launcher = installation.has_launcher ? installation.nixec.string() : std::string(),
                      .root = in_own_root ? scratch.empty_root().string() : std::string(),
                      .imports = evaluation.imports,
                      .container = in_container},
          .expression_file = scratch.expression().string(),
          .filter = setup.fork_client != nullptr ? setup.supplies.forked_filter : setup.supplies.filter};
}

// A prepared scratch directory, and the command to run.
struct Prepared {
  std::shared_ptr<Scratch> scratch;
  coro::Command command;
};

Prepared prepare(const SandboxSetup& setup, const Evaluation& evaluation, const std::string& mark) {
  const Installation& installation = setup.installation;
  Prepared prepared{.scratch = std::make_shared<Scratch>(setup.scratch_root, setup.pool), .command = {}};
  std::ofstream expression(prepared.scratch->expression(), std::ios::binary);
  if (setup.sandbox == SandboxKind::container) {
    expression << expression_for(evaluation.closure_json, mark, plan_in_container);
  } else {
    expression << expression_for(evaluation.closure_json, mark);
  }
  expression.close();
  if (!expression) throw Error(Kind::failure, "cannot write to " + prepared.scratch->expression().string());
  setup.supplies.store.write(prepared.scratch->store());
  fs::path nixec = installation.nixec;
  if (!is_nixec(nixec.string())) {
    nixec = prepared.scratch->nixec();
    fs::create_symlink(installation.nixec, nixec);
  }
  prepared.command.argv = {nixec.string()};
  prepared.command.directory = "/";
  prepared.command.input = request_for(setup, evaluation, *prepared.scratch).text();
  prepared.command.output_limit = evaluation.limits.output_bytes;
  return prepared;
}

Error too_loud(std::uint64_t limit) {
  return Error(Kind::evaluation, "evaluation printed more than " + std::to_string(limit >> 20) + " MiB");
}

Error too_large(std::uint64_t limit) {
  return Error(Kind::evaluation, "evaluation wrote more than " + std::to_string(limit >> 20) + " MiB into its store")
      .with_hint(
          "builtins.toFile and paths copied into the store use space; the limit is configured by plan.disk "
          "(EKA_PLAN_DISK)");
}

}  // namespace

Session::Session(coro::Executor executor, const SandboxSetup& setup, const Evaluation& evaluation,
                 const Answered& answered)
    : setup_(setup),
      evaluation_(evaluation),
      answered_(answered),
      mark_(random_mark()),
      reader_(mark_),
      group_(std::move(executor)) {}

Session::~Session() {
  if (scratch_) scratch_->end_use();
}

coro::Task<> Session::run() {
  Prepared prepared = co_await coro::offload(setup_.pool, [this] { return prepare(setup_, evaluation_, mark_); });
  scratch_ = std::move(prepared.scratch);
  scratch_->begin_use();
  if (!evaluation_.built.empty()) {
    std::vector<std::string> built = evaluation_.built;
    co_await register_builds(setup_.installation, scratch_->store(), std::move(built));
  }
  meter_.emplace(scratch_->store(), evaluation_.limits.store_bytes);
  prepared.command.on_errors = [this](std::string_view bytes) { hear(bytes); };
  co_await coro::throw_if_cancelled();  // join() would throw without waiting
  group_.start(converse(std::move(prepared.command)));
  co_await group_.join();
  co_await find_obstacle();
  if (evaluation_.imports && exit_.code() == 1 && !too_much_) {
    // The wanted derivation will be imported, so the limit applies to it, too.
    too_much_ = co_await coro::offload(setup_.pool, [this](coro::Stop stop) { return meter_->is_over(stop, true); });
  }
  if (too_much_) failure_ = too_large(evaluation_.limits.store_bytes);
  if (evaluation_.imports && exit_.code() == 1 && !too_much_) co_await look_for_wanted();
}

coro::Task<> Session::converse(coro::Command command) {
  const auto start = std::chrono::steady_clock::now();
  try {
    // The exit of the evaluator cancels the watch; exceeding the limit cancels the evaluator.
    coro::TaskGroup both(co_await asio::this_coro::executor);
    both.start(run_command(std::move(command), &both));
    both.start(watch_store(&both));
    co_await both.join();
  } catch (const Error& error) {
    has_lost_server_ = error.message() == ForkClient::server_ended;
    if (!has_lost_server_ && !error.message().contains(" wrote more than ")) throw;
    failure_ = has_lost_server_ ? error : too_loud(evaluation_.limits.output_bytes);
  }
  took_ = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
}

coro::Task<> Session::run_command(coro::Command command, coro::TaskGroup* both) {
  if (setup_.fork_client != nullptr) {
    exit_ = co_await setup_.fork_client->run(std::move(command), evaluation_.limits.wall_time);
  } else {
    exit_ = co_await coro::run(std::move(command));
  }
  both->cancel();
}

coro::Task<> Session::watch_store(coro::TaskGroup* both) {
  while (!too_much_) {
    co_await coro::sleep(meter_->pause());
    co_await coro::offload(setup_.pool, [this](coro::Stop stop) {
      const std::lock_guard lock(measuring_);
      if (meter_->is_over(stop, true)) too_much_ = true;
    });
  }
  both->cancel();
}

coro::Task<> Session::look_for_wanted() {
  const auto drv_path = co_await coro::offload(
      setup_.pool, [this] { return wanted_build(scratch_->store(), errors(), evaluation_.built); });
  if (!drv_path) co_return;
  wanted_ = co_await coro::offload(setup_.pool, [this, &drv_path] {
    return Evaluated{.label = {},
                     .drv_path = *drv_path,
                     .outputs = read_derivation(scratch_->store(), *drv_path).outputs,
                     .meta = {},
                     .imported = false,
                     .messages = {},
                     .scratch = scratch_};
  });
}

void Session::hear(std::string_view bytes) {
  for (Answer& answer : reader_.feed(bytes)) heard_.push_back(std::move(answer));
  if (heard_.empty() || taking_) return;
  taking_ = true;
  group_.start(take_heard());
}

// In order: after an answer that is not accepted, no later one is accepted.
coro::Task<> Session::take_heard() {
  while (!heard_.empty() && !too_much_) {
    const Answer answer = std::move(heard_.front());
    heard_.pop_front();
    const auto evaluated = co_await coro::offload(
        setup_.pool,
        [this, &answer](coro::Stop stop) -> std::optional<Result<Evaluated>> { return take(answer, stop); });
    if (!evaluated) break;
    roots_.push_back(*evaluated);
    if (answered_) answered_(roots_.size() - 1, *evaluated);
  }
  taking_ = false;
}

// Nothing if the size limit is exceeded. What an answer names was written before the answer, so an accepted answer is
// within the limit whatever is written later.
std::optional<Result<Evaluated>> Session::take(const Answer& answer, coro::Stop stop) {
  {
    const std::lock_guard lock(measuring_);
    if (!too_much_ && meter_->is_over(stop, false)) too_much_ = true;
  }
  if (too_much_) return std::nullopt;
  try {
    return Evaluated{.label = answer.label,
                     .drv_path = answer.drv_path,
                     .outputs = read_derivation(scratch_->store(), answer.drv_path).outputs,
                     .meta = answer.meta,
                     .imported = !evaluation_.built.empty(),
                     .messages = messages_of(as_in_strict(answer.said)),
                     .scratch = scratch_};
  } catch (const Error& error) {
    return std::unexpected(error);
  }
}

bool Session::could_not_be_confined() const {
  return !failure_ && setup_.fork_client != nullptr && exit_.code() == nixec_failed;
}

// SQLite's database is mapped into memory, so a full file system may also end the process with a signal.
bool Session::is_out_of_room() const {
  if (failure_ || exit_.ok()) return false;
  const std::string errors = this->errors();
  return errors.contains("No space left on device") || errors.contains("database or disk is full") ||
         exit_.signal() == SIGBUS || exit_.code() == 128 + SIGBUS;
}

// Diagnosing starts a process.
coro::Task<> Session::find_obstacle() {
  if (setup_.sandbox == SandboxKind::container || !reader_.rest().starts_with("bwrap: ")) co_return;
  obstacle_ =
      co_await coro::offload(setup_.pool, [] { return explain(Attempt::now(), Restrictions::of_this_process()); });
}

std::string Session::errors() const {
  return as_in_strict(std::string(reader_.rest()));
}

// Messages and their readers know only the paths inside the strict sandbox.
std::string Session::as_in_strict(std::string text) const {
  if (setup_.sandbox != SandboxKind::container) return text;
  const auto replace = [&text](const std::string& outside, std::string_view inside) {
    for (std::size_t at = 0; (at = text.find(outside, at)) != std::string::npos; at += inside.size()) {
      text.replace(at, outside.size(), inside);
    }
  };
  replace(scratch_->store().string(), inside_store);
  replace(setup_.installation.expressions.string(), inside_expressions);
  return text;
}

bool Session::cannot_mount_root() const {
  return !failure_ && setup_.can_mount_root && exit_.code() == nixec_cannot_mount;
}

Answers Session::answers() {
  Answers answers;
  answers.roots = std::move(roots_);
  answers.failure = std::move(failure_);
  if (too_much_) answers.exhausted = Exhausted::disk;
  if (answers.failure || exit_.ok()) return answers;
  const std::string errors = this->errors();
  const Ending ending{.code = exit_.code(),
                      .signal = exit_.signal(),
                      .errors = errors,
                      .took = took_,
                      .cpu_limit = evaluation_.limits.cpu_time,
                      .wall_limit = evaluation_.limits.wall_time,
                      .memory_limit = evaluation_.limits.memory_bytes,
                      .closure = evaluation_.closure_json,
                      .whole_trace = evaluation_.whole_trace,
                      .obstacle = obstacle_};
  answers.failure = explain(ending);
  answers.exhausted = exhausted(ending);
  answers.wanted = std::move(wanted_);
  return answers;
}

}  // namespace eka::eval
