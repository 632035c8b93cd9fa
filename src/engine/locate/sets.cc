#include "engine/locate/sets.h"

#include <sstream>

#include <fmt/format.h>

#include "coro/task/task_group.h"
#include "engine/locate/locate.h"
#include "engine/locate/vouched.h"

namespace eka::engine {
namespace {

// Labels whose lists of versions are remembered, of one answer. Those of a whole large set would block the reactor.
constexpr std::size_t few = 1000;

}  // namespace

coro::Task<> Sets::ask(Questions questions) {
  std::vector<coro::Task<>> tasks;
  for (auto& [url, labels] : questions) {
    auto& known = known_[url];
    if (known.failure) continue;
    std::erase_if(labels, [&](const atom::Label& label) { return known.asked.contains(label); });
    if (labels.empty() && !known.offer.genesis.is_null()) continue;
    tasks.push_back(ask_one(url, std::move(labels)));
  }
  co_await coro::all(std::move(tasks));
}

coro::Task<> Sets::ask_one(atom::Url url, std::set<atom::Label> labels) {
  std::optional<Error> failure;
  SetOffer fresh;
  const bool offline = context_.settings.offline && !url.is_local();
  try {
    // Two statements: GCC 12 evaluates both branches of a conditional expression that awaits.
    if (offline) {
      fresh = co_await offline_offer(context_, remotes_, url, labels);
    } else {
      fresh = co_await ask_offer(context_, remotes_, url, prefixes_of(labels));
    }
  } catch (const Error& e) {
    failure = e;
  }
  if (failure) {
    known_[url].failure = std::move(failure);
  } else if (offline) {
    add(url, std::move(labels), std::move(fresh));
  } else {
    learn(url, std::move(labels), std::move(fresh));
  }
}

void Sets::learn(const atom::Url& url, std::set<atom::Label> labels, SetOffer fresh) {
  if (labels.size() <= few) remember_listed(url, labels, fresh);
  add(url, std::move(labels), std::move(fresh));
}

void Sets::remember_listed(const atom::Url& url, const std::set<atom::Label>& labels, const SetOffer& fresh) {
  store::Listings::Versions listed;
  for (const auto& label : labels) {
    auto& versions = listed[label];
    const auto found = fresh.atoms.find(label);
    if (found == fresh.atoms.end()) continue;
    for (const auto& [version, rev] : found->second) versions.push_back(version);
  }
  const auto now = std::chrono::floor<std::chrono::seconds>(context_.clock.date());
  context_.cache->listings().add(remotes_.reached_at(url), fresh.genesis, listed, now);
}

void Sets::add(const atom::Url& url, std::set<atom::Label> labels, SetOffer fresh) {
  auto& known = known_[url];
  known.failure.reset();
  if (!known.offer.genesis.is_null() && known.offer.genesis != fresh.genesis) {
    known.failure = Error(Kind::integrity, fmt::format("the genesis of {} changed during the run from {} to {}",
                                                       url.str(), known.offer.genesis.hex(), fresh.genesis.hex()));
    known.offer = SetOffer();
    known.asked.clear();
    return;
  }
  known.offer.genesis = fresh.genesis;
  known.offer.atoms.merge(fresh.atoms);
  known.offer.manifests.merge(fresh.manifests);
  known.offer.origins.merge(fresh.origins);
  known.offer.yanked.merge(fresh.yanked);
  known.asked.merge(labels);
}

bool Sets::was_asked(const atom::Url& url, const atom::Label& label) const {
  const auto known = known_.find(url);
  return known != known_.end() && (known->second.failure || known->second.asked.contains(label));
}

bool Sets::answered(const atom::Url& url, const atom::Label& label) const {
  const auto known = known_.find(url);
  return known != known_.end() && known->second.asked.contains(label);
}

const SetOffer* Sets::offer(const atom::Url& url) const {
  const auto known = known_.find(url);
  const bool answered = known != known_.end() && !known->second.offer.genesis.is_null();
  return answered ? &known->second.offer : nullptr;
}

const Error* Sets::failure(const atom::Url& url) const {
  const auto known = known_.find(url);
  return known != known_.end() && known->second.failure ? &*known->second.failure : nullptr;
}

std::string write_questions(const Questions& questions) {
  std::string out;
  for (const auto& [url, labels] : questions) {
    if (!url.password().empty()) continue;
    for (const auto& label : labels) out += label.str() + " " + url.str() + "\n";
  }
  return out;
}

Questions read_questions(const std::string& text) {
  Questions out;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const auto space = line.find(' ');
    if (space == std::string::npos) continue;
    auto label = atom::Label::parse(line.substr(0, space));
    auto url = atom::Url::parse(line.substr(space + 1));
    if (label && url) out[*std::move(url)].insert(*std::move(label));
  }
  return out;
}

}  // namespace eka::engine
