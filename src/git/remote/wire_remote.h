// A remote that is accessed over the network with any kind of session: in protocol v2, or in v0 or v1 if the server
// does not support v2. The results are the same; what v2 requests by prefix is then selected here from the complete
// list.
//
// Objects are requested by id. If a server refuses one, the targets of its refs are listed and requested instead
// (wants.h); a host that does so is remembered.
//
// Transient failures are retried and counted, with growing, jittered delays, or after the time requested by the server;
// refusals and protocol errors are not. A fetch is retried only as long as no byte of its pack has reached the sink.
//
// A server may need time to create a pack, and keep the connection alive in the meantime, but only for a limited time.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "git/remote/remote.h"
#include "git/transport/session.h"
#include "git/wire/ls_refs.h"
#include "net/policy/retries.h"

namespace eka::git {

struct FetchJob;

class WireRemote final : public Remote {
 public:
  // `clock` must outlive it.
  WireRemote(atom::Url url, std::unique_ptr<Session> session, coro::RetryPolicy policy = {},
             coro::Clock& clock = coro::Clock::system(),
             std::chrono::seconds longest_silence = std::chrono::minutes(20), net::TellRetry tell = {});

  using Remote::fetch;
  const atom::Url& url() const override { return url_; }
  coro::Task<std::vector<Ref>> ls_refs(std::vector<std::string> prefixes) override;
  coro::Task<> fetch(std::vector<atom::ObjectId> wants, net::ByteSink& sink, FetchOptions options) override;
  coro::Task<> greet() override;
  const net::Traffic& traffic() const override { return session_->traffic(); }

 private:
  coro::Task<std::vector<Ref>> try_ls_refs(const std::vector<std::string>* prefixes);
  coro::Task<std::vector<Ref>> ls_refs_once(const std::vector<std::string>* prefixes);
  coro::Task<std::vector<Ref>> v2_ls_refs(const std::vector<std::string>* prefixes, net::Patience patience);
  coro::Task<std::vector<Ref>> v2_ls_refs_at_once(const std::vector<std::string>* prefixes, net::Patience patience);
  coro::Task<> try_fetch(FetchJob* job);
  coro::Task<> fetch_once(FetchJob* job);
  coro::Task<> v2_fetch(FetchJob* job);
  coro::Task<bool> v2_fetch_ids(const Capabilities* server, const std::vector<atom::ObjectId>* ids, FetchJob* job);
  void before_retry(const Error& failure);

  atom::Url url_;
  std::unique_ptr<Session> session_;
  net::Retries retries_;
  bool speaks_v0_ = false;
  std::chrono::seconds longest_silence_;  // maximum time without pack data while other bytes arrive
};

}  // namespace eka::git
