#include "engine/fetch/mirror_order.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "coro/task/task_group.h"

namespace eka::engine {
namespace {

using std::chrono::microseconds;

// A mirror that has failed is tried last for this long.
constexpr std::chrono::minutes penalty{10};

// If a host is known, unknown ones get this much longer to respond: they have to connect first.
constexpr int head_start = 4;
constexpr microseconds shortest_race = std::chrono::milliseconds(20);

}  // namespace

bool MirrorOrder::failed_lately(const atom::Url& mirror) const {
  const auto failed = memory_.failed_at(mirror);
  const auto now = context_.clock.date();
  return failed && now >= *failed && now - *failed < penalty;  // false if the clock was set back
}

struct MirrorOrder::Race {
  Race(const coro::Executor& executor, coro::Clock& the_clock) : clock(the_clock), group(executor) {}

  coro::Task<> end_after(microseconds limit) {
    co_await clock.sleep(std::chrono::ceil<std::chrono::milliseconds>(limit));
    group.cancel();
  }

  coro::Clock& clock;
  coro::TaskGroup group;
  std::chrono::steady_clock::time_point begin = clock.now();
  std::set<std::string> ended;  // origins that have responded or failed
};

coro::Task<std::vector<atom::Url>> MirrorOrder::fastest_first(std::vector<atom::Url> mirrors) {
  if (mirrors.size() < 2 || context_.settings.offline) co_return mirrors;
  std::map<std::string, atom::Url> unknown;  // one for each origin
  std::set<std::string> origins;
  std::optional<microseconds> to_beat;
  for (const auto& url : mirrors) {
    if (url.is_local()) continue;
    origins.insert(url.origin());
    if (failed_lately(url)) continue;  // tried last in any case, and it may have sent Retry-After
    const auto known = memory_.answer_time(url);
    if (!known) unknown.emplace(url.origin(), url);
    if (known) to_beat = std::min(to_beat.value_or(*known), *known);
  }
  const bool any_local = std::ranges::any_of(mirrors, &atom::Url::is_local);
  if (!any_local && !unknown.empty() && origins.size() > 1) {
    std::string who;
    std::vector<atom::Url> racers;
    for (const auto& [origin, url] : unknown) {
      who += origin + ' ';
      racers.push_back(url);
    }
    co_await races_.run(std::move(who), race(std::move(racers), to_beat));
  }
  const auto rank = [this](const atom::Url& url) {
    if (url.is_local()) return std::tuple(false, microseconds(-1));
    return std::tuple(failed_lately(url), memory_.answer_time(url).value_or(microseconds(0)));
  };
  // Equal ranks keep the given order.
  std::vector<std::pair<decltype(rank(mirrors.front())), std::size_t>> order;
  for (const auto& url : mirrors) order.emplace_back(rank(url), order.size());
  std::ranges::sort(order);
  std::vector<atom::Url> sorted;
  for (const auto& [ranked, index] : order) sorted.push_back(mirrors[index]);
  co_return sorted;
}

// The first response ends the race. The others are only known to take longer.
coro::Task<> MirrorOrder::race(std::vector<atom::Url> unknown, std::optional<microseconds> to_beat) {
  Race race(co_await asio::this_coro::executor, context_.clock);
  for (const auto& url : unknown) race.group.start(run(url, &race));
  if (to_beat) race.group.start(race.end_after(std::max(*to_beat * head_start, shortest_race)));
  co_await race.group.join();
  const auto lost = std::chrono::duration_cast<microseconds>(context_.clock.now() - race.begin) * 2;
  for (const auto& url : unknown) {
    if (!race.ended.contains(url.origin())) remember(url, lost);
  }
}

coro::Task<> MirrorOrder::run(atom::Url mirror, Race* race) {
  std::optional<microseconds> time;
  try {
    auto& remote = remotes_.at(mirror);
    co_await remote.greet();
    time = remote.traffic().answer_time;
  } catch (const Error&) {
    // It stays in the list; if it is tried later, its failure is reported then.
    race->ended.insert(mirror.origin());
    failed(mirror);
    co_return;
  }
  race->ended.insert(mirror.origin());
  remember(mirror, time.value_or(std::chrono::duration_cast<microseconds>(context_.clock.now() - race->begin)));
  race->group.cancel();
}

void MirrorOrder::answered(const atom::Url& mirror) {
  if (mirror.is_local()) return;
  if (const auto time = remotes_.at(mirror).traffic().answer_time) remember(mirror, *time);
}

// A moving average, so that one slow pack does not make a host slow.
void MirrorOrder::remember(const atom::Url& mirror, microseconds time) {
  const auto known = memory_.answer_time(mirror);
  memory_.remember_answer(mirror, known ? (*known * 3 + time) / 4 : time);
}

void MirrorOrder::failed(const atom::Url& mirror) {
  if (!mirror.is_local()) memory_.remember_failure(mirror, context_.clock.date());
}

}  // namespace eka::engine
