// Fetches atoms into the cache for many callers: each object is requested once, in one request per set and round.
//
// Calls of fetch() in the same turn of the reactor share orders, one per set: their wants are merged, cached atoms are
// removed, and one request is sent to one mirror of each set, all sets in parallel. An order runs as a separate
// coroutine (coro/task/flight.h), independently of its callers; it is cancelled with the last of them.
//
// Atoms are requested by revision, so mirrors only deliver: none of them decides which revision a version has, and
// cached objects count as present, whoever delivered them.
//
// The failure of an order is reported to a caller only if it would have occurred without the others: the order
// contained only atoms of this caller, or the mirrors failed whatever was requested from them (no connection, no login,
// no repository, busy for too long); all mirrors known to the caller were tried; and the need was real. Otherwise
// what the caller still needs is ordered again, for this caller alone. So an atom that cannot be fetched does not
// affect other callers, and a failure is discarded with its order: later calls try again.
//
// The mirrors of a set are tried in turn, the fastest first, each once and without waiting; if a transfer breaks, the
// next mirror is tried. Only if all have failed, those with a transient failure are tried again, now with waits and
// retries. A set with one mirror is tried with waits and retries from the start.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <vector>

#include "coro/task/flight.h"
#include "engine/context/observer.h"
#include "engine/context/published.h"
#include "engine/fetch/delivery.h"

namespace eka::engine {

class Fetcher {
 public:
  // Why something is requested. Speculative requests are tried once, without waiting, and failures are not reported to
  // the user: the request is repeated if it turns out to be needed.
  enum class Need { real, speculative };

  // Both must outlive it.
  Fetcher(Delivery& delivery, Observer& observer) : delivery_(delivery), observer_(observer) {}
  // No caller may be waiting.
  ~Fetcher();
  Fetcher(const Fetcher&) = delete;
  Fetcher& operator=(const Fetcher&) = delete;

  // When it resumes, every atom of `atoms` is complete in the cache, and its commit matches the request. Throws the
  // first failure in the order of `atoms` (Kind::remote, integrity, offline), which lists all mirrors that failed. A
  // cancelled caller resumes at once if other callers wait for the same orders.
  coro::Task<> fetch(std::vector<Published> atoms, Mirrors mirrors, Need need = Need::real);

  // Fetches objects of one set by id (manifests, before it is known which atoms are needed): one request to one mirror,
  // as above, for this caller alone. The caller must leave out what is cached already.
  coro::Task<> fetch_objects(std::vector<atom::ObjectId> wants, std::vector<atom::Url> mirrors, Need need = Need::real);

  // How many atoms were not cached and have been delivered.
  std::size_t received() const { return received_; }

 private:
  // A request for atoms of one set.
  struct Order : coro::Flight {
    std::vector<Published> atoms;
    std::vector<atom::Url> mirrors;
    Need need = Need::speculative;
    bool hasty = false;
    bool is_open = true;  // not started: mirrors may be added
  };
  using OrderPtr = std::shared_ptr<Order>;
  // What one caller still needs.
  struct Wish {
    std::vector<Published> atoms;
    Mirrors mirrors;
    Need need;
    bool hasty = false;
    int attempt = 0;
  };

  coro::Task<std::vector<OrderPtr>> place(const Wish& wish);
  OrderPtr order_for(const Published& atom, const Wish& wish, std::map<atom::ObjectId, OrderPtr>& own,
                     const coro::Executor& executor);
  void start(const OrderPtr& order, const coro::Executor& executor);
  coro::Task<> serve(OrderPtr order);
  void close(const OrderPtr& order);
  void forget(const OrderPtr& order);
  void tell_count();
  static bool settles(const Order& order, const Wish& wish);

  coro::Task<> fetch(std::vector<Published> atoms, std::vector<atom::Url> mirrors, Effort effort);
  coro::Task<> from_any(std::vector<atom::Url> mirrors, std::vector<atom::ObjectId> wants, std::vector<Published> atoms,
                        Effort effort);

  Delivery& delivery_;
  Observer& observer_;
  std::set<Published> brought_;
  std::map<Published, OrderPtr> under_way_;  // by atom
  std::map<atom::ObjectId, OrderPtr> open_;  // by set: those that accept more atoms
  std::size_t running_ = 0;
  std::size_t received_ = 0;
};

}  // namespace eka::engine
