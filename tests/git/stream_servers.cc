#include "tests/git/stream_servers.h"

#include <chrono>
#include <cstdlib>
#include <random>
#include <stdexcept>
#include <thread>

#include <unistd.h>

namespace eka::git::test {
namespace {

// Tries ports until the server started by `start` accepts connections.
template <class Start>
int start_on_a_port(ServerProcess& process, Start start) {
  std::random_device random;
  for (int tries = 0; tries < 20; ++tries) {
    const int port = 10'000 + static_cast<int>(random() % 20'000);
    if (answers(port)) continue;
    process.take(start(port));
    while (!process.has_ended()) {
      if (answers(port)) return port;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
  throw std::runtime_error("no server starts");
}

int count(const std::string& text, const std::string& what) {
  int found = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + what.size())) ++found;
  return found;
}

std::string line_of(const std::string& output) {
  return output.substr(0, output.find('\n'));
}

}  // namespace

GitDaemon::GitDaemon(bool old, int seconds) {
  std::filesystem::create_directories(root());
  const std::string programs = line_of(shell(home_.path(), "git --exec-path"));
  std::map<std::string, std::string> environment{
      {"GIT_CONFIG_COUNT", "1"}, {"GIT_CONFIG_KEY_0", "safe.directory"}, {"GIT_CONFIG_VALUE_0", "*"}};
  if (old || seconds != 0) {
    // The daemon runs "git upload-pack"; make it find this git first.
    const std::string git = line_of(shell(home_.path(), "command -v git"));
    std::filesystem::create_directories(home_.path() / "bin");
    write_file(home_.path() / "bin" / "git",
               std::string("#!/bin/sh\n") + (old ? "unset GIT_PROTOCOL\n" : "") + "exec " +
                   (seconds != 0 ? "timeout " + std::to_string(seconds) + " " : "") + git + " \"$@\"\n");
    std::filesystem::permissions(home_.path() / "bin" / "git", std::filesystem::perms::owner_all);
    environment["PATH"] = (home_.path() / "bin").string() + ":" + getenv("PATH");
  }
  port_ = start_on_a_port(process_, [&](int port) {
    return start_server({programs + "/git-daemon", "--listen=127.0.0.1", "--port=" + std::to_string(port),
                         "--base-path=" + root().string(), "--export-all", "--reuseaddr", "--verbose",
                         "--log-destination=stderr", "--informative-errors"},
                        home_.path() / "log", environment);
  });
}

int GitDaemon::connections() const {
  // The first connection was made by answers().
  return count(read_file(home_.path() / "log"), "Connection from") - 1;
}

int GitDaemon::requests_for(const std::string& path) const {
  return count(read_file(home_.path() / "log"), "Request upload-pack for '" + path + "'");
}

SshServer::SshServer(const std::string& settings) {
  shell(home_.path(),
        "ssh-keygen -q -t ed25519 -N '' -f host && ssh-keygen -q -t ed25519 -N '' -f user && cp user.pub authorized");
  if (getuid() == 0) std::filesystem::create_directories("/run/sshd");
  const std::string home = home_.path().string();
  port_ = start_on_a_port(process_, [&](int port) {
    write_file(home_.path() / "server", "ListenAddress 127.0.0.1\nPort " + std::to_string(port) + "\nHostKey " + home +
                                            "/host\nAuthorizedKeysFile " + home +
                                            "/authorized\nPidFile none\nStrictModes no\nUsePAM no\n"
                                            "PasswordAuthentication no\nPermitRootLogin prohibit-password\n"
                                            "LogLevel VERBOSE\n" +
                                            settings);
    return start_server({"/usr/sbin/sshd", "-D", "-e", "-f", home + "/server"}, home_.path() / "log");
  });
  write_file(home_.path() / "client", "Host *\n  IdentityFile " + home +
                                          "/user\n  IdentitiesOnly yes\n  GlobalKnownHostsFile /dev/null\n"
                                          "  UserKnownHostsFile " +
                                          home + "/known\n");
  shell(home_.path(), "echo \"[127.0.0.1]:" + std::to_string(port_) + " $(cut -d' ' -f1,2 host.pub)\" > known");
}

std::string SshServer::url() const {
  const std::string user = line_of(shell(home_.path(), "id -un"));
  return "ssh://" + user + "@127.0.0.1:" + std::to_string(port_);
}

int SshServer::logins() const {
  return count(log(), "Accepted publickey");
}

}  // namespace eka::git::test
