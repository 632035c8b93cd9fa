// Real servers of git's other transports on loopback: git daemon, and sshd with git-upload-pack.
#pragma once

#include <filesystem>
#include <string>

#include "tests/git/repository.h"
#include "tests/git/server_process.h"

namespace eka::git::test {

// Serves the repositories of `root()` at git://.
class GitDaemon {
 public:
  // `old`: ignores "version=2". `seconds`: the maximum duration of a connection; 0: unlimited.
  explicit GitDaemon(bool old = false, int seconds = 0);

  std::filesystem::path root() const { return home_.path() / "root"; }
  std::string url() const { return "git://127.0.0.1:" + std::to_string(port_); }
  // The number of connections so far. Requests of this process must have been answered.
  int connections() const;
  int requests_for(const std::string& path) const;
  // Accepts no further connections.
  void stop() { process_.end(); }

 private:
  TemporaryDirectory home_;
  int port_ = 0;
  ServerProcess process_;
};

// Serves all repositories of this machine at ssh://. `client()` is a configuration for ssh -F with key and host.
class SshServer {
 public:
  // `settings`: additional lines of sshd_config.
  explicit SshServer(const std::string& settings = "AcceptEnv GIT_PROTOCOL\n");

  const std::filesystem::path& home() const { return home_.path(); }
  // ssh://user@127.0.0.1:port
  std::string url() const;
  std::filesystem::path client() const { return home_.path() / "client"; }
  // Removes the host key from the client's known hosts.
  void make_unknown() const { write_file(home_.path() / "known", ""); }
  // The number of logins, and the executed commands.
  int logins() const;
  std::string log() const { return read_file(home_.path() / "log"); }

 private:
  TemporaryDirectory home_;
  int port_ = 0;
  ServerProcess process_;
};

}  // namespace eka::git::test
