#include "engine/fetch/fetcher.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "coro/task/task_group.h"
#include "net/policy/http_error.h"

namespace eka::engine {
namespace {

// From this attempt on, a caller uses only orders of its own.
constexpr int alone = 2;

struct Failure {
  atom::Url mirror;
  Error error;
  bool concerns_mirror = false;  // whatever had been requested from it
};

// All mirrors failed, in a way that does not depend on the atoms.
class MirrorsFailed : public Error {
 public:
  explicit MirrorsFailed(Error error) : Error(std::move(error)) {}
};

Error no_mirror_left(std::vector<Failure> failures) {
  if (failures.empty()) return Error(Kind::remote, "no mirrors");
  if (failures.size() == 1) return std::move(failures.front().error);
  // The worst kind is reported: a mirror with wrong data matters more than one that is down. A failure of this machine,
  // such as a full disk, comes before those of mirrors.
  const auto kind = [](const Failure& f) { return f.error.kind(); };
  const auto local = std::ranges::find(failures, Kind::failure, kind);
  const auto worst = local != failures.end() ? local : std::ranges::max_element(failures, {}, kind);
  std::string message = "all mirrors failed";
  for (const auto& [mirror, error, _] : failures) message += fmt::format("\n{}: {}", mirror.str(), error.message());
  return Error(worst->error.kind(), message).with_hint(worst->error.hint());
}

[[noreturn]] void throw_failures(std::vector<Failure> failures) {
  const bool all = !failures.empty() && std::ranges::all_of(failures, &Failure::concerns_mirror);
  Error error = no_mirror_left(std::move(failures));
  if (all) throw MirrorsFailed(std::move(error));
  throw error;
}

bool concerns_mirrors(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const MirrorsFailed&) {
    return true;
  } catch (...) {
    return false;
  }
}

void merge_urls(std::vector<atom::Url>& into, const std::vector<atom::Url>& more) {
  for (const auto& url : more) {
    if (std::ranges::find(into, url) == into.end()) into.push_back(url);
  }
}

std::vector<atom::Url> mirrors_of(const Mirrors& mirrors, const atom::ObjectId& set) {
  const auto found = mirrors.find(set);
  return found == mirrors.end() ? std::vector<atom::Url>() : found->second;
}

bool contains(const auto& all, const auto& one) {
  return std::ranges::find(all, one) != all.end();
}

bool may_pass(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const Error& error) {
    return error.is_retryable();
  } catch (...) {
    return false;
  }
}

}  // namespace

Fetcher::~Fetcher() {
  // Orders that still run would use a destroyed Fetcher.
  if (running_ != 0) std::abort();
}

coro::Task<> Fetcher::fetch(std::vector<Published> atoms, Mirrors mirrors, Need need) {
  Wish wish{std::move(atoms), std::move(mirrors), need};
  for (; !wish.atoms.empty(); ++wish.attempt) {
    const std::vector<OrderPtr> orders = co_await place(wish);
    std::vector<std::shared_ptr<coro::Flight>> flights;
    for (const auto& order : orders) {
      if (order) flights.push_back(order);
    }
    co_await coro::Flight::wait_all(std::move(flights));
    std::vector<Published> again;
    bool only_passing = true;
    for (std::size_t i = 0; i < orders.size(); ++i) {
      if (!orders[i] || !orders[i]->failure()) continue;
      if (settles(*orders[i], wish)) coro::rethrow_copy(orders[i]->failure());
      // A real order has already waited and retried: after transient failures, one more attempt without waiting is
      // enough.
      only_passing = only_passing && orders[i]->need == Need::real && may_pass(orders[i]->failure());
      again.push_back(wish.atoms[i]);
    }
    wish.atoms = std::move(again);
    wish.hasty = only_passing;
  }
}

// Whether this caller would have had the failure of `order` without the others.
bool Fetcher::settles(const Order& order, const Wish& wish) {
  if (wish.need == Need::real && order.need == Need::speculative) return false;
  if (order.hasty && !wish.hasty) return false;
  const auto is_mine = [&](const Published& atom) { return contains(wish.atoms, atom); };
  const auto was_asked = [&](const atom::Url& mirror) { return contains(order.mirrors, mirror); };
  return (concerns_mirrors(order.failure()) || std::ranges::all_of(order.atoms, is_mine)) &&
         std::ranges::all_of(mirrors_of(wish.mirrors, order.atoms.front().set), was_asked);
}

// The order for each atom; nothing for atoms that this run has fetched. A coroutine, so that it throws if the caller is
// already cancelled: then nothing may be started.
coro::Task<std::vector<Fetcher::OrderPtr>> Fetcher::place(const Wish& wish) {
  const coro::Executor executor = co_await asio::this_coro::executor;
  std::vector<OrderPtr> orders;
  std::map<atom::ObjectId, OrderPtr> own;  // of this attempt, by set
  for (const auto& atom : wish.atoms) {
    auto& order = orders.emplace_back();
    if (!brought_.contains(atom)) order = order_for(atom, wish, own, executor);
  }
  tell_count();
  co_return orders;
}

