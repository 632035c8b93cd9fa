// A client of an HTTP cache in the layout of Bazel's: `<url>/cas/<SHA-256>` is a blob, `<url>/ac/<SHA-256>` the result
// that belongs to a key. GET reads, PUT writes, 404 is a miss; nothing else is needed. nginx with WebDAV, bazel-remote
// and object stores provide it.
//
// Its loss costs time only: every failure is a miss. The first one is told to the user, further ones are details. A
// request is tried three times; when three operations in a row have failed, the cache is left alone for half a minute
// (circuit_breaker.h). An operation has ten seconds, and a second more for each 100 kB of a blob. Concurrent requests
// are limited as for git remotes (net/policy/host_gate.h).
//
// Blobs are compared with their hash. Results cannot be: the caller has to verify what they say.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "atom/hash/digest.h"
#include "atom/names/url.h"
#include "coro/run/pool.h"
#include "coro/task/clock.h"
#include "coro/task/task.h"
#include "git/config/user_config.h"
#include "net/policy/traffic.h"
#include "store/remote/action_result.h"

namespace eka::store {

// All coroutines run on the reactor and throw only Cancelled.
class RemoteCache {
 public:
  struct Tell {
    Tell() = default;  // declared, so that this is not an aggregate: see the warning in task.h
    std::function<void(std::string_view)> note, detail;
  };
  static constexpr std::uint64_t largest_result = std::uint64_t{4} << 20;
  static constexpr std::uint64_t largest_blob = std::uint64_t{256} << 20;

  // `url` is http or https; a login in it, in netrc or from git's credential helpers is used, and so are the settings
  // http.* of `config`. `reactor`, `pool` and `clock` must outlive it.
  RemoteCache(coro::Executor reactor, coro::Pool& pool, coro::Clock& clock, atom::Url url, git::UserConfig config,
              Tell tell);
  ~RemoteCache();
  RemoteCache(const RemoteCache&) = delete;
  RemoteCache& operator=(const RemoteCache&) = delete;

  const atom::Url& url() const;
  const net::Traffic& traffic() const;

  coro::Task<std::optional<ActionResult>> result(atom::Sha256::Value key);
  coro::Task<std::optional<std::string>> blob(RemoteBlob blob);
  // A blob whose size is not known.
  coro::Task<std::optional<std::string>> file(atom::Sha256::Value digest);
  // Whether it has been stored.
  coro::Task<bool> put_result(atom::Sha256::Value key, ActionResult result);
  coro::Task<bool> put_blob(std::string content);

  // Tells the user, once, that the cache does not work; `why` is printable.
  void tell_failure(const std::string& why);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace eka::store
