// The remotes of one run: one object per URL, so that each query is sent once and its cost is counted once.
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

  // Opened by the first call. Throws Kind::offline for a network URL if the run is offline.
  git::Remote& at(const atom::Url& url);

  // The URL that `url` resolves to after insteadOf. Sends no request.
  atom::Url reached_at(const atom::Url& url) const;

  // The URL that counts as the origin of what is read at `url`: a local one only if both `url` and the result of
  // insteadOf are local (local_access.h).
  atom::Url came_from(const atom::Url& url) const;

  // The user of this run has named `url`: see Connector.
  void named_by_user(const atom::Url& url) { context_.connector->named_by_user(url); }
  void named_by_user(const atom::Manifest& manifest);  // all URLs in a manifest of the working tree

  // Downloads a file; its cost is counted for its URL. Throws Kind::usage if a network URL is rewritten to a local file
  // without the user's consent.
  coro::Task<> download(atom::Url url, net::FileSink& sink);

  // The remotes to which requests were sent, by URL.
  std::vector<RemoteCost> costs() const;
  // Received from all of them so far, including responses that are still being read.
  std::uint64_t bytes_received() const;

 private:
  void require_online(const atom::Url& url) const;

  Context& context_;
  std::map<atom::Url, std::unique_ptr<git::Remote>> open_;
  std::map<atom::Url, net::Traffic> downloads_;
};

}  // namespace eka::engine
