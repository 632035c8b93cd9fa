// One HTTP request and its response, on an HttpLoop.
#pragma once

#include <array>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "coro/task/wakeup.h"
#include "net/http/http_client.h"
#include "net/http/http_loop.h"

namespace eka::net {

// scheme://host[:port] of a URL without user.
std::string host_of(const std::string& url);

// A permit for one of a limited number of sockets.
struct SocketTurn {
  SocketTurn() = default;  // declared, so that this is not an aggregate: see the warning in task.h

  std::shared_ptr<coro::Limiter> limiter;  // outlives the permit
  coro::Limiter::Permit permit;
};

class HttpTransfer final : public HttpResponse, private TransferEnd {
 public:
  HttpTransfer(std::shared_ptr<HttpLoop> loop, HostGate::Pass pass, SocketTurn turn, HttpRequest request,
               const HttpLimits& limits, coro::Clock& clock, std::function<bool()> is_held_back);
  ~HttpTransfer() override;

  // Sends the request and waits for the headers.
  coro::Task<> start();
  // Nothing was sent, because `is_held_back` returned true when the connection was ready.
  bool was_held_back() const { return held_back_; }

  long status() const override { return status_; }
  std::string content_type() const override;
  const std::string& location() const override { return location_; }
  std::optional<std::chrono::seconds> retry_after() const override;
  std::string header(const char* name) const override;
  coro::Task<std::string_view> read() override;
  std::chrono::microseconds answer_time() const override;
  std::uint64_t bytes_received() const override;
  std::uint64_t bytes_sent() const override;

 private:
  static int on_ready(void* self, char* address, char* own_address, int port, int own_port);
  static curl_socket_t on_open_socket(void* self, curlsocktype purpose, curl_sockaddr* address);
  static int on_socket_options(void* self, curl_socket_t socket, curlsocktype purpose);
  static std::size_t on_header(char* data, std::size_t one, std::size_t size, void* self);
  static std::size_t on_body(char* data, std::size_t one, std::size_t size, void* self);
  void configure(const HttpLimits& limits);
  void configure_peers(const HttpSettings& settings);
  void configure_sockets();
  bool may_send();
  void open_for_followers(const char* address, int port);
  void tell_of_repeat(Repeat why);
  void begin_again();
  bool server_keeps_open() const;
  void take_header(std::string_view line);
  std::size_t take_body(std::string_view bytes);
  void ended(CURLcode code) override;
  void throw_if_failed() const;
  coro::Task<> sleep();

  std::shared_ptr<HttpLoop> loop_;
  std::optional<HostGate::Pass> pass_;
  std::optional<SocketTurn> turn_;
  HttpRequest request_;
  std::string host_;
  std::size_t buffer_limit_;
  coro::Clock& clock_;
  std::function<bool()> is_held_back_;
  bool held_back_ = false;
  EasyHandle easy_;
  HeaderList headers_;
  std::array<char, CURL_ERROR_SIZE> detail_{};

  long connections_ = 0;                   // opened by libcurl for this transfer
  curl_socket_t spare_ = CURL_SOCKET_BAD;  // given to libcurl last, already connected
  bool sent_ = false;                      // at least once
  bool used_before_ = false;               // the connection had carried another request
  bool repeated_ = false;
  bool needs_new_ = false;  // must be repeated, but libcurl chose another used connection

  long status_ = 0;
  std::string location_;
  std::string buffer_;      // received, not yet read
  std::string handed_out_;  // returned by the last read()
  std::uint64_t decoded_ = 0;
  bool added_ = false;
  bool headers_complete_ = false;
  bool paused_ = false;
  bool over_limit_ = false;
  std::optional<CURLcode> result_;  // set when it has ended
  std::exception_ptr thrown_;       // by a callback
  coro::Wakeup wakeup_;
};

}  // namespace eka::net
