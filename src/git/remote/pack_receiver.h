// One fetch in progress: the request, and reading the response into the sink, in either protocol.
#pragma once

#include <chrono>
#include <exception>
#include <vector>

#include "atom/hash/object_id.h"
#include "coro/task/retry.h"
#include "coro/task/task.h"
#include "git/remote/remote.h"
#include "git/transport/session.h"
#include "git/wire/fetch.h"

namespace eka::git {

struct FetchJob {
  FetchJob(std::vector<atom::ObjectId> wanted, net::ByteSink& into, FetchOptions how);

  net::Patience patience() const { return options.hasty ? net::Patience::hasty : net::Patience::waits; }

  std::vector<atom::ObjectId> wants;  // sorted, without duplicates
  net::ByteSink& sink;
  FetchOptions options;
  bool delivered = false;      // bytes have been written to the sink: no more retries
  std::exception_ptr failure;  // the failure after that
  // How long the server may keep the connection alive without sending pack data.
  std::chrono::seconds longest_silence = std::chrono::minutes(20);
  coro::Clock* clock = &coro::Clock::system();
};

// Reads `answer` to its end. Throws unless it contains a complete pack.
coro::Task<> receive_pack(Answer* answer, FetchParser* parser, FetchJob* job);

}  // namespace eka::git
