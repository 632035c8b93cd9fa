// Opens remotes: url in, Remote out, with everything that remotes share (HTTP connections, what is known of hosts).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "atom/url.h"
#include "coro/pool.h"
#include "git/file_sink.h"
#include "git/patience.h"
#include "git/remote.h"
#include "git/user_config.h"

namespace eka::git {

// What is worth remembering of a host between runs. The store keeps it; git/ only asks and tells.
struct HostFacts {
  bool speaks_v2 = false;
  bool gives_by_id = true;         // objects, to who wants them, though no ref points at them
  std::string agent_capabilities;  // the capability lines it advertised, newline separated
};

class HostMemory {
 public:
  virtual ~HostMemory() = default;
  // `origin` is scheme://host:port. Both are called on the reactor and must not block.
  virtual std::optional<HostFacts> recall(const std::string& origin) = 0;
  virtual void remember(const std::string& origin, const HostFacts& facts) = 0;
};

class Connector {
 public:
  // Told what only the curious want to know: what of the user's configuration applies, what is tried again. Without
  // secrets, fit for a terminal.
  using Tell = std::function<void(std::string_view)>;

  // Owns the HTTP client. `reactor`, `pool` and `memory` must outlive it, and it must outlive its remotes. All of it
  // lives on the executor given.
  Connector(coro::Executor reactor, coro::Pool& pool, HostMemory& memory, Patience patience = {},
            UserConfig config = {}, Tell tell = {});
  ~Connector();
  Connector(const Connector&) = delete;
  Connector& operator=(const Connector&) = delete;

  // The remote at `url`, wherever the user's configuration says that this is. Opening costs nothing: the first request
  // connects. Throws Error(Kind::usage) for a scheme that has no transport.
  std::unique_ptr<Remote> open(const atom::Url& url);

  // The file at `url` (https, http or file), wherever the configuration says that this is, into `sink`: see download.h.
  // What it costs is added to `traffic`.
  coro::Task<> download(atom::Url url, FileSink& sink, Traffic& traffic);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace eka::git
