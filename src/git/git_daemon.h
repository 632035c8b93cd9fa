// git://: TCP, and one packet that says which repository is wanted.
//
//   git-upload-pack <path> NUL host=<host>[:<port>] NUL NUL version=2 NUL
#pragma once

#include <chrono>

#include "coro/pool.h"
#include "git/channel.h"

namespace eka::git {

class GitDaemonDialer final : public Dialer {
 public:
  // `pool` must outlive it; names are resolved there.
  GitDaemonDialer(coro::Pool& pool, std::chrono::milliseconds connect_limit) : pool_(pool), limit_(connect_limit) {}
  coro::Task<std::unique_ptr<Channel>> dial(atom::Url url) override;

 private:
  coro::Pool& pool_;
  std::chrono::milliseconds limit_;
};

}  // namespace eka::git
