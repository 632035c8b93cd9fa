#include "eval/nix/evaluator.h"

#include <algorithm>
#include <set>
#include <sstream>
#include <utility>

#include "base/text.h"
#include "coro/process/process.h"
#include "coro/run/pool.h"
#include "coro/task/single_flight.h"
#include "eval/nix/scratch.h"
#include "eval/nix/session.h"
#include "eval/nix/supplies.h"
#include "eval/store/private_store.h"
#include "eval/store/real_store.h"

namespace eka::eval {
namespace {

namespace fs = std::filesystem;

coro::Command copy_command(const Installation& installation, const fs::path& from,
                           const std::set<std::string>& drv_paths) {
  coro::Command command;
  command.argv = {installation.nix.string(), "copy", "--derivation", "--no-check-sigs", "--from", from.string(), "--to",
                  installation.store};
  command.argv.insert(command.argv.end(), drv_paths.begin(), drv_paths.end());
  command.env = nix_environment(installation);
  command.directory = "/";
  return command;
}

// Nix sends all paths in one stream, and `nix copy` of 2.8 loses its place in it when another process adds one of them
// at the same moment. What is there by then is left out of the next attempt, so that each attempt gets further.
coro::Task<> copy(const Installation& installation, fs::path from, std::set<std::string> drv_paths) {
  constexpr int attempts = 8;
  for (int attempt = 1;; ++attempt) {
    coro::Command command = copy_command(installation, from, drv_paths);
    const coro::Exit exit = co_await coro::run(std::move(command));
    if (exit.ok()) co_return;
    if (attempt < attempts && exit.errors.contains("not an absolute path: 'nix-archive-1'")) continue;
    throw Error(Kind::failure, "the Nix store does not take the derivations: " + printable(exit.errors, 4000, true))
        .within("admitting into the store " + installation.store);
  }
}

using DerivationsByScratch = std::map<const Scratch*, std::set<std::string>>;

DerivationsByScratch by_scratch(const std::vector<Evaluated>& evaluated) {
  DerivationsByScratch groups;
  for (const Evaluated& one : evaluated) {
    groups[static_cast<const Scratch*>(one.scratch.get())].insert(one.drv_path);
  }
  return groups;
}

// Which private stores are to be copied, and which derivations from each: one store, unless some could not be joined.
std::map<fs::path, std::set<std::string>> joined(const DerivationsByScratch& groups) {
  std::map<fs::path, std::set<std::string>> stores;
  for (const auto& [scratch, drv_paths] : groups) stores[scratch->store()] = drv_paths;
  const fs::path into = stores.begin()->first;
  std::vector<fs::path> others;
  for (const auto& [store, drv_paths] : stores) {
    if (store != into) others.push_back(store);
  }
  const std::vector<fs::path> left = join(into, others);
  for (const fs::path& other : others) {
    if (std::ranges::find(left, other) != left.end()) continue;
    stores[into].merge(stores[other]);
    stores.erase(other);
  }
  return stores;
}

// Those of `paths` that are valid; none when the store cannot be asked.
coro::Task<std::set<std::string>> ask_store(const Installation& installation, std::set<std::string> paths) {
  coro::Command command;
  command.argv = {installation.nix_store.string(), "--store", installation.store, "--check-validity",
                  "--print-invalid"};
  command.argv.insert(command.argv.end(), paths.begin(), paths.end());
  command.env = nix_environment(installation);
  const coro::Exit exit = co_await coro::run(std::move(command));
  if (!exit.ok()) co_return std::set<std::string>();
  std::istringstream invalid(exit.output);
  for (std::string path; std::getline(invalid, path);) paths.erase(path);
  co_return paths;
}

}  // namespace

struct Evaluator::Parts {
  Parts(Installation found, fs::path scratch, coro::Pool& threads)
      : installation(std::move(found)),
        scratch_root(std::move(scratch)),
        pool(threads),
        real_store(installation.store) {}

  Installation installation;
  fs::path scratch_root;
  coro::Pool& pool;
  RealStore real_store;
  bool can_furnish = true;  // until nixec says otherwise
  std::optional<Supplies> supplies;
  coro::SingleFlight<int, void> supplying;

  coro::Task<> supply() { supplies = co_await gather_supplies(installation, scratch_root, pool); }
};

Evaluator::Evaluator(Installation installation, fs::path scratch_root, coro::Pool& pool)
    : parts_(new Parts(std::move(installation), fs::absolute(std::move(scratch_root)), pool)) {
  asio::post(pool.executor(), [root = parts_->scratch_root] { Scratch::sweep(root); });
}

Evaluator::~Evaluator() = default;

const Installation& Evaluator::installation() const {
  return parts_->installation;
}

coro::Task<Answers> Evaluator::evaluate_each(Evaluation evaluation, Answered answered) {
  Parts& parts = *parts_;
  if (!parts.supplies) co_await parts.supplying.run(0, parts.supply());
  Workshop workshop{parts.installation, parts.scratch_root, parts.pool, *parts.supplies, parts.can_furnish};
  {
    Session session(co_await asio::this_coro::executor, workshop, evaluation, answered);
    co_await session.run();
    if (!session.cannot_furnish()) co_return session.answers();
  }
  parts.can_furnish = workshop.can_furnish = false;
  Session session(co_await asio::this_coro::executor, workshop, evaluation, answered);
  co_await session.run();
  co_return session.answers();
}

coro::Task<std::vector<Evaluated>> Evaluator::evaluate(Evaluation evaluation) {
  Answered nobody;
  Answers answers = co_await evaluate_each(std::move(evaluation), std::move(nobody));
  if (answers.failure) throw *std::move(answers.failure);
  std::vector<Evaluated> evaluated;
  for (Result<Evaluated>& root : answers.roots) evaluated.push_back(unwrap(std::move(root)));
  co_return evaluated;
}

coro::Task<> Evaluator::admit(std::vector<Evaluated> evaluated) {
  if (evaluated.empty()) co_return;
  Parts& parts = *parts_;
  const DerivationsByScratch groups = by_scratch(evaluated);
  const auto stores = co_await coro::offload(parts.pool, [&parts, &groups] {
    std::error_code ignored;  // Nix says it better
    if (parts.installation.store == "local") fs::create_directories("/nix/store", ignored);
    return joined(groups);
  });
  for (const auto& [store, drv_paths] : stores) co_await copy(parts.installation, store, drv_paths);
}

coro::Task<bool> Evaluator::exists(std::string store_path) {
  std::vector<std::string> one{std::move(store_path)};
  const auto exist = co_await this->exist(std::move(one));
  co_return exist.front();
}

coro::Task<std::vector<bool>> Evaluator::exist(std::vector<std::string> store_paths) {
  Parts& parts = *parts_;
  const auto known = co_await coro::offload(parts.pool, [&] {
    std::vector<std::optional<bool>> all;
    for (const auto& path : store_paths) all.push_back(is_store_path(path) ? parts.real_store.has(path) : false);
    return all;
  });
  std::set<std::string> asked;
  for (std::size_t i = 0; i < store_paths.size(); ++i) {
    if (!known[i]) asked.insert(store_paths[i]);
  }
  std::set<std::string> valid;
  if (!asked.empty()) valid = co_await ask_store(parts.installation, std::move(asked));
  std::vector<bool> out;
  for (std::size_t i = 0; i < store_paths.size(); ++i) {
    out.push_back(known[i].value_or(valid.contains(store_paths[i])));
  }
  co_return out;
}

}  // namespace eka::eval
