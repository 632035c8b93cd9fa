#include "eval/nix_evaluator.h"

#include <algorithm>
#include <map>
#include <set>
#include <sstream>
#include <utility>

#include "base/text.h"
#include "coro/process/process.h"
#include "coro/run/pool.h"
#include "coro/task/single_flight.h"
#include "eval/build/add_source.h"
#include "eval/build/copy_closure.h"
#include "eval/build/realise.h"
#include "eval/nix/known_versions.h"
#include "eval/nix/scratch.h"
#include "eval/nix/session.h"
#include "eval/nix/store_program.h"
#include "eval/nix/supplies.h"
#include "eval/sandbox/landlock.h"
#include "eval/store/binary_cache.h"
#include "eval/store/gc_roots.h"
#include "eval/store/private_store.h"
#include "eval/store/real_store.h"

namespace eka::eval {
namespace {

namespace fs = std::filesystem;

// Below the limit of a command line (2 MiB on most systems, with the environment): a store path has 44 bytes and a name
// of at most 211.
constexpr std::size_t most_arguments = 4'000;

std::vector<std::vector<std::string>> in_batches(const std::set<std::string>& paths) {
  std::vector<std::vector<std::string>> batches;
  for (const std::string& path : paths) {
    if (batches.empty() || batches.back().size() == most_arguments) batches.emplace_back();
    batches.back().push_back(path);
  }
  return batches;
}

// Without --no-check-sigs: content-addressed paths (derivations, texts, sources) need no signature, and nothing else
// may be imported from a private store.
coro::Command copy_command(const Installation& installation, const fs::path& from,
                           const std::vector<std::string>& drv_paths) {
  coro::Command command;
  command.argv = {installation.nix.string(), "copy", "--derivation",    "--from",
                  store_argument(from),      "--to", installation.store};
  command.argv.insert(command.argv.end(), drv_paths.begin(), drv_paths.end());
  command.env = nix_environment(installation);
  command.directory = from.parent_path();
  return command;
}

coro::Task<> copy(const Installation& installation, fs::path from, std::vector<std::string> drv_paths) {
  coro::Command command = copy_command(installation, from, drv_paths);
  const coro::Exit exit = co_await run_on_store(std::move(command));
  if (exit.ok()) co_return;
  throw Error(Kind::failure, "copying derivations to the Nix store failed: " + printable(exit.errors, 4000, true))
      .within("importing into the store " + installation.store);
}

// The distinct private stores of one place, and all derivations wanted from them.
struct Wanted {
  std::vector<fs::path> stores;
  std::set<std::string> drv_paths;
};

// By place: files are moved between stores of the same file system. Blocks.
std::map<fs::path, Wanted> wanted_of(const std::vector<Evaluated>& evaluated, RealStore& real_store) {
  std::map<fs::path, Wanted> by_place;
  std::set<const void*> seen;
  for (const Evaluated& one : evaluated) {
    // A valid derivation is complete: nothing has to be copied.
    if (is_store_path(one.drv_path) && real_store.has(one.drv_path) == true) continue;
    const auto* scratch = static_cast<const Scratch*>(one.scratch.get());
    Wanted& wanted = by_place[scratch->place()];
    if (seen.insert(scratch).second) wanted.stores.push_back(scratch->store());
    wanted.drv_paths.insert(one.drv_path);
  }
  return by_place;
}

// The valid ones among `paths`; none if the store cannot be queried.
coro::Task<std::set<std::string>> ask_store(const Installation& installation, std::set<std::string> paths) {
  const auto batches = in_batches(paths);
  for (const auto& batch : batches) {
    coro::Command command;
    command.argv = {installation.nix_store.string(), "--store", installation.store, "--check-validity",
                    "--print-invalid"};
    command.argv.insert(command.argv.end(), batch.begin(), batch.end());
    command.env = nix_environment(installation);
    const coro::Exit exit = co_await run_on_store(std::move(command));
    if (!exit.ok()) co_return std::set<std::string>();
    std::istringstream invalid(exit.output);
    for (std::string path; std::getline(invalid, path);) paths.erase(path);
  }
  co_return paths;
}

// For a store on another machine.
coro::Task<Derivation> ask_for_derivation(const Installation& installation, std::string drv_path) {
  coro::Command command;
  command.argv = {installation.nix.string(), "store", "cat", "--store", installation.store, drv_path};
  command.env = nix_environment(installation);
  const coro::Exit exit = co_await run_on_store(std::move(command));
  if (exit.ok()) co_return unwrap(Derivation::parse(exit.output));
  throw Error(Kind::failure,
              "cannot read the derivation " + printable(drv_path) + ": " + printable(exit.errors, 4000, true));
}

// Nothing can be mounted in this sandbox: the sources must be at /nix/store.
void check_container(const Installation& installation) {
  if (landlock_version() == 0) {
    throw Error(Kind::usage,
                "the sandbox \"container\" needs Landlock, which this kernel or a seccomp filter does not provide")
        .with_hint("use Linux 5.13 or newer with `landlock` in its parameter lsm=, or plan.sandbox = \"strict\"");
  }
  if (root_of(installation.store) != fs::path("/")) {
    throw Error(Kind::usage,
                "the sandbox \"container\" needs a Nix store at /nix/store, not " + printable(installation.store))
        .with_hint("unset NIX_REMOTE, or use plan.sandbox = \"strict\"");
  }
}

}  // namespace

struct NixEvaluator::Installed {
  Installed(Installation found, SandboxKind sandbox)
      : installation(std::move(found)),
        real_store(installation.store),
        identity{installation.nix_version, installation.expressions_digest, "/nix/store", sandbox} {}

