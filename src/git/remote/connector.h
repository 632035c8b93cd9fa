// Opens remotes: url in, Remote out, with everything that remotes share (HTTP connections, what is known of hosts).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "atom/names/url.h"
#include "coro/run/pool.h"
#include "git/config/user_config.h"
#include "git/remote/remote.h"
#include "git/transport/host_memory.h"
#include "net/download/file_sink.h"
#include "net/policy/patience.h"

namespace eka::git {

class Connector {
 public:
  // Told what only the curious want to know: what of the user's configuration applies, what is tried again. Without
  // secrets, fit for a terminal.
  using Tell = std::function<void(std::string_view)>;

  // Owns the HTTP client. `reactor`, `pool` and `memory` must outlive it, and it must outlive its remotes. All of it
  // lives on the executor given.
  Connector(coro::Executor reactor, coro::Pool& pool, HostMemory& memory, net::Patience patience = {},
            UserConfig config = {}, Tell tell = {});
  ~Connector();
  Connector(const Connector&) = delete;
  Connector& operator=(const Connector&) = delete;

  // The remote at `url`, wherever the user's configuration says that this is. Opening costs nothing: the first request
  // connects. Throws Error(Kind::usage) for a scheme that has no transport.
  std::unique_ptr<Remote> open(const atom::Url& url);

  // The file at `url` (https, http or file), wherever the configuration says that this is, into `sink`: see download.h.
  // What it costs is added to `traffic`.
  coro::Task<> download(atom::Url url, net::FileSink& sink, net::Traffic& traffic);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace eka::git
