#include "engine/context/remotes.h"

#include <algorithm>

namespace eka::engine {

void add_costs(std::vector<RemoteCost>& into, const std::vector<RemoteCost>& more) {
  for (const auto& cost : more) {
    const auto place = std::ranges::lower_bound(into, cost.url, {}, &RemoteCost::url);
    if (place != into.end() && place->url == cost.url) {
      place->traffic += cost.traffic;
    } else {
      into.insert(place, cost);
    }
  }
}

void Remotes::require_online(const atom::Url& url) const {
  if (!parts_.settings.offline || url.is_local()) return;
  throw Error(Kind::offline, "offline: " + url.str() + " may not be asked")
      .with_hint("run once without --offline to bring what is missing into the cache");
}

git::Remote& Remotes::at(const atom::Url& url) {
  require_online(url);
  auto& remote = open_[url];
  if (!remote) remote = parts_.connector->open(url);
  return *remote;
}

coro::Task<> Remotes::download(atom::Url url, net::FileSink& sink) {
  require_online(url);
  co_await parts_.connector->download(url, sink, downloads_[url]);
}

std::vector<RemoteCost> Remotes::costs() const {
  std::map<std::string, net::Traffic> all;
  const auto add = [&](const atom::Url& url, const net::Traffic& traffic) {
    if (traffic.handshakes + traffic.requests > 0) all[url.str()] += traffic;
  };
  for (const auto& [url, remote] : open_) {
    if (remote) add(url, remote->traffic());
  }
  for (const auto& [url, traffic] : downloads_) add(url, traffic);
  std::vector<RemoteCost> out;
  for (const auto& [url, traffic] : all) out.push_back({url, traffic});
  return out;
}

}  // namespace eka::engine
