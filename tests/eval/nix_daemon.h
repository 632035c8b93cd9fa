// A real nix-daemon.
#pragma once

#include <csignal>
#include <filesystem>
#include <string>

#include "tests/eval/world.h"

namespace eka::eval {

// A daemon with its own store; the destructor stops it.
class NixDaemon {
 public:
  explicit NixDaemon(const std::filesystem::path& directory) : socket_(directory / "socket") {
    pid_ = shell("NIX_DAEMON_SOCKET_PATH=" + socket_.string() + " nix-daemon --option store " +
                 (directory / "store").string() + " >" + (directory / "log").string() +
                 " 2>&1 </dev/null & pid=$!; while ! test -S " + socket_.string() +
                 "; do kill -0 $pid && sleep 0.05 || exit; done; echo $pid");
  }
  ~NixDaemon() { ::kill(static_cast<pid_t>(std::stol(pid_)), SIGKILL); }
  NixDaemon(const NixDaemon&) = delete;
  NixDaemon& operator=(const NixDaemon&) = delete;
  const std::filesystem::path& socket() const { return socket_; }
  std::string store() const { return "unix://" + socket_.string(); }

 private:
  std::filesystem::path socket_;
  std::string pid_;
};

}  // namespace eka::eval
