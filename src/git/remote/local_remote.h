// A repository on the local disk, bare or with a working tree, read through libgit2: starts no process, runs no hook.
//
// The refs and packs are those of git-upload-pack, except that objects are not deltified (the search would cost more
// than it saves on a local disk) and are in the order of the walk. Every step runs on the pool and none waits there: a
// pack is written in chunks, as the sink accepts them.
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
  // `url` has Scheme::file; `pool` must outlive the remote.
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
