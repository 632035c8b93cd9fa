// The real servers of git's other transports on loopback: git daemon, and sshd with git-upload-pack behind it.
#pragma once

#include <filesystem>
#include <string>

#include "tests/git/repository.h"
#include "tests/git/server_process.h"

namespace eka::git::test {

// Serves the repositories of `root()` at git://.
class GitDaemon {
 public:
  // `old`: deaf to "version=2". `seconds`: for how long a connection is served, when not 0.
  explicit GitDaemon(bool old = false, int seconds = 0);

  std::filesystem::path root() const { return home_.path() / "root"; }
  std::string url() const { return "git://127.0.0.1:" + std::to_string(port_); }
  // How many connections it has seen. Ours must have been answered.
  int connections() const;
  int requests_for(const std::string& path) const;
  // No more connections from here on.
  void stop() { process_.end(); }

 private:
  TemporaryDirectory home_;
  int port_ = 0;
  ServerProcess process_;
};

// Everything of this machine at ssh://. `client()` is a configuration for ssh -F that knows key and host.
class SshServer {
 public:
  // `settings`: more lines of sshd_config.
  explicit SshServer(const std::string& settings = "AcceptEnv GIT_PROTOCOL\n");

  const std::filesystem::path& home() const { return home_.path(); }
  // ssh://user@127.0.0.1:port
  std::string url() const;
  std::filesystem::path client() const { return home_.path() / "client"; }
  // Forgets the key of the host, on the client's side.
  void make_unknown() const { write_file(home_.path() / "known", ""); }
  // How many times somebody has logged in, and what was run.
  int logins() const;
  std::string log() const { return read_file(home_.path() / "log"); }

 private:
  TemporaryDirectory home_;
  int port_ = 0;
  ServerProcess process_;
};

}  // namespace eka::git::test
