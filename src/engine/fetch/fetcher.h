// Brings atoms into the cache: many ask, each object is asked for once, one request per set and round.
//
// Askers that call bring() in the same turn of the reactor are served by the same round: their wants are merged, what
// the cache has is struck out, and one mirror of each set is sent one request, all sets at once. An asker resumes as
// soon as its own atoms are in, whatever becomes of the others. A new version of an atom costs its difference from the
// versions that the same remote delivered before, which the request names; a remote learns nothing of what others gave.
//
// Atoms are wanted by revision, so mirrors only deliver: none of them decides which revision a version is, and what is
// in the cache is present whoever gave it.
//
// The mirrors of a set are asked one after another, the fastest first, each once and without waiting; also one whose
// transfer breaks in the middle is left for the next. Only when all have failed are those whose failure may pass asked
// again, now with patience. A set with one mirror is asked with patience from the start.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "coro/task/event.h"
#include "engine/context/context.h"
#include "engine/context/published.h"
#include "engine/context/remotes.h"
#include "engine/fetch/mirror_order.h"
#include "engine/fetch/sources.h"

namespace eka::engine {

class Fetcher {
 public:
  Fetcher(Context& context, Remotes& remotes)
      : context_(context), remotes_(remotes), order_(context, remotes), sources_(context, remotes) {}

  // What is fetched and is no atom.
  Sources& sources() { return sources_; }

  // When it resumes, every atom of `atoms` is whole in the cache, and its commit says what it was wanted as.
  // Throws the first failure among them in the order given (Kind::remote, integrity, offline), which names all mirrors
  // that failed.
  coro::Task<> bring(std::vector<Published> atoms, Mirrors mirrors);

  // Brings objects of one set by their ids alone (manifests, before it is known which atoms are needed): one request to
  // one mirror, as above. What is in the cache already is the caller's to strike out.
  coro::Task<> bring_objects(std::vector<atom::ObjectId> wants, std::vector<atom::Url> mirrors);

 private:
  struct Flight {
    coro::Event landed;
    std::optional<Error> error;
  };
  struct Order {
    std::vector<Published> atoms;
    std::vector<atom::Url> mirrors;
  };

  coro::Task<> serve_round();
  coro::Task<> serve_set(atom::ObjectId set, Order order);
  coro::Task<std::vector<Published>> missing(std::vector<Published> atoms);
  coro::Task<> fetch_from_any(Order order);
  coro::Task<> from_any(std::vector<atom::Url> mirrors, std::vector<atom::ObjectId> wants,
                        std::vector<Published> atoms);
  coro::Task<std::optional<Error>> try_mirror(atom::Url mirror, std::vector<atom::ObjectId> wants,
                                              std::vector<Published> atoms, bool hasty);
  coro::Task<> transfer(atom::Url mirror, std::vector<atom::ObjectId> wants, git::FetchOptions options);
  coro::Task<> deliver(atom::Url mirror, std::vector<atom::ObjectId> wants, std::vector<Published> atoms, bool hasty);
  coro::Task<std::vector<atom::ObjectId>> earlier_versions(atom::Url mirror, std::vector<Published> atoms);
  coro::Task<> check_and_hold(atom::Url mirror, std::vector<Published> atoms);
  void land(const std::vector<Published>& atoms, const std::optional<Error>& error);

  Context& context_;
  Remotes& remotes_;
  MirrorOrder order_;
  Sources sources_;
  std::map<Published, std::shared_ptr<Flight>> flights_;
  std::map<atom::ObjectId, Order> round_;  // collected for the next round
};

}  // namespace eka::engine
