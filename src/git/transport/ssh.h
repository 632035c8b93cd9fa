// ssh://: runs the user's ssh as a child process, so that keys, agents, jump hosts and known hosts work as usual.
//
//   <ssh> -o BatchMode=yes -o SendEnv=GIT_PROTOCOL [-p port] [user@]host "git-upload-pack '<path>'"
//
// GIT_PROTOCOL=version=2 is in its environment. It has no terminal: instead of a prompt there is an error with a hint.
// ssh uses the first value that it receives for an option, so BatchMode or StrictHostKeyChecking in the user's command
// take precedence; eka never disables host key checking. For a host with several addresses, see ssh_route.h.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "git/transport/channel.h"
#include "git/transport/ssh_route.h"
#include "git/transport/transport.h"

namespace eka::git {

// The ssh to run, in git's order: GIT_SSH_COMMAND, core.sshCommand, GIT_SSH, ssh.
struct SshProgram {
  std::string command = "ssh";
  bool for_shell = false;  // a shell command line, as the first two are, instead of the name of a program
};

// Reads the environment; `configured` is core.sshCommand, or empty.
SshProgram ssh_program(const std::string& configured);

class SshDialer final : public Dialer {
 public:
  // `routes`: null for a program that does not understand the options of OpenSSH.
  explicit SshDialer(SshProgram program, std::unique_ptr<SshRoutes> routes = nullptr)
      : program_(std::move(program)), routes_(std::move(routes)) {}
  // Does not wait for the connection: a failure is detected when its output is read.
  coro::Task<std::unique_ptr<Channel>> dial(atom::Url url) override;
  const SshProgram& program() const { return program_; }

 private:
  std::vector<std::string> words() const;

  SshProgram program_;
  std::unique_ptr<SshRoutes> routes_;
};

// Quotes `text` as one shell word, as git does.
std::string shell_quoted(std::string_view text);

// The error for a failed ssh: `words` is its standard error, `code` its exit code.
Error ssh_error(std::string_view words, int code, const std::string& host);

std::unique_ptr<Transport> ssh_transport(const TransportContext& context);

}  // namespace eka::git
