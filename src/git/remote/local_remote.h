// A repository on this disk, bare or with a working tree, read through libgit2: no process is started, no hook runs.
//
// The refs and packs are those that git-upload-pack would give, with two differences that only a reader of packs could
// see: no deltas are searched for (the objects travel a few inches, and searching costs more than it saves), and the
// objects come in the order of the walk. Every step runs on the pool and none waits there: a pack is made a chunk at a
// time, as the sink takes it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "coro/run/pool.h"
#include "git/libgit2/libgit2.h"
#include "git/remote/remote.h"

namespace eka::git {

class LocalRemote final : public Remote {
 public:
  // `url` is of Scheme::file; `pool` must outlive it.
  LocalRemote(atom::Url url, coro::Pool& pool);

  using Remote::fetch;
  const atom::Url& url() const override { return url_; }
  coro::Task<std::vector<Ref>> ls_refs(std::vector<std::string> prefixes) override;
  coro::Task<> fetch(std::vector<atom::ObjectId> wants, net::ByteSink& sink, FetchOptions options) override;
  const net::Traffic& traffic() const override { return traffic_; }

 private:
  atom::Url url_;
  coro::Pool& pool_;
  Libgit2 library_;
  net::Traffic traffic_;
};

}  // namespace eka::git
