// git://: TCP, and one packet that names the repository.
//
//   git-upload-pack <path> NUL host=<host>[:<port>] NUL NUL version=2 NUL
#pragma once

#include <chrono>
#include <map>
#include <string>

#include "git/transport/channel.h"
#include "git/transport/transport.h"

namespace eka::git {

class GitDaemonDialer final : public Dialer {
 public:
  explicit GitDaemonDialer(std::chrono::milliseconds connect_limit) : limit_(connect_limit) {}
  coro::Task<std::unique_ptr<Channel>> dial(atom::Url url) override;

 private:
  coro::Task<> wait_for_turn(const std::string& origin);

  std::chrono::milliseconds limit_;
  std::map<std::string, std::chrono::steady_clock::time_point> next_turns_;  // by origin
};

// git://
std::unique_ptr<Transport> git_daemon_transport(const TransportContext& context);

}  // namespace eka::git
