#include "engine/context/remotes.h"

#include <variant>

#include "engine/context/local_access.h"

namespace eka::engine {

void Remotes::require_online(const atom::Url& url) const {
  if (!context_.settings.offline || url.is_local()) return;
  throw Error(Kind::offline, "offline: cannot access " + url.str())
      .with_hint("run the command once without --offline to fetch missing data");
}

git::Remote& Remotes::at(const atom::Url& url) {
  require_online(url);
  auto& remote = open_[url];
  if (!remote) remote = context_.connector->open(url);
  return *remote;
}

atom::Url Remotes::reached_at(const atom::Url& url) const {
  return context_.connector->reached_at(url);
}

atom::Url Remotes::came_from(const atom::Url& url) const {
  return url.is_local() ? reached_at(url) : url;
}

void Remotes::named_by_user(const atom::Manifest& manifest) {
  for (const auto& [tag, source] : manifest.sets) {
    for (const auto& mirror : source.mirrors) named_by_user(mirror);
  }
  for (const auto& [name, source] : manifest.direct) {
    const auto* const git = std::get_if<atom::GitSource>(&source.fetch);
    if (git == nullptr) continue;
    if (const auto url = atom::Url::parse_repository(git->url)) named_by_user(*url);
  }
}

coro::Task<> Remotes::download(atom::Url url, net::FileSink& sink) {
  require_online(url);
  const auto place = reached_at(url);
  if (place.is_local() && !url.is_local()) {
    const LocalAccess access(context_.settings.local_sources);
    co_await coro::offload(context_.pool, [&] { access.check_rewritten(url, place); });
  }
  co_await context_.connector->download(url, sink, downloads_[url]);
}

std::uint64_t Remotes::bytes_received() const {
  std::uint64_t out = 0;
  for (const auto& [url, remote] : open_) {
    if (remote) out += remote->traffic().bytes_received;
  }
  for (const auto& [url, traffic] : downloads_) out += traffic.bytes_received;
  return out;
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
  if (context_.shared) add(context_.shared->url(), context_.shared->traffic());
  std::vector<RemoteCost> out;
  for (const auto& [url, traffic] : all) out.push_back({url, traffic});
  return out;
}

}  // namespace eka::engine
