#include "engine/resolve/speculation.h"

#include <algorithm>

#include "coro/task/task_group.h"
#include "engine/closure/closure.h"

namespace eka::engine {
namespace {

class Speculation {
 public:
  explicit Speculation(Context& context) : context_(context), fetcher_(context.fetcher()), sets_(context.sets()) {}

  coro::Task<> finish(std::vector<Graph::Likely> atoms) {
    std::vector<coro::Task<>> tasks;
    for (auto& likely : atoms) tasks.push_back(read_lock(std::move(likely)));
    co_await coro::gather(std::move(tasks));
    Questions questions;
    for (const auto& lock : locks_) add_questions(lock, questions);
    // What was fetched from the network must not refer to local paths.
    std::erase_if(questions, [](const auto& entry) { return entry.first.is_local(); });
    co_await sets_.ask(std::move(questions));

    tasks.clear();
    for (const auto& lock : locks_) co_await want_manifests(&lock);
    for (auto& [url, blobs] : wanted_) tasks.push_back(fetch(url, {blobs.begin(), blobs.end()}));
    co_await coro::gather(std::move(tasks));
  }

 private:
  coro::Task<> read_lock(Graph::Likely likely) {
    std::vector<Published> atoms{likely.atom};
    Mirrors mirrors{{likely.atom.set, likely.mirrors}};
    co_await fetcher_.fetch(std::move(atoms), std::move(mirrors), Fetcher::Need::speculative);
    auto read = co_await read_atom(context_, likely.atom);
    if (!read.lock) co_return;
    // In its lock, "::" is where it was found.
    if (const auto own = read.lock->sets.find(likely.atom.set); own != read.lock->sets.end()) {
      std::ranges::copy(likely.mirrors, std::back_inserter(own->second.mirrors));
    }
    locks_.push_back(*std::move(read.lock));
  }

  // For each atom, the manifests of the locked version and of the highest one.
  coro::Task<> want_manifests(const atom::Lock* lock) {
    for (const auto& locked : lock->atoms) {
      const auto set = lock->sets.find(locked.set);
      if (set == lock->sets.end()) continue;
      for (const auto& url : set->second.mirrors) {
        const auto* offer = sets_.offer(url);
        if (offer == nullptr || !offer->manifests.contains(locked.label)) continue;
        const auto& manifests = offer->manifests.at(locked.label);
        if (const auto same = manifests.find(locked.version); same != manifests.end()) {
          co_await want(url, same->second);
        }
        if (!manifests.empty()) co_await want(url, manifests.rbegin()->second);
        break;
      }
    }
  }

  coro::Task<> want(atom::Url url, atom::ObjectId blob) {
    if (!seen_.insert(blob).second) co_return;
    const auto here = co_await context_.cache->objects().blob(blob);
    if (!here) wanted_[url].insert(blob);
  }

  coro::Task<> fetch(atom::Url url, std::vector<atom::ObjectId> blobs) {
    std::vector<atom::Url> mirrors{std::move(url)};
    co_await fetcher_.fetch_objects(std::move(blobs), std::move(mirrors), Fetcher::Need::speculative);
  }

  Context& context_;
  Fetcher& fetcher_;
  Sets& sets_;
  std::vector<atom::Lock> locks_;
  std::set<atom::ObjectId> seen_;
  std::map<atom::Url, std::set<atom::ObjectId>> wanted_;
};

}  // namespace

coro::Task<> foresee(Context& context, std::vector<Graph::Likely> atoms) {
  Speculation foresight(context);
  co_await foresight.finish(std::move(atoms));
}

void add_questions(const atom::Lock& lock, Questions& questions) {
  for (const auto& atom : lock.atoms) {
    const auto set = lock.sets.find(atom.set);
    if (set == lock.sets.end()) continue;
    for (const auto& url : set->second.mirrors) questions[url].insert(atom.label);
  }
}

}  // namespace eka::engine
