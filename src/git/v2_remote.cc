#include "git/v2_remote.h"

#include <algorithm>
#include <span>
#include <utility>

#include "error/text.h"
#include "git/fetch.h"
#include "git/http_error.h"

namespace eka::git {
namespace {

// Cuts what a server says meanwhile into lines, which end with either "\n" or, for those that overwrite one another,
// "\r", and makes them fit for a terminal.
class ProgressLines {
 public:
  explicit ProgressLines(const std::function<void(std::string_view)>& tell) : tell_(tell) {}

  void feed(std::string_view bytes) {
    if (!tell_) return;
    for (const char c : bytes) {
      if (c != '\n' && c != '\r') {
        if (line_.size() < longest) line_ += c;
      } else if (!line_.empty()) {
        tell_(printable(line_, longest));
        line_.clear();
      }
    }
  }

 private:
  static constexpr std::size_t longest = 400;
  const std::function<void(std::string_view)>& tell_;
  std::string line_;
};

}  // namespace

struct V2Remote::FetchJob {
  std::vector<atom::ObjectId> wants;
  PackSink& sink;
  FetchOptions options;
  bool delivered = false;      // the sink has been given something: no more tries
  std::exception_ptr failure;  // that came after that
};

V2Remote::V2Remote(atom::Url url, std::unique_ptr<Session> session, coro::RetryPolicy policy, coro::Clock& clock)
    : url_(std::move(url)), session_(std::move(session)), policy_(policy), clock_(clock) {}

coro::Task<std::vector<Ref>> V2Remote::ls_refs(std::vector<std::string> prefixes) {
  const auto attempt = [this, &prefixes] { return try_ls_refs(&prefixes); };
  const auto on_retry = [this](const Error& failure) { before_retry(failure); };
  try {
    co_return co_await coro::retry(policy_, clock_, attempt, on_retry);
  } catch (Error& error) {
    error.within("listing the refs of " + url_.str());
    throw;
  }
}

// Once; and once more where the session knows a reason.
coro::Task<std::vector<Ref>> V2Remote::try_ls_refs(const std::vector<std::string>* prefixes) {
  co_await wait_as_asked();
  const unsigned generation = session_->generation();
  try {
    co_return co_await ls_refs_once(prefixes);
  } catch (const Error& error) {
    if (!session_->start_afresh(error, generation)) throw;
  }
  ++session_->traffic().retries;
  co_return co_await ls_refs_once(prefixes);
}

coro::Task<std::vector<Ref>> V2Remote::ls_refs_once(const std::vector<std::string>* prefixes) {
  const LsRefsLimits limits;
  const Capabilities server = co_await session_->capabilities();
  Command command;
  command.body = ls_refs_request(server, *prefixes);
  command.answer_limit = limits.bytes;
  command.compressible = true;
  const std::unique_ptr<Answer> answer = co_await session_->exchange(std::move(command));
  LsRefsParser parser(*prefixes, limits);
  while (true) {
    const std::string_view bytes = co_await answer->read();
    if (bytes.empty()) break;
    unwrap(parser.feed(bytes));
  }
  co_return unwrap(std::move(parser).finish());
}

coro::Task<> V2Remote::fetch(std::vector<atom::ObjectId> wants, PackSink& sink, FetchOptions options) {
  if (wants.empty()) co_return;
  FetchJob job{std::move(wants), sink, std::move(options), false, nullptr};
  std::ranges::sort(job.wants);
  const auto twice = std::ranges::unique(job.wants);
  job.wants.erase(twice.begin(), twice.end());
  const auto attempt = [this, &job] { return try_fetch(&job); };
  const auto on_retry = [this](const Error& failure) { before_retry(failure); };
  try {
    co_await coro::retry(policy_, clock_, attempt, on_retry);
    if (job.failure) std::rethrow_exception(job.failure);
  } catch (Error& error) {
    error.within("fetching from " + url_.str());
    throw;
  }
}

coro::Task<> V2Remote::try_fetch(FetchJob* job) {
  co_await wait_as_asked();
  const unsigned generation = session_->generation();
  try {
    co_await fetch_once(job);
    co_return;
  } catch (const Error& error) {
    if (job->delivered) {
      // Not for us to try again, though it may be retryable: only the caller can have a fresh sink.
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

coro::Task<> V2Remote::fetch_once(FetchJob* job) {
  const Capabilities server = co_await session_->capabilities();
  Command command;
  command.body = unwrap(fetch_request(server, job->wants, job->options));
  const std::unique_ptr<Answer> answer = co_await session_->exchange(std::move(command));
  FetchParser parser;
  ProgressLines progress(job->options.progress);
  while (true) {
    const std::string_view bytes = co_await answer->read();
    if (bytes.empty()) break;
    parser.feed(bytes);
    while (const auto event = unwrap(parser.next())) {
      if (event->type == FetchParser::Event::Type::progress) {
        progress.feed(event->bytes);
      } else {
        job->delivered = true;
        const auto pack = std::as_bytes(std::span(event->bytes));
        co_await job->sink.write(pack);
      }
    }
  }
  unwrap(parser.finish());
}

void V2Remote::before_retry(const Error& failure) {
  ++session_->traffic().retries;
  const auto* http = dynamic_cast<const HttpError*>(&failure);
  if (http != nullptr && http->retry_after()) not_before_ = clock_.now() + *http->retry_after();
}

coro::Task<> V2Remote::wait_as_asked() {
  const auto until = std::exchange(not_before_, std::nullopt);
  if (!until) co_return;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*until - clock_.now());
  if (left.count() > 0) co_await clock_.sleep(left);
}

}  // namespace eka::git
