#include "engine/jobs/cache_status.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace eka::engine {
namespace {

// A binary cache could describe an endless chain of references.
constexpr std::size_t most_places = 500'000;

// "hello-1.2.0" of "/nix/store/<hash>-hello-1.2.0".
std::string_view name_in(std::string_view store_path) {
  constexpr std::size_t before = std::string_view("/nix/store/").size() + 33;
  return store_path.substr(std::min(before, store_path.size()));
}

bool is_wanted(const std::vector<std::string>& outputs, const std::string& name) {
  return outputs.empty() || std::ranges::find(outputs, name) != outputs.end();
}

}  // namespace

coro::Task<std::vector<CacheStatus>> CacheWalk::of(std::vector<std::string> drv_paths) {
  std::vector<Step> level;
  for (const auto& path : drv_paths) level.push_back({path, {}});
  while (!level.empty()) {
    std::erase_if(level, [this](const Step& step) { return verdicts_.contains(step); });
    co_await judge(level);
    std::set<Step> next;
    for (const auto& step : level) {
      const auto& inputs = verdicts_.at(step).inputs;
      next.insert(inputs.begin(), inputs.end());
    }
    level.assign(next.begin(), next.end());
  }
  co_await follow_references();
  co_return co_await coro::offload(pool_, [&](coro::Stop stop) {
    std::vector<CacheStatus> out;
    for (const auto& path : drv_paths) {
      stop.check();
      out.push_back(collect(path));
    }
    return out;
  });
}

// Reads the derivations of the steps, locates their outputs, and enters the verdicts.
coro::Task<> CacheWalk::judge(std::vector<Step> level) {
  std::set<std::string> unread;
  for (const auto& step : level) {
    if (!derivations_.contains(step.drv_path)) unread.insert(step.drv_path);
  }
  std::vector<std::string> paths(unread.begin(), unread.end());
  auto read = co_await queries_.derivations(paths);
  for (std::size_t i = 0; i < paths.size(); ++i) derivations_.emplace(std::move(paths[i]), std::move(read[i]));

  std::vector<std::string> outputs;
  for (const auto& step : level) {
    for (const auto& output : derivations_.at(step.drv_path).outputs) {
      if (is_wanted(step.outputs, output.name)) outputs.push_back(output.path);
    }
  }
  co_await locate(std::move(outputs));
  for (auto& step : level) {
    auto found = verdict(step);
    verdicts_.emplace(std::move(step), std::move(found));
  }
}

// Enters the places of paths that are not known yet.
coro::Task<> CacheWalk::locate(std::vector<std::string> store_paths) {
  std::ranges::sort(store_paths);
  store_paths.erase(std::ranges::unique(store_paths).begin(), store_paths.end());
  std::erase_if(store_paths, [this](const auto& path) { return places_.contains(path); });
  if (store_paths.empty()) co_return;
  const auto local = co_await queries_.exist(store_paths);
  std::vector<std::string> missing;
  for (std::size_t i = 0; i < store_paths.size(); ++i) {
    places_[store_paths[i]].is_local = local[i];
    if (!local[i]) missing.push_back(store_paths[i]);
  }
  auto found = co_await queries_.find(missing);
  for (std::size_t i = 0; i < missing.size(); ++i) {
    if (found[i]) unfollowed_.push_back(missing[i]);
    places_[missing[i]].narinfo = std::move(found[i]);
  }
}

CacheWalk::Verdict CacheWalk::verdict(const Step& step) const {
  const auto& derivation = derivations_.at(step.drv_path);
  Verdict out{CacheStatus::State::local, {}, {}};
  for (const auto& output : derivation.outputs) {
    if (!is_wanted(step.outputs, output.name)) continue;
    const auto& place = places_.at(output.path);
    if (place.is_local) continue;
    if (!place.narinfo) {
      out = {CacheStatus::State::not_built, {}, {}};
      for (const auto& input : derivation.input_derivations) out.inputs.push_back({input.path, input.outputs});
      return out;
    }
    out.state = CacheStatus::State::cached;
    out.downloads.push_back(output.path);
  }
  return out;
}

coro::Task<> CacheWalk::follow_references() {
  while (!unfollowed_.empty() && places_.size() < most_places) {
    std::vector<std::string> references;
    for (const auto& path : std::exchange(unfollowed_, {})) {
      const auto& named = places_.at(path).narinfo->references;
      references.insert(references.end(), named.begin(), named.end());
    }
    co_await locate(std::move(references));
  }
}

// From what is known about everything it reaches.
CacheStatus CacheWalk::collect(const std::string& drv_path) const {
  CacheStatus out;
  std::set<std::string> downloads;
  bool is_complete = true;  // the caches have everything that is referred to
  std::set<Step> seen;
  // Depth first; a derivation is entered after all that it needs.
  std::vector<std::pair<Step, bool>> open{{{drv_path, {}}, false}};
  while (!open.empty()) {
    auto [step, is_done] = std::move(open.back());
    open.pop_back();
    if (is_done) {
      out.needed_builds.push_back(std::move(step.drv_path));
      continue;
    }
    if (!seen.insert(step).second) continue;
    const auto& [state, missing, inputs] = verdicts_.at(step);
    for (const auto& path : missing) is_complete = add_download(path, downloads) && is_complete;
    if (state != CacheStatus::State::not_built) continue;
    open.emplace_back(std::move(step), true);
    for (const auto& input : inputs) open.emplace_back(input, false);
  }
  out.state = verdicts_.at({drv_path, {}}).state;
  if (out.state == CacheStatus::State::cached && !is_complete) out.state = CacheStatus::State::not_built;
  // The same derivation may be built for different outputs.
  std::set<std::string> built{drv_path};
  std::erase_if(out.needed_builds, [&](const auto& path) { return !built.insert(path).second; });
  out.needed_substitutes.assign(downloads.begin(), downloads.end());
  std::ranges::stable_sort(out.needed_substitutes, {}, name_in);
  return out;
}

// Adds a path in a cache and everything it refers to that is missing here. False if no cache has some of it.
bool CacheWalk::add_download(const std::string& store_path, std::set<std::string>& downloads) const {
  bool is_complete = true;
  std::vector<std::string> open{store_path};
  while (!open.empty()) {
    const std::string path = std::move(open.back());
    open.pop_back();
    const auto place = places_.find(path);
    if (place != places_.end() && place->second.is_local) continue;
    if (place == places_.end() || !place->second.narinfo) {
      is_complete = false;
    } else if (downloads.insert(path).second) {
      const auto& references = place->second.narinfo->references;
      open.insert(open.end(), references.begin(), references.end());
    }
  }
  return is_complete;
}

}  // namespace eka::engine
