// A remote repository: list its refs, fetch objects.
//
// Implemented over protocol v2 (wire_remote.h: smart HTTP, ssh and git:// are sessions under the same class) and over
// libgit2 for repositories on this disk (local_remote.h). All functions are coroutines of the reactor, resume
// on it, throw eka::Error (Kind::remote; retryable() for transient faults, which have been retried already), and leave
// nothing behind when cancelled.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "atom/hash/object_id.h"
#include "atom/names/url.h"
#include "coro/task/task.h"
#include "git/wire/fetch_options.h"
#include "git/wire/ref.h"
#include "net/download/byte_sink.h"
#include "net/policy/traffic.h"

namespace eka::git {

class Remote {
 public:
  virtual ~Remote() = default;

  virtual const atom::Url& url() const = 0;

  // The refs that start with one of `prefixes` (all refs, when there are none); a server may list more, those are
  // dropped here. Unborn and dangling refs are absent. Sorted by name.
  virtual coro::Task<std::vector<Ref>> ls_refs(std::vector<std::string> prefixes) = 0;

  // One request for all of `wants` and everything reachable from them; the pack goes to `sink`. It is self-contained,
  // unless options.haves says what it may build upon. Wants may be objects of any type; without any, nothing is sent.
  // Transient failures are retried until the first byte has gone to the sink; after that a retryable() error means:
  // begin again with a fresh sink. (A hasty fetch is not retried, and its errors are retryable() if one that is not
  // might have been.)
  virtual coro::Task<> fetch(std::vector<atom::ObjectId> wants, net::ByteSink& sink, FetchOptions options) = 0;
  coro::Task<> fetch(std::vector<atom::ObjectId> wants, net::ByteSink& sink) {
    return fetch(std::move(wants), sink, FetchOptions());
  }

  // Resumes when the remote has shown that it is there: at once, where that takes no answer, or is known already (no
  // request is sent that the first real one would not have needed). One attempt.
  virtual coro::Task<> greet() { co_return; }

  virtual const net::Traffic& traffic() const = 0;
};

}  // namespace eka::git
