// One fetch in progress: what it requests, and the response, read into the sink, in either protocol.
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

  std::vector<atom::ObjectId> wants;  // sorted, none twice
  net::ByteSink& sink;
  FetchOptions options;
  bool delivered = false;      // the sink has been given something: no more tries
  std::exception_ptr failure;  // that came after that
  // How long the server may keep the connection alive and send nothing of the pack.
  std::chrono::seconds longest_silence = std::chrono::minutes(20);
  coro::Clock* clock = &coro::Clock::system();
};

// Reads `answer` to its end. Throws for anything but a whole pack.
coro::Task<> receive_pack(Answer* answer, FetchParser* parser, FetchJob* job);

}  // namespace eka::git
