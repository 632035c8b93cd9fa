// The remotes of one run: one object per url, so that each fact is asked for once and its cost is counted once.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "atom/manifest/manifest.h"
#include "atom/names/url.h"
#include "engine/context/context.h"
#include "git/remote/remote.h"

namespace eka::engine {

struct RemoteCost {
  std::string url;
  net::Traffic traffic;
};

class Remotes {
 public:
  explicit Remotes(Context& context) : context_(context) {}

  // Opened at the first call; throws Kind::offline for a network url when the run is offline.
  git::Remote& at(const atom::Url& url);

  // The URL that `url` stands for, after insteadOf. Asks nobody.
  atom::Url reached_at(const atom::Url& url) const;

  // Where what is read at `url` counts as read: on this machine only if neither `url` nor what insteadOf makes of it
  // is on a network (local_access.h).
  atom::Url came_from(const atom::Url& url) const;

  // The user of this run has named `url`: see Connector.
  void named_by_user(const atom::Url& url) { context_.connector->named_by_user(url); }
  void named_by_user(const atom::Manifest& manifest);  // all that a manifest of the working tree names

  // A file rather than a repository; its cost counts as that of its url. Throws Kind::usage for a file of this machine
  // that a network url is rewritten to without the user's consent.
  coro::Task<> download(atom::Url url, net::FileSink& sink);

  // Those that were asked anything, by url.
  std::vector<RemoteCost> costs() const;

 private:
  void require_online(const atom::Url& url) const;

  Context& context_;
  std::map<atom::Url, std::unique_ptr<git::Remote>> open_;
  std::map<atom::Url, net::Traffic> downloads_;
};

}  // namespace eka::engine
