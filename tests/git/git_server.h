// A real git server on loopback: nginx, fcgiwrap and git-http-backend, with a directory of repositories and some
// locations that misbehave. Its processes are stopped by the destructor, or when the test process ends.
//
//   /<name>.git            the repositories of `root()`, in protocol v2
//   /old/<name>.git        the same, but ignores "Git-Protocol": responds in protocol v0
//   /moved/<name>.git      discovery and commands are redirected to /<name>.git on the same port
//   /away/<name>.git       discovery is redirected to /<name>.git on the other port
//   /private/<name>.git    requires a user and a password, any
//   /fickle/<name>.git     commands are redirected, discovery is not
//   /circle/<name>.git     redirects to itself
//   /login/<name>.git      responds with an HTML page
//   /shy/<name>.git        the same, except for clients whose User-Agent begins as git's
//   /mine/<name>.git       accepts only the User-Agent "mine/1"
//   /small/<name>.git      accepts bodies of requests up to 20 KiB
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

#include "tests/git/repository.h"

namespace eka::git::test {

struct LoggedRequest {
  std::string connection, port, method, path, status, authorization, protocol, encoding, command, http;
};

class GitServer {
 public:
  GitServer();
  ~GitServer();
  GitServer(const GitServer&) = delete;
  GitServer& operator=(const GitServer&) = delete;

  std::filesystem::path root() const { return home_.path() / "root"; }
  // http://127.0.0.1:<port>
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  // The same over TLS and HTTP/2, signed only by `certificate()`.
  std::string tls_url() const { return "https://127.0.0.1:" + std::to_string(port_ + 2); }
  std::filesystem::path certificate() const { return home_.path() / "certificate.pem"; }
  std::string other_port() const { return std::to_string(port_ + 1); }
  // The completely answered requests so far.
  std::vector<LoggedRequest> log() const;

 private:
  void configure() const;
  bool start_nginx();
  pid_t start(const std::vector<std::string>& argv) const;

  TemporaryDirectory home_;
  int port_ = 0;
  std::vector<pid_t> children_;
};

}  // namespace eka::git::test
