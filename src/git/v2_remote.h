// A remote that is spoken to in protocol v2, over any kind of session.
//
// Retries (engine law 5): transient failures are tried again with growing, jittered delays, or after the time that the
// server asked for, and are counted; refusals and broken protocol are not. A fetch is tried again only as long as no
// byte of its pack has reached the sink.
#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "coro/retry.h"
#include "git/ls_refs.h"
#include "git/remote.h"
#include "git/session.h"

namespace eka::git {

class V2Remote final : public Remote {
 public:
  // `clock` must outlive it.
  V2Remote(atom::Url url, std::unique_ptr<Session> session, coro::RetryPolicy policy = {},
           coro::Clock& clock = coro::Clock::system());

  using Remote::fetch;
  const atom::Url& url() const override { return url_; }
  coro::Task<std::vector<Ref>> ls_refs(std::vector<std::string> prefixes) override;
  coro::Task<> fetch(std::vector<atom::ObjectId> wants, PackSink& sink, FetchOptions options) override;
  const Traffic& traffic() const override { return session_->traffic(); }

 private:
  struct FetchJob;
  coro::Task<std::vector<Ref>> try_ls_refs(const std::vector<std::string>* prefixes);
  coro::Task<std::vector<Ref>> ls_refs_once(const std::vector<std::string>* prefixes);
  coro::Task<> try_fetch(FetchJob* job);
  coro::Task<> fetch_once(FetchJob* job);
  coro::Task<> wait_as_asked();
  void before_retry(const Error& failure);

  atom::Url url_;
  std::unique_ptr<Session> session_;
  coro::RetryPolicy policy_;
  coro::Clock& clock_;
  std::optional<std::chrono::steady_clock::time_point> not_before_;  // as the server asked with Retry-After
};

}  // namespace eka::git
