// Opens real remotes, and owns what they share (HTTP connections, knowledge about hosts).
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
#include "net/policy/host_rest.h"
#include "net/policy/retries.h"
#include "net/policy/timeouts.h"

namespace eka::git {

class Connector final : public RemoteFactory {
 public:
  // Called with text that contains no secrets and is safe for a terminal: `tell` with details for -v (which parts of
  // the user's configuration apply), `tell_retry` with what is sent again and why. TellWait: which hosts are waited
  // for.
  using Tell = std::function<void(std::string_view)>;
  using TellWait = net::HostRests::TellWait;

  // Owns the HTTP client. `reactor`, `pool` and `memory` must outlive it, and it must outlive its remotes. Call it on
  // `reactor` only.
  Connector(coro::Executor reactor, coro::Pool& pool, HostMemory& memory, net::Timeouts timeouts = {},
            UserConfig config = {}, Tell tell = {}, TellWait tell_wait = {}, net::TellRetry tell_retry = {});
  ~Connector() override;
  Connector(const Connector&) = delete;
  Connector& operator=(const Connector&) = delete;

  // open() and download() use the URL that results from the user's configuration (reached_at). Files are downloaded
  // over https, http and file.
  std::unique_ptr<Remote> open(const atom::Url& url) override;
  atom::Url reached_at(const atom::Url& url) const override;
  void named_by_user(const atom::Url& url) override;
  coro::Task<std::vector<PushOutcome>> push(std::filesystem::path directory, atom::Url url,
                                            std::vector<PushedRef> refs) override;
  coro::Task<> download(atom::Url url, net::FileSink& sink, net::Traffic& traffic) override;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace eka::git
