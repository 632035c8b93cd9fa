#include "net/download/download.h"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "net/http/http_settings.h"
#include "net/login/http_login.h"
#include "net/policy/http_error.h"

namespace eka::net {
namespace {

constexpr int most_redirects = 10;

// The validator for If-Range: a strong ETag, otherwise the date; empty if the server sent neither.
std::string validator_of(const HttpResponse& response) {
  std::string tag = response.header("ETag");
  if (tag.starts_with('"')) return tag;
  return response.header("Last-Modified");
}

HttpError refused(long status, const std::string& origin, std::optional<std::chrono::seconds> retry_after) {
  if (status != 404 && status != 410) return status_error(status, origin, retry_after);
  return HttpError(Error(Kind::remote, origin + ": file not found (HTTP status " + std::to_string(status) + ")")
                       .with_hint("check the URL"),
                   status);
}

class Download final : private HttpObserver {
 public:
  Download(const DownloadShared& shared, atom::Url url, FileSink& sink, Traffic& traffic, DownloadLimits limits,
           Retries retries)
      : shared_(shared),
        url_(std::move(url)),
        sink_(sink),
        traffic_(traffic),
        limits_(limits),
        retries_(std::move(retries)) {}

  coro::Task<> finish() {
    const auto attempt = [this] { return transfer(); };
    const auto on_retry = [this](const Error& failure) { before_retry(failure); };
    for (int resumptions = 0;; ++resumptions) {
      const bool complete = co_await coro::retry(retries_.policy(), retries_.clock(), attempt, on_retry);
      if (complete) co_return;
      if (resumptions == limits_.resumptions) {
        throw Error(Kind::remote, "the transfer from " + url_.origin() + " was interrupted too often");
      }
      ++traffic_.retries;
    }
  }

 private:
  // Adds the traffic of a response: what was received at each call of count(), the rest when it is destroyed.
  class Counted {
   public:
    Counted(const HttpResponse& response, Traffic& traffic) : response_(response), traffic_(traffic) {}
    ~Counted() {
      count();
      traffic_.bytes_sent += response_.bytes_sent();
    }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;

    void count() {
      const auto now = response_.bytes_received();
      traffic_.bytes_received += now - std::exchange(counted_, now);
    }

   private:
    const HttpResponse& response_;
    Traffic& traffic_;
    std::uint64_t counted_ = 0;
  };

  // Reads one response to its end. False: it was interrupted or does not match, but the next one can continue.
  coro::Task<bool> transfer() {
    const auto begun_with = sink_.size();
    try {
      const auto response = co_await ask();
      Counted counted(*response, traffic_);
      if (response->status() == 206 && !continues(*response)) co_return co_await begin_again();
      if (response->status() == 416) co_return co_await begin_again();
      if (response->status() == 200) {
        if (sink_.size() > 0) co_await sink_.restart();
        validator_ = validator_of(*response);
      }
      co_await copy(response.get(), &counted);
      co_return true;
    } catch (const Error& error) {
      // Without a validator the received bytes cannot be used, and the next attempt starts over.
      if (!error.is_retryable() || validator_.empty() || sink_.size() <= begun_with) throw;
    }
    co_return false;
  }

  coro::Task<bool> begin_again() {
    validator_.clear();
    co_await sink_.restart();
    co_return false;
  }

  coro::Task<> copy(HttpResponse* response, Counted* counted) {
    while (true) {
      counted->count();
      const std::string_view bytes = co_await response->read();
      if (bytes.empty()) co_return;
      const auto piece = std::as_bytes(std::span(bytes));
      co_await sink_.write(piece);
    }
  }

  // Returns the first response that is not a redirect: 200, 206 or 416.
  coro::Task<std::unique_ptr<HttpResponse>> ask() {
    atom::Url at = url_;
    for (int redirects = 0;; ++redirects) {
      auto response = co_await send(at);
      const long status = response->status();
      if (status == 200 || status == 206 || (status == 416 && sink_.size() > 0)) co_return response;
      const Counted counted(*response, traffic_);
      const bool redirected = status >= 300 && status < 400 && !response->location().empty();
      if (!redirected) throw refused(status, at.origin(), response->retry_after());
      if (redirects == most_redirects) throw Error(Kind::remote, url_.origin() + ": too many redirects");
      at = target(at, response->location());
    }
  }

  coro::Task<std::unique_ptr<HttpResponse>> send(const atom::Url& at) {
    const atom::Url* scope = is_at_home(at) ? &url_ : nullptr;
    HttpRequest request = request_to(at);
    co_return co_await send_with_logins(shared_.client, shared_.credentials, scope, std::move(request), traffic_,
                                        &Traffic::requests);
  }

  void connected() override { ++traffic_.connections; }
  void reused() override {}
  void repeated(Repeat why) override { retries_.note(url_.str(), why, traffic_); }
  void keeps_open(bool /*open*/) override {}

  bool is_at_home(const atom::Url& at) const { return at.origin() == url_.origin(); }

  HttpRequest request_to(const atom::Url& at) {
    HttpRequest out;
    out.url = at.origin() + at.path();
    HttpSettings settings = *shared_.settings_for(at);
    if (!is_at_home(at)) settings.headers.clear();
    out.settings = std::make_shared<const HttpSettings>(std::move(settings));
    out.body_limit = limits_.bytes;
    out.observer = this;
    if (sink_.size() > 0 && !validator_.empty()) {
      out.headers.push_back("Range: bytes=" + std::to_string(sink_.size()) + "-");
      out.headers.push_back("If-Range: " + validator_);
    }
    return out;
  }

  static atom::Url target(const atom::Url& from, const std::string& location) {
    const auto refuse = [&](const std::string& why) {
      return Error(Kind::remote, from.origin() + ": redirect refused: " + why);
    };
    auto to = atom::Url::parse(location);
    if (!to) throw refuse(to.error().message());
    if (!to->user().empty()) throw refuse("the URL contains a user name");
    const bool secure = to->scheme() == atom::Url::Scheme::https;
    if (!secure && to->scheme() != atom::Url::Scheme::http) throw refuse(printable(to->str(), 200));
    if (!secure && from.scheme() == atom::Url::Scheme::https) {
      throw refuse(printable(to->str(), 200) + " is not https");
    }
    return *std::move(to);
  }

  // "bytes <first>-<last>/<size>", starting at the current size.
  bool continues(const HttpResponse& response) const {
    return response.header("Content-Range").starts_with("bytes " + std::to_string(sink_.size()) + "-");
  }

  void before_retry(const Error& failure) { retries_.note(url_.str(), failure, traffic_); }

  DownloadShared shared_;
  atom::Url url_;
  FileSink& sink_;
  Traffic& traffic_;
  DownloadLimits limits_;
  Retries retries_;
  std::string validator_;
};

}  // namespace

coro::Task<> download(DownloadShared shared, atom::Url url, FileSink& sink, Traffic& traffic, DownloadLimits limits,
                      coro::RetryPolicy policy, coro::Clock& clock, TellRetry tell) {
  const auto where = url.str();
  Download transfer(shared, std::move(url), sink, traffic, limits, Retries(policy, clock, std::move(tell)));
  try {
    co_await transfer.finish();
  } catch (Error& error) {
    error.within("downloading " + where);
    throw;
  }
}

}  // namespace eka::net
