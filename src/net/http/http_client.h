// HTTP requests as coroutines. Connections are kept alive and shared by all users of a client, HTTP/2 is used where TLS
// negotiates it, bodies are delivered as they arrive.
//
// Security rules are enforced by the callers (http_session.h): this client follows no redirects, uses only the
// credentials of the request, and reads neither netrc nor cookies. Proxy and certificates are those of the request's
// HttpSettings.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coro/task/clock.h"
#include "coro/task/limiter.h"
#include "coro/task/task.h"
#include "net/http/http_settings.h"
#include "net/policy/host_gate.h"
#include "net/policy/host_rest.h"
#include "net/policy/repeat_rule.h"

namespace eka::net {

class HttpLoop;

struct HttpLimits {
  std::chrono::milliseconds connect{20'000};  // for name resolution, TCP and TLS together
  // A transfer that receives fewer than `slowest` bytes per second for this long has stalled. Its total duration is not
  // limited: a clone may take an hour. Time spent waiting for our own reader does not count.
  std::chrono::seconds stall{120};
  long slowest = 64;
  std::chrono::seconds longest_rest{60};        // how long to wait for a busy host (host_rest.h)
  std::size_t sockets = 256;                    // open at once, to all hosts
  std::size_t buffer = std::size_t{256} << 10;  // unread bytes of a body; beyond it the server has to wait
};

// Receives events about the connection of a request, on the reactor. Must not throw, and must outlive the response.
class HttpObserver {
 public:
  virtual void connected() = 0;           // a new connection has been opened
  virtual void reused() = 0;              // the response has begun on a connection that had carried another request
  virtual void repeated(Repeat why) = 0;  // the request is sent again, on a new connection
  // Whether the server keeps the connection open, according to the first response on it.
  virtual void keeps_open(bool open) = 0;

 protected:
  ~HttpObserver() = default;
};

struct HttpRequest {
  std::string url;             // without user and password
  std::string user, password;  // sent preemptively, as Basic, if there is a user
  std::vector<std::string> headers;
  std::shared_ptr<const HttpSettings> settings;  // null: the defaults of libcurl
  std::optional<std::string> body;               // if present, the request is a POST, or a PUT
  bool put = false;                              // the body is sent with PUT
  bool persists = true;  // whether the server is known to keep connections open: see repeat_rule.h
  Patience patience = Patience::waits;
  HttpObserver* observer = nullptr;
  // How many requests to the same host wait for this one: when its connection is open, theirs are opened, if the URL is
  // http (spare_sockets.h). Must not throw.
  std::function<std::size_t()> followers;
  bool compressed = false;                                               // lets the server compress its response
  std::uint64_t body_limit = std::numeric_limits<std::uint64_t>::max();  // of the response, decompressed
};

// A response whose headers have arrived. Destroying it abandons the unread rest.
class HttpResponse {
 public:
  virtual ~HttpResponse() = default;

  virtual long status() const = 0;
  virtual std::string content_type() const = 0;     // lower case, without parameters
  virtual const std::string& location() const = 0;  // of a redirect, absolute; otherwise empty
  virtual std::optional<std::chrono::seconds> retry_after() const = 0;
  virtual std::string header(const char* name) const = 0;  // the last header of that name; empty if there is none

  // Returns the next bytes of the body, valid until the next call; empty at its end. Throws HttpError if the transfer
  // fails, Error if the body exceeds its limit.
  virtual coro::Task<std::string_view> read() = 0;

  // From sending the request to the first byte of the response; excludes connecting and queueing.
  virtual std::chrono::microseconds answer_time() const = 0;

  // So far, including headers, before decompression.
  virtual std::uint64_t bytes_received() const = 0;
  virtual std::uint64_t bytes_sent() const = 0;
};

// Reads a short body that is not needed, so that its connection can be reused. Failures are ignored.
coro::Task<> drain(HttpResponse* response);

class HttpClient {
 public:
  // A turn of one request at its host.
  struct Turn {
    Turn(HostRests::Turn the_rest, HostGate::Pass the_pass) : rest(std::move(the_rest)), pass(std::move(the_pass)) {}
    HostRests::Turn rest;
    HostGate::Pass pass;
  };

  // All requests are made, and resume, on `reactor`. `clock` measures the rests of busy hosts and must outlive it.
  explicit HttpClient(coro::Executor reactor, HttpLimits limits = {}, coro::Clock& clock = coro::Clock::system(),
                      HostRests::TellWait tell = {});
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Waits for a turn at the host of `url`; throws as HostRests::enter().
  coro::Task<Turn> turn(std::string url, HostRests::Ticket* ticket);

  // Sends the request, and resumes when status and headers have arrived, for any status. Throws HttpError (status 0) if
  // there is no response. Returns null if nothing has been sent because the host has become busy in the meantime:
  // request another turn. Responses may outlive the client.
  coro::Task<std::unique_ptr<HttpResponse>> send(HttpRequest request, Turn turn, HostRests::Ticket* ticket);

  // Both together: sends it once, without a wait for a busy host after the response (send_patiently.h).
  coro::Task<std::unique_ptr<HttpResponse>> send(HttpRequest request);

  // Whether a request to the host of `url` may still wait for it.
  bool may_wait(const std::string& url, const HostRests::Ticket& ticket) const;

 private:
  HttpLimits limits_;
  coro::Clock& clock_;
  HostRests rests_;
  std::shared_ptr<const HttpSettings> plain_;
  std::shared_ptr<HttpLoop> loop_;
  HostGate gate_;
  std::shared_ptr<coro::Limiter> sockets_;  // responses may outlive the client
};

}  // namespace eka::net
