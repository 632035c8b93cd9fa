// Brings atoms into the cache: many ask, each object is asked for once, one request per set and round.
//
// Askers that call fetch() in the same turn of the reactor share orders, one for each set: their wants are merged, what
// the cache has is removed, and one mirror of each set is sent one request, all sets at once. An order runs as a
// coroutine of its own (coro/task/flight.h) and ends on its own, whatever becomes of those who asked for it; it is
// cancelled when the last of them is.
//
// Atoms are wanted by revision, so mirrors only deliver: none of them decides which revision a version is, and what is
// in the cache is present whoever gave it.
//
// The failure of an order is the answer to an asker only if it would have failed in the same way without the others:
// everything in it was this asker's, all mirrors that this asker knows were asked, and the need was real. Otherwise
// what the asker still lacks is ordered again, for this asker alone. So an atom that cannot be fetched does not cost
// another its answer, and a failure is forgotten with its order: a later asker starts anew.
//
// The mirrors of a set are asked one after another, the fastest first, each once and without waiting; also one whose
// transfer breaks in the middle is left for the next. Only when all have failed are those whose failure may pass asked
// again, now with retries. A set with one mirror is asked with retries from the start.
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
  // Why something is asked for. What is speculative is tried once, without waiting, and the user is told of no failure:
  // it is going to be asked for again if it is needed after all.
  enum class Need { real, speculative };

  // Both must outlive it.
  Fetcher(Delivery& delivery, Observer& observer) : delivery_(delivery), observer_(observer) {}
  // Nobody may be waiting any more.
  ~Fetcher();
  Fetcher(const Fetcher&) = delete;
  Fetcher& operator=(const Fetcher&) = delete;

  // When it resumes, every atom of `atoms` is whole in the cache, and its commit says what it was wanted as. Throws
  // the first failure among them in the order given (Kind::remote, integrity, offline), which names all mirrors that
  // failed. An asker that is cancelled resumes at once when others still wait for all that it waits for.
  coro::Task<> fetch(std::vector<Published> atoms, Mirrors mirrors, Need need = Need::real);

  // Brings objects of one set by their ids alone (manifests, before it is known which atoms are needed): one request to
  // one mirror, as above, for this caller alone. What is in the cache already is the caller's to strike out.
  coro::Task<> fetch_objects(std::vector<atom::ObjectId> wants, std::vector<atom::Url> mirrors, Need need = Need::real);

 private:
  // What one set is asked for.
  struct Order : coro::Flight {
    std::vector<Published> atoms;
    std::vector<atom::Url> mirrors;
    Need need = Need::speculative;
    bool hasty = false;
    bool is_open = true;  // not begun: mirrors may be added
  };
  using OrderPtr = std::shared_ptr<Order>;
  // What one asker still lacks.
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
  static bool settles(const Order& order, const Wish& wish);

  coro::Task<> fetch(std::vector<Published> atoms, std::vector<atom::Url> mirrors, Effort effort);
  coro::Task<> from_any(std::vector<atom::Url> mirrors, std::vector<atom::ObjectId> wants, std::vector<Published> atoms,
                        Effort effort);

  Delivery& delivery_;
  Observer& observer_;
  std::set<Published> brought_;
  std::map<Published, OrderPtr> under_way_;  // by atom
  std::map<atom::ObjectId, OrderPtr> open_;  // by set: those that take more atoms in
  std::size_t running_ = 0;
};

}  // namespace eka::engine
