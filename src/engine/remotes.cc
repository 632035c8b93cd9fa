#include "engine/remotes.h"

namespace eka::engine {

git::Remote& Remotes::at(const atom::Url& url) {
  if (parts_.settings.offline && !url.is_local()) {
    throw Error(Kind::offline, "offline: " + url.str() + " may not be asked")
        .with_hint("run once without --offline to bring what is missing into the cache");
  }
  auto& remote = open_[url];
  if (!remote) remote = parts_.connector->open(url);
  return *remote;
}

std::vector<RemoteCost> Remotes::costs() const {
  std::vector<RemoteCost> out;
  for (const auto& [url, remote] : open_) {
    if (!remote) continue;
    const auto& traffic = remote->traffic();
    if (traffic.handshakes + traffic.requests > 0) out.push_back({url.str(), traffic});
  }
  return out;
}

}  // namespace eka::engine
