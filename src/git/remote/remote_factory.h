// Opens remotes: the engine uses it for all access to repositories and files elsewhere. Connector (connector.h) is the
// real implementation; tests and simulations provide others.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "atom/names/url.h"
#include "coro/task/task.h"
#include "git/config/git_program.h"
#include "git/remote/remote.h"
#include "net/download/file_sink.h"
#include "net/policy/traffic.h"

namespace eka::git {

class RemoteFactory {
 public:
  virtual ~RemoteFactory() = default;

  // The remote at `url`. Does not connect: the first request does. The factory must outlive its remotes. Throws
  // Error(Kind::usage) for a scheme without a transport.
  virtual std::unique_ptr<Remote> open(const atom::Url& url) = 0;

  // Call this if the user of this run has named the repository at `url`, on the command line or in a manifest of the
  // working tree: it may then receive a command before it has responded to a handshake.
  virtual void named_by_user(const atom::Url& url) = 0;

  // The URL that the user's configuration substitutes for `url` (insteadOf): knowledge about a remote belongs to that
  // URL.
  virtual atom::Url reached_at(const atom::Url& url) const = 0;

  // Pushes from the repository at `directory`, as git::push().
  virtual coro::Task<std::vector<PushOutcome>> push(std::filesystem::path directory, atom::Url url,
                                                    std::vector<PushedRef> refs) = 0;

  // Downloads the file at `url` into `sink`: see net/download/download.h. Adds its cost to `traffic`.
  virtual coro::Task<> download(atom::Url url, net::FileSink& sink, net::Traffic& traffic) = 0;
};

}  // namespace eka::git
