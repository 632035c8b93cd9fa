// The remotes of one run: one object per url, so that each fact is asked for once and its cost is counted once.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "atom/names/url.h"
#include "engine/context/parts.h"
#include "git/remote/remote.h"

namespace eka::engine {

struct RemoteCost {
  std::string url;
  net::Traffic traffic;
};

// Adds what else was asked, url by url; `into` stays in the order of urls.
void add_costs(std::vector<RemoteCost>& into, const std::vector<RemoteCost>& more);

class Remotes {
 public:
  explicit Remotes(Parts& parts) : parts_(parts) {}

  // Opened at the first call; throws Kind::offline for a network url when the run is offline.
  git::Remote& at(const atom::Url& url);

  // A file rather than a repository; its cost counts as that of its url.
  coro::Task<> download(atom::Url url, net::FileSink& sink);

  // Those that were asked anything, by url.
  std::vector<RemoteCost> costs() const;

 private:
  void require_online(const atom::Url& url) const;

  Parts& parts_;
  std::map<atom::Url, std::unique_ptr<git::Remote>> open_;
  std::map<atom::Url, net::Traffic> downloads_;
};

}  // namespace eka::engine
