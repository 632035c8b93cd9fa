// Opens remotes: the engine's way to every repository and file that lies elsewhere. Connector (connector.h) is the real
// one; a test or a simulation gives another.
#pragma once

#include <memory>

#include "atom/names/url.h"
#include "coro/task/task.h"
#include "git/remote/remote.h"
#include "net/download/file_sink.h"
#include "net/policy/traffic.h"

namespace eka::git {

class RemoteFactory {
 public:
  virtual ~RemoteFactory() = default;

  // The remote at `url`. Opening costs nothing: the first request connects. The factory must outlive its remotes.
  // Throws Error(Kind::usage) for a scheme that has no transport.
  virtual std::unique_ptr<Remote> open(const atom::Url& url) = 0;

  // The user of this run has named the repository at `url`, on the command line or in a manifest of the working tree:
  // it may be sent a command before it has answered a handshake.
  virtual void named_by_user(const atom::Url& url) = 0;

  // Where the user's configuration says that `url` is (insteadOf): what is known of a remote belongs to that place.
  virtual atom::Url reached_at(const atom::Url& url) const = 0;

  // The file at `url` into `sink`: see net/download/download.h. What it costs is added to `traffic`.
  virtual coro::Task<> download(atom::Url url, net::FileSink& sink, net::Traffic& traffic) = 0;
};

}  // namespace eka::git
