// HTTP requests as coroutines: connections are kept alive and shared by all who use one client, HTTP/2 is spoken where
// TLS agrees on it, bodies arrive as they are read.
//
// The rules that keep secrets and machines safe are those of the callers' (http_session.h): this client follows no
// redirect, knows no credentials but those of the request, reads neither netrc nor cookies. Proxy and certificates are
// those of the request's HttpSettings.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coro/task/limiter.h"
#include "coro/task/retry.h"
#include "coro/task/task.h"
#include "net/http/http_settings.h"
#include "net/policy/host_gate.h"
#include "net/policy/repeat_rule.h"

namespace eka::net {

class HttpLoop;

struct HttpLimits {
  std::chrono::milliseconds connect{20'000};  // for name, TCP and TLS together
  // A transfer that brings fewer than `slowest` bytes a second for so long has stalled. There is no other limit to how
  // long one takes: a clone may take an hour. Time spent in the reader of the data does not count.
  std::chrono::seconds stall{120};
  long slowest = 64;
  // After an answer 429 or 503 no request is sent to the host for the time in Retry-After or, without that, for a time
  // that doubles. There is no such pause if it would be longer than this.
  std::chrono::seconds longest_pause{60};
  std::size_t sockets = 256;                    // at once, to all hosts
  std::size_t buffer = std::size_t{256} << 10;  // of a body that nobody reads yet; then the server has to wait
};

// Receives, on the reactor, events about the connection of a request. Must not throw, and must outlive the answer.
class HttpObserver {
 public:
  virtual void connected() = 0;           // a new connection has been opened
  virtual void reused() = 0;              // the answer has begun on a connection that had carried another request
  virtual void repeated(Repeat why) = 0;  // the request is sent again, on a new connection
  // Whether the server keeps the connection open, according to the first answer on it.
  virtual void keeps_open(bool open) = 0;

 protected:
  ~HttpObserver() = default;
};

struct HttpRequest {
  std::string url;             // without user and password
  std::string user, password;  // sent at once, as Basic, when there is a user
  std::vector<std::string> headers;
  std::shared_ptr<const HttpSettings> settings;  // none: the defaults of libcurl
  std::optional<std::string> body;               // a POST, when there is one
  bool persists = true;                          // what is known of the server: see repeat_rule.h
  HttpObserver* observer = nullptr;
  bool compressed = false;                                               // let the server compress its answer
  std::uint64_t body_limit = std::numeric_limits<std::uint64_t>::max();  // of the answer, decompressed
};

// An answer whose headers have arrived. Destroying it abandons what has not been read.
class HttpResponse {
 public:
  virtual ~HttpResponse() = default;

  virtual long status() const = 0;
  virtual std::string content_type() const = 0;     // lower case, without parameters
  virtual const std::string& location() const = 0;  // of a redirect, absolute; else empty
  virtual std::optional<std::chrono::seconds> retry_after() const = 0;
  virtual std::string header(const char* name) const = 0;  // the last of that name; empty when there is none

  // The next bytes of the body, valid until the next call; empty at its end. Throws HttpError for a transfer that
  // broke, Error for a body over its limit.
  virtual coro::Task<std::string_view> read() = 0;

  // From the request's being sent to the first byte of the answer: neither connecting nor waiting in line.
  virtual std::chrono::microseconds answer_time() const = 0;

  // As of now, headers included, before decompression.
  virtual std::uint64_t bytes_received() const = 0;
  virtual std::uint64_t bytes_sent() const = 0;
};

// Reads a short body that nobody wants, so that its connection can be used again. What goes wrong with it is not told.
coro::Task<> drain(HttpResponse* response);

class HttpClient {
 public:
  // All requests are made, and resume, on `reactor`. `clock`, which times the pauses of busy hosts, must outlive it.
  explicit HttpClient(coro::Executor reactor, HttpLimits limits = {}, coro::Clock& clock = coro::Clock::system());
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Waits for its turn at the host, sends, and resumes when the status and headers are here, whatever they are.
  // Throws HttpError(status 0) when there are none. Answers may outlive the client.
  coro::Task<std::unique_ptr<HttpResponse>> send(HttpRequest request);

 private:
  struct Pause {
    std::chrono::steady_clock::time_point until;
    int answers = 0;  // that said busy, one after another
  };
  coro::Task<HostGate::Pass> turn_at(const std::string& host);
  std::chrono::milliseconds left_of_pause(const std::string& host);
  void note_answer(const std::string& host, const HttpResponse& response);

  HttpLimits limits_;
  coro::Clock& clock_;
  std::map<std::string, Pause> pauses_;
  std::shared_ptr<const HttpSettings> plain_;
  std::shared_ptr<HttpLoop> loop_;
  HostGate gate_;
  std::shared_ptr<coro::Limiter> sockets_;  // answers may outlive the client
};

}  // namespace eka::net