Fetcher::OrderPtr Fetcher::order_for(const Published& atom, const Wish& wish, std::map<atom::ObjectId, OrderPtr>& own,
                                     const coro::Executor& executor) {
  const auto found = under_way_.find(atom);
  auto order = found != under_way_.end() && wish.attempt < alone ? found->second : nullptr;
  if (!order || order->is_doomed()) {
    auto& taking = wish.attempt == 0 ? open_[atom.set] : own[atom.set];
    if (!taking || taking->is_doomed()) {
      taking = std::make_shared<Order>();
      taking->hasty = wish.hasty;
      start(taking, executor);
    }
    order = taking;
    order->atoms.push_back(atom);
    under_way_[atom] = order;
  }
  // Also if another caller ordered the atom: it is one more place to get it from.
  if (order->is_open) {
    merge_urls(order->mirrors, mirrors_of(wish.mirrors, atom.set));
    if (wish.need == Need::real) order->need = Need::real;
  }
  return order;
}

// The order begins in a later turn, so that it includes all requests of this turn.
void Fetcher::start(const OrderPtr& order, const coro::Executor& executor) {
  ++running_;
  order->start(executor, serve(order), [this, order] { forget(order); });
}

void Fetcher::close(const OrderPtr& order) {
  order->is_open = false;
  const auto found = open_.find(order->atoms.front().set);
  if (found != open_.end() && found->second == order) open_.erase(found);
}

void Fetcher::forget(const OrderPtr& order) {
  --running_;
  close(order);
  for (const auto& atom : order->atoms) {
    const auto found = under_way_.find(atom);
    if (found != under_way_.end() && found->second == order) under_way_.erase(found);
  }
  tell_count();
}

void Fetcher::tell_count() {
  observer_.counted(brought_.size() + under_way_.size(), brought_.size());
}

coro::Task<> Fetcher::serve(OrderPtr order) {
  close(order);
  const bool speculative = order->need == Need::speculative;
  auto absent = co_await delivery_.missing(order->atoms);
  if (!absent.empty()) {
    const Effort effort{.hasty = order->hasty || speculative, .quiet = speculative};
    const auto count = absent.size();
    co_await fetch(std::move(absent), order->mirrors, effort);
    received_ += count;
  }
  brought_.insert(order->atoms.begin(), order->atoms.end());
}

coro::Task<> Fetcher::fetch(std::vector<Published> atoms, std::vector<atom::Url> mirrors, Effort effort) {
  const auto first = atoms.front();
  const std::size_t others = atoms.size() - 1;
  if (mirrors.empty()) {
    throw Error(Kind::remote, fmt::format("no URL is known for {} of set {}", first.str(), first.set.hex()))
        .with_hint(
            "its lock file says that the set is the one that contains the atom (`::`), but the atom comes from "
            "elsewhere: publish it, or add a URL of the set to its manifest and run `eka resolve`");
  }
  std::vector<atom::ObjectId> wants;
  for (const auto& atom : atoms) wants.push_back(atom.rev);
  try {
    co_await from_any(std::move(mirrors), std::move(wants), std::move(atoms), effort);
  } catch (Error& error) {
    error.within("fetching " + first.str() + (others == 0 ? "" : fmt::format(" and {} more", others)));
    throw;
  }
}

coro::Task<> Fetcher::fetch_objects(std::vector<atom::ObjectId> wants, std::vector<atom::Url> mirrors, Need need) {
  const bool speculative = need == Need::speculative;
  return from_any(std::move(mirrors), std::move(wants), {}, {.hasty = speculative, .quiet = speculative});
}

// Fetches `wants` from one of the mirrors.
coro::Task<> Fetcher::from_any(std::vector<atom::Url> mirrors, std::vector<atom::ObjectId> wants,
                               std::vector<Published> atoms, Effort effort) {
  // Before anything is requested that could not be stored.
  delivery_.check_writable();
  mirrors = co_await delivery_.in_order(std::move(mirrors));
  std::vector<Failure> final;
  Effort now = effort;
  for (now.hasty = effort.hasty || mirrors.size() > 1; !mirrors.empty(); now.hasty = false) {
    std::vector<Failure> passing;
    for (const auto& mirror : mirrors) {
      std::optional<Error> failure;
      bool concerns_mirror = false;
      try {
        co_await delivery_.deliver(mirror, wants, atoms, now);
      } catch (const net::HttpError& error) {
        failure = error;
        concerns_mirror = error.concerns_repository();
      } catch (...) {
        // Whatever the error is: the next mirror may succeed.
        failure = coro::detail::current_error();
      }
      if (!failure) co_return;
      const bool may_be_asked_again = now.hasty && !effort.hasty && failure->is_retryable();
      // A repository on this disk costs no time, and a shallow clone lacks most atoms.
      if (now.hasty && !effort.quiet && !mirror.is_local()) {
        observer_.note(mirror.str() + " failed, trying the next mirror: " + failure->message());
      }
      (may_be_asked_again ? passing : final).push_back({mirror, *std::move(failure), concerns_mirror});
    }
    mirrors.clear();
    for (const auto& each : passing) mirrors.push_back(each.mirror);
  }
  throw_failures(std::move(final));
}

}  // namespace eka::engine
