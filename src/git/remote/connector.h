// The real remotes, with everything that they share (HTTP connections, what is known of hosts).
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
#include "git/remote/remote_factory.h"
#include "git/transport/host_memory.h"
#include "net/download/file_sink.h"
#include "net/policy/timeouts.h"

namespace eka::git {

class Connector final : public RemoteFactory {
 public:
  // Told what only the curious want to know: what of the user's configuration applies, what is tried again. Without
  // secrets, fit for a terminal.
  using Tell = std::function<void(std::string_view)>;

  // Owns the HTTP client. `reactor`, `pool` and `memory` must outlive it, and it must outlive its remotes. All of it
  // lives on the executor given.
  Connector(coro::Executor reactor, coro::Pool& pool, HostMemory& memory, net::Timeouts timeouts = {},
            UserConfig config = {}, Tell tell = {});
  ~Connector() override;
  Connector(const Connector&) = delete;
  Connector& operator=(const Connector&) = delete;

  // Both go wherever the user's configuration says that the url is. Files are fetched over https, http and file.
  std::unique_ptr<Remote> open(const atom::Url& url) override;
  atom::Url reached_at(const atom::Url& url) const override;
  void named_by_user(const atom::Url& url) override;
  coro::Task<> download(atom::Url url, net::FileSink& sink, net::Traffic& traffic) override;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace eka::git
