// ssh://: the user's own ssh as a child, so that keys, agents, jump hosts and known hosts are where they always were.
//
//   <ssh> -o BatchMode=yes -o SendEnv=GIT_PROTOCOL [-p port] [user@]host "git-upload-pack '<path>'"
//
// with GIT_PROTOCOL=version=2 in its environment, and no terminal: what would be a prompt is an error that says what to
// do. ssh takes the first value that it is given for an option, so a BatchMode or a StrictHostKeyChecking of the user's
// own command stays in force; we never ask for unchecked host keys.
#pragma once

#include <string>

#include "git/transport/channel.h"
#include "git/transport/transport.h"

namespace eka::git {

// Which ssh, in git's own order: GIT_SSH_COMMAND, core.sshCommand, GIT_SSH, ssh.
struct SshProgram {
  std::string command = "ssh";
  bool for_shell = false;  // a line of shell, as the first two are, rather than the name of a program
};

// From the environment; `configured` is core.sshCommand, or empty.
SshProgram ssh_program(const std::string& configured);

class SshDialer final : public Dialer {
 public:
  explicit SshDialer(SshProgram program) : program_(std::move(program)) {}
  // Does not wait for the connection: that it failed is found out when nothing comes to be read.
  coro::Task<std::unique_ptr<Channel>> dial(atom::Url url) override;
  const SshProgram& program() const { return program_; }

 private:
  SshProgram program_;
};

// `text` as one word of a shell, as git quotes it.
std::string shell_quoted(std::string_view text);

// What a failed ssh comes to: `words` is its standard error, `code` its exit code.
Error ssh_error(std::string_view words, int code, const std::string& host);

std::unique_ptr<Transport> ssh_transport(const TransportContext& context);

}  // namespace eka::git
