#include "git/remote/wire_remote.h"

#include <algorithm>
#include <utility>

#include "git/remote/pack_receiver.h"
#include "git/remote/v0_exchange.h"
#include "git/wire/fetch.h"
#include "git/wire/wants.h"
#include "net/policy/http_error.h"

namespace eka::git {
namespace {

// Throws the same error, but not retryable: enough attempts were made.
[[noreturn]] void throw_final(const Error& error) {
  Error out = Error(error.kind(), error.message()).with_hint(error.hint());
  for (const auto& context : error.context()) out.within(context);
  if (const auto* const http = dynamic_cast<const net::HttpError*>(&error)) {
    throw net::HttpError(std::move(out), http->status(), http->retry_after(), http->is_unreachable());
  }
  throw out;
}

}  // namespace

WireRemote::WireRemote(atom::Url url, std::unique_ptr<Session> session, coro::RetryPolicy policy, coro::Clock& clock,
                       std::chrono::seconds longest_silence, net::TellRetry tell)
    : url_(std::move(url)),
      session_(std::move(session)),
      retries_(policy, clock, std::move(tell)),
      longest_silence_(longest_silence) {
  session_->tell_repeats([this](net::Repeat why) { retries_.note(url_.str(), why, session_->traffic()); });
}

coro::Task<std::vector<Ref>> WireRemote::ls_refs(std::vector<std::string> prefixes) {
  const auto attempt = [this, &prefixes] { return try_ls_refs(&prefixes); };
  const auto on_retry = [this](const Error& failure) { before_retry(failure); };
  try {
    co_return co_await coro::retry(retries_.policy(), retries_.clock(), attempt, on_retry);
  } catch (Error& error) {
    error.within("listing the refs of " + url_.str());
    throw;
  }
}

// Tries once, and once more if the session knows a reason.
coro::Task<std::vector<Ref>> WireRemote::try_ls_refs(const std::vector<std::string>* prefixes) {
  const unsigned generation = session_->generation();
  try {
    co_return co_await ls_refs_once(prefixes);
  } catch (const Error& error) {
    if (!session_->start_afresh(error, generation)) throw;
  }
  ++session_->traffic().retries;
  co_return co_await ls_refs_once(prefixes);
}

coro::Task<std::vector<Ref>> WireRemote::ls_refs_once(const std::vector<std::string>* prefixes) {
  if (!speaks_v0_) {
    try {
      co_return co_await v2_ls_refs(prefixes, net::Patience::waits);
    } catch (const NotProtocolV2&) {
      speaks_v0_ = true;
    }
  }
  co_return co_await v0_ls_refs(session_.get(), prefixes);
}

// A server may limit the size of requests (413): then half of the prefixes are sent at a time.
coro::Task<std::vector<Ref>> WireRemote::v2_ls_refs(const std::vector<std::string>* prefixes, net::Patience patience) {
  try {
    co_return co_await v2_ls_refs_at_once(prefixes, patience);
  } catch (const net::HttpError& error) {
    if (error.status() != net::body_too_large || prefixes->size() < 2) throw;
  }
  const auto middle = prefixes->begin() + static_cast<std::ptrdiff_t>(prefixes->size() / 2);
  const std::vector<std::string> first(prefixes->begin(), middle);
  const std::vector<std::string> second(middle, prefixes->end());
  std::vector<Ref> out = co_await v2_ls_refs(&first, patience);
  const std::vector<Ref> more = co_await v2_ls_refs(&second, patience);
  out.insert(out.end(), more.begin(), more.end());
  std::ranges::sort(out, {}, &Ref::name);
  const auto twice = std::ranges::unique(out, {}, &Ref::name);
  out.erase(twice.begin(), twice.end());
  co_return out;
}

coro::Task<std::vector<Ref>> WireRemote::v2_ls_refs_at_once(const std::vector<std::string>* prefixes,
                                                            net::Patience patience) {
  const LsRefsLimits limits;
  const Capabilities server = co_await session_->capabilities(Session::Certainty::presumed, patience);
  Command command;
  command.body = ls_refs_request(server, *prefixes);
  command.answer_limit = limits.bytes;
  command.compressible = true;
  command.patience = patience;
  const std::unique_ptr<Answer> answer = co_await session_->exchange(std::move(command));
  LsRefsParser parser(*prefixes, limits);
  while (true) {
    const std::string_view bytes = co_await answer->read();
    if (bytes.empty()) break;
    unwrap(parser.feed(bytes));
  }
  co_return unwrap(std::move(parser).finish());
}

coro::Task<> WireRemote::greet() {
  try {
    co_await session_->capabilities(Session::Certainty::known, net::Patience::hasty);
  } catch (const NotProtocolV2&) {
    speaks_v0_ = true;  // the server has responded
  }
}

coro::Task<> WireRemote::fetch(std::vector<atom::ObjectId> wants, net::ByteSink& sink, FetchOptions options) {
  if (wants.empty()) co_return;
  FetchJob job(std::move(wants), sink, std::move(options));
  job.clock = &retries_.clock();
  job.longest_silence = longest_silence_;
  const auto attempt = [this, &job] { return try_fetch(&job); };
  const auto on_retry = [this](const Error& failure) { before_retry(failure); };
  coro::RetryPolicy policy = retries_.policy();
  if (job.options.hasty) policy.attempts = 1;
  if (job.options.again) ++session_->traffic().retries;
  try {
    co_await coro::retry(policy, retries_.clock(), attempt, on_retry);
    if (job.failure) std::rethrow_exception(job.failure);
  } catch (Error& error) {
    error.within("fetching from " + url_.str());
    if (error.is_retryable() && !job.delivered && !job.options.hasty) throw_final(error);
    throw;
  }
}

coro::Task<> WireRemote::try_fetch(FetchJob* job) {
  const unsigned generation = session_->generation();
  try {
    co_await fetch_once(job);
    co_return;
  } catch (const Error& error) {
    if (job->delivered) {
      // Not retried here even if it is retryable: only the caller can provide a new sink.
      job->failure = std::current_exception();
      co_return;
    }
    if (!session_->start_afresh(error, generation)) throw;
  }
  ++session_->traffic().retries;
  try {
    co_await fetch_once(job);
  } catch (const Error&) {
    if (!job->delivered) throw;
    job->failure = std::current_exception();
  }
}

coro::Task<> WireRemote::fetch_once(FetchJob* job) {
  if (!speaks_v0_) {
    try {
      co_await v2_fetch(job);
      co_return;
    } catch (const NotProtocolV2&) {
      speaks_v0_ = true;
    }
  }
  co_await v0_fetch(session_.get(), job);
}

coro::Task<> WireRemote::v2_fetch(FetchJob* job) {
  const bool filters = job->options.filter != Filter::none;
  const Session::Certainty certainty = filters ? Session::Certainty::known : Session::Certainty::presumed;
  const Capabilities server = co_await session_->capabilities(certainty, job->patience());
  if (session_->gives_by_id()) {
    const bool given = co_await v2_fetch_ids(&server, &job->wants, job);
    if (given) co_return;
  }
  const std::vector<std::string> prefixes = prefixes_for_wants(job->wants, job->options.known_refs);
  const std::vector<Ref> refs = co_await v2_ls_refs(&prefixes, job->patience());
  const auto found = wants_among(refs, job->wants, job->options.known_refs);
  if (!found) throw ObjectsRefused(found.error());
  const Wants& wants = *found;
  if (wants.whole_history) job->options.depth = 0;
  const bool given = co_await v2_fetch_ids(&server, &wants.ids, job);
  if (!given) {
    throw ObjectsRefused(
        Error(Kind::remote, "the server refuses requests for objects by id, even for the targets of its refs"));
  }
  session_->refuses_ids();
}

// False if the server does not allow fetching one of them by id.
coro::Task<bool> WireRemote::v2_fetch_ids(const Capabilities* server, const std::vector<atom::ObjectId>* ids,
                                          FetchJob* job) {
  Command command;
  auto body = fetch_request(*server, *ids, job->options);
  if (!body) throw CapabilityMissing(body.error());
  command.body = *std::move(body);
  command.patience = job->patience();
  const std::unique_ptr<Answer> answer = co_await session_->exchange(std::move(command));
  FetchParser parser;
  try {
    co_await receive_pack(answer.get(), &parser, job);
  } catch (const Error& error) {
    if (!parser.refused_want()) throw;
    // In v2, git itself serves every object that it has, so objects that it refuses do not exist. Check first whether
    // the server is git.
    const bool is_git = server->value("agent").value_or("").starts_with("git/");
    if (is_git || server->is_presumed()) throw ObjectsRefused(error);
  }
  co_return !parser.refused_want();
}

void WireRemote::before_retry(const Error& failure) {
  retries_.note(url_.str(), failure, session_->traffic());
}

}  // namespace eka::git
