// A remote repository: lists refs, fetches objects.
//
// Implemented over protocol v2 (wire_remote.h, with sessions for smart HTTP, ssh and git://) and over libgit2 for local
// repositories (local_remote.h). All functions are coroutines of the reactor, resume on it, and leave nothing behind
// when cancelled. They throw eka::Error (Kind::remote; retryable() for transient failures, which have already been
// retried).
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "atom/hash/object_id.h"
#include "atom/names/url.h"
#include "base/error.h"
#include "coro/task/task.h"
#include "git/wire/fetch_options.h"
#include "git/wire/ref.h"
#include "net/download/byte_sink.h"
#include "net/policy/traffic.h"

namespace eka::git {

// What fetch() throws where the remote answered that it does not have one of the wants, or does not give it: not for
// want of a connection.
class ObjectsRefused : public Error {
 public:
  explicit ObjectsRefused(const Error& said) : Error(said) {}
};

// What fetch() throws where the server lacks a capability that the options require, such as filters. Nothing was
// requested.
class CapabilityMissing : public Error {
 public:
  explicit CapabilityMissing(const Error& lack) : Error(lack) {}
};

class Remote {
 public:
  virtual ~Remote() = default;

  virtual const atom::Url& url() const = 0;

  // Lists the refs that start with one of `prefixes` (all refs if it is empty); other refs that a server sends are
  // discarded. Unborn and dangling refs are not included. Sorted by name.
  virtual coro::Task<std::vector<Ref>> ls_refs(std::vector<std::string> prefixes) = 0;

  // Sends one request for all `wants` and everything reachable from them; writes the pack to `sink`. It is
  // self-contained unless options.haves allows a thin pack. Wants may be objects of any type; without wants, nothing is
  // sent. Transient failures are retried until the first byte has been written to the sink; after that, a retryable()
  // error means that the caller may retry with a new sink. (A hasty fetch is not retried; its errors are retryable() if
  // a normal fetch might have been retried.)
  virtual coro::Task<> fetch(std::vector<atom::ObjectId> wants, net::ByteSink& sink, FetchOptions options) = 0;
  coro::Task<> fetch(std::vector<atom::ObjectId> wants, net::ByteSink& sink) {
    return fetch(std::move(wants), sink, FetchOptions());
  }

  // Resumes when the remote has responded; immediately if that is already known, or if it needs no response (a local
  // repository). Sends no request that the first real one would not need. One attempt.
  virtual coro::Task<> greet() { co_return; }

  virtual const net::Traffic& traffic() const = 0;
};

}  // namespace eka::git