  coro::Task<> supply(const fs::path& scratch_root, coro::Pool& pool) {
    supplies = co_await gather_supplies(installation, scratch_root, pool);
  }

  coro::Task<> start_forks(std::vector<fs::path> writable, coro::Pool& pool) {
    try {
      co_await coro::offload(pool, [&writable] {
        for (fs::path& place : writable) {
          std::error_code ignored;
          fs::create_directories(place, ignored);
          place = fs::weakly_canonical(place, ignored);  // bwrap does not follow symlinks there
        }
      });
      auto started = co_await ForkClient::start(installation, std::move(writable));
      if (!forks) forks = std::move(started);
    } catch (const Error& error) {
      cannot_fork = error.message();
    }
  }

  Installation installation;
  RealStore real_store;
  Identity identity;
  bool can_mount_root = true;  // until nixec reports otherwise
  std::optional<Supplies> supplies;
  coro::SingleFlight<int, void> supplying;
  bool has_evaluated = false;
  std::unique_ptr<ForkClient> forks;
  std::optional<std::string> cannot_fork;  // why
  coro::SingleFlight<int, void> starting;
};

NixEvaluator::NixEvaluator(fs::path cache_root, coro::Pool& pool, fs::path shared_memory, SandboxKind sandbox)
    : places_(fs::absolute(cache_root / "scratch"), std::move(shared_memory)),
      gc_roots_(fs::absolute(cache_root / "gcroots")),
      pool_(pool),
      sandbox_(sandbox) {}

NixEvaluator::NixEvaluator(Installation installation, fs::path cache_root, coro::Pool& pool, fs::path shared_memory,
                           SandboxKind sandbox)
    : NixEvaluator(std::move(cache_root), pool, std::move(shared_memory), sandbox) {
  install(std::move(installation));
}

NixEvaluator::~NixEvaluator() = default;

void NixEvaluator::install(Installation installation) {
  if (sandbox_ == SandboxKind::container) check_container(installation);
  installed_ = std::make_unique<Installed>(std::move(installation), sandbox_);
  pool_.run_detached([places = places_] {
    Scratch::sweep(places.disk());
    if (places.memory()) Scratch::sweep(*places.memory());
  });
}

coro::Task<> NixEvaluator::prepare() {
  if (installed_) co_return;
  auto found = co_await coro::offload(pool_, [this] { return Installation::locate(places_.disk()); });
  if (!installed_) install(std::move(found));
}

const Evaluator::Identity& NixEvaluator::identity() const {
  return installed_->identity;
}

std::vector<std::string> NixEvaluator::notes() const {
  return installed_->installation.notes;
}

bool NixEvaluator::keeps_roots_apart() const {
  return !lists_its_store(installed_->installation.nix_version);
}

const Installation& NixEvaluator::installation() const {
  return installed_->installation;
}

coro::Task<Answers> NixEvaluator::evaluate_each(Evaluation evaluation, Answered answered) {
  Installed& nix = *installed_;
  if (!nix.supplies) co_await nix.supplying.run(0, nix.supply(places_.disk(), pool_));
  if (sandbox_ == SandboxKind::container) co_await provide(&evaluation.sources);
  const fs::path place =
      co_await coro::offload(pool_, [&]() -> fs::path { return places_.for_writing(evaluation.limits.store_bytes); });
  bool is_out_of_room = false;
  Answers answers = co_await evaluate_at(place, evaluation, answered, is_out_of_room);
  if (!is_out_of_room || place == places_.disk()) co_return answers;
  // Others have used up the memory. After an answer, the caller evaluates the root again.
  if (answers.roots.empty()) co_return co_await evaluate_at(places_.disk(), evaluation, answered, is_out_of_room);
  answers.exhausted = Exhausted::disk;
  co_return answers;
}

coro::Task<Answers> NixEvaluator::evaluate_at(const fs::path& place, const Evaluation& evaluation,
                                              const Answered& answered, bool& is_out_of_room) {
  Installed& nix = *installed_;
  while (true) {
    ForkClient* const forks = co_await fork_client();
    const SandboxSetup setup{nix.installation, place, pool_, *nix.supplies, nix.can_mount_root, forks, sandbox_};
    Session session(co_await asio::this_coro::executor, setup, evaluation, answered);
    co_await session.run();
    is_out_of_room = session.is_out_of_room();
    if (session.has_lost_server()) {
      nix.cannot_fork = ForkClient::server_ended;
    } else if (session.could_not_be_confined()) {
      nix.cannot_fork = "its children cannot be confined";
    } else if (!session.cannot_mount_root()) {
      co_return session.answers();
    } else if (forks != nullptr) {
      nix.cannot_fork = "the root of a sandbox cannot be mounted there";
    } else {
      nix.can_mount_root = false;
    }
    // Answers have been passed on, so the caller evaluates the rest.
    if (session.has_answered()) co_return session.answers();
  }
}

coro::Task<ForkClient*> NixEvaluator::fork_client() {
  Installed& nix = *installed_;
  const bool is_first = !std::exchange(nix.has_evaluated, true);
  if (processes_ == Processes::own || (processes_ == Processes::automatic && is_first)) co_return nullptr;
  if (sandbox_ == SandboxKind::container || !nix.can_mount_root || nix.cannot_fork) co_return nullptr;
  if (!nix.forks) {
    std::vector<fs::path> writable{places_.disk()};
    if (places_.memory()) writable.push_back(*places_.memory());
    co_await nix.starting.run(0, nix.start_forks(std::move(writable), pool_));
  }
  co_return nix.forks.get();
}

std::string NixEvaluator::detail() const {
  if (!installed_ || !installed_->cannot_fork) return {};
  return "each evaluation loads Nix, because there is no fork server: " + *installed_->cannot_fork;
}

// Adds the sources that the real store does not have. In the order of the sources: they are few in most closures.
coro::Task<> NixEvaluator::provide(const std::vector<Source>* sources) {
  std::vector<std::string> paths;
  for (const Source& source : *sources) paths.push_back(source.store_path);
  const auto valid = co_await exist(std::move(paths));
  for (std::size_t i = 0; i < sources->size(); ++i) {
    if (valid[i]) continue;
    Source missing = (*sources)[i];
    co_await add_source(std::move(missing));
  }
}

coro::Task<std::vector<Evaluated>> NixEvaluator::evaluate(Evaluation evaluation) {
  Answered nobody;
  Answers answers = co_await evaluate_each(std::move(evaluation), std::move(nobody));
  if (answers.failure) throw *std::move(answers.failure);
  std::vector<Evaluated> evaluated;
  for (Result<Evaluated>& root : answers.roots) evaluated.push_back(unwrap(std::move(root)));
  co_return evaluated;
}

bool NixEvaluator::is_complete(const Evaluated& evaluated) const {
  return !static_cast<const Scratch*>(evaluated.scratch.get())->is_in_use();
}

coro::Task<> NixEvaluator::import_derivations(std::vector<Evaluated> evaluated) {
  if (evaluated.empty()) co_return;
  auto by_place = co_await coro::offload(pool_, [&] { return wanted_of(evaluated, installed_->real_store); });
  for (auto& [place, wanted] : by_place) {
    co_await import_from(std::move(wanted.stores), std::move(wanted.drv_paths), place);
  }
}

coro::Task<> NixEvaluator::import_from(std::vector<fs::path> stores, std::set<std::string> drv_paths, fs::path place) {
  Installed& nix = *installed_;
  std::unique_ptr<Scratch> fresh;
  co_await coro::offload(pool_, [&] {
    fresh = std::make_unique<Scratch>(place, pool_);
    if (nix.supplies) nix.supplies->store.write(fresh->store());
  });
  if (!nix.supplies || nix.supplies->store.empty()) co_await make_store(nix.installation, fresh->store());
  co_await coro::offload(pool_, [&] {
    std::error_code ignored;  // Nix reports the error better
    if (nix.installation.store == "local") fs::create_directories("/nix/store", ignored);
    gather(fresh->store(), stores);
  });
  const auto batches = in_batches(drv_paths);
  for (const auto& batch : batches) co_await copy(nix.installation, fresh->store(), batch);
}

coro::Task<std::vector<bool>> NixEvaluator::exist(std::vector<std::string> store_paths) {
  Installed& nix = *installed_;
  const auto known = co_await coro::offload(pool_, [&] {
    std::vector<std::optional<bool>> all;
    for (const auto& path : store_paths) all.push_back(is_store_path(path) ? nix.real_store.has(path) : false);
    return all;
  });
  std::set<std::string> asked;
  for (std::size_t i = 0; i < store_paths.size(); ++i) {
    if (!known[i]) asked.insert(store_paths[i]);
  }
  std::set<std::string> valid;
  if (!asked.empty()) valid = co_await ask_store(nix.installation, std::move(asked));
  std::vector<bool> out;
  for (std::size_t i = 0; i < store_paths.size(); ++i) {
    out.push_back(known[i].value_or(valid.contains(store_paths[i])));
  }
  co_return out;
}

coro::Task<std::vector<Derivation>> NixEvaluator::derivations(std::vector<std::string> drv_paths) {
  Installed& nix = *installed_;
  auto found = co_await coro::offload(pool_, [&] {
    std::vector<std::optional<Derivation>> all;
    for (const auto& path : drv_paths) all.push_back(nix.real_store.derivation(path));
    return all;
  });
  std::vector<Derivation> out;
  for (std::size_t i = 0; i < drv_paths.size(); ++i) {
    if (!found[i]) found[i] = co_await ask_for_derivation(nix.installation, drv_paths[i]);
    out.push_back(*std::move(found[i]));
  }
  co_return out;
}

coro::Task<Result<void>> NixEvaluator::keep(std::vector<std::string> store_paths) {
  const GcRoots roots(gc_roots_, installed_->installation.store);
  co_return co_await coro::offload(pool_, [&] { return roots.keep(store_paths); });
}

coro::Task<std::vector<StoreObject>> NixEvaluator::read_closure(std::vector<std::string> drv_paths) {
  std::unique_ptr<Scratch> fresh;
  co_await coro::offload(pool_, [&] { fresh = std::make_unique<Scratch>(places_.disk(), pool_); });
  const auto batches = in_batches({drv_paths.begin(), drv_paths.end()});
  for (const auto& batch : batches) co_await copy_to_files(installed_->installation, fresh->store(), batch);
  co_return co_await coro::offload(pool_, [&](coro::Stop stop) { return read_binary_cache(fresh->store(), stop); });
}

coro::Task<> NixEvaluator::add_closure(std::vector<StoreObject> objects, std::vector<std::string> drv_paths) {
  std::unique_ptr<Scratch> fresh;
  co_await coro::offload(pool_, [&](coro::Stop stop) {
    fresh = std::make_unique<Scratch>(places_.disk(), pool_);
    write_binary_cache(fresh->store(), objects, stop);
  });
  const auto batches = in_batches({drv_paths.begin(), drv_paths.end()});
  for (const auto& batch : batches) co_await copy_from_files(installed_->installation, fresh->store(), batch);
}

coro::Task<> NixEvaluator::add_source(Source source) {
  return eval::add_source(installed_->installation, std::move(source));
}

coro::Task<std::vector<std::optional<Error>>> NixEvaluator::realise(Realisation request, BuildWatch& watch) {
  return eval::realise(installed_->installation, pool_, std::move(request), watch);
}

coro::Task<bool> Evaluator::exists(std::string store_path) {
  std::vector<std::string> one{std::move(store_path)};
  const auto all = co_await exist(std::move(one));
  co_return all.front();
}

}  // namespace eka::eval
