// libcurl's transfers, driven by the reactor.
//
// libcurl says which sockets it waits for and when it wants to be called anyway; the reactor waits, and calls it. No
// call blocks. libcurl owns its sockets and may close one at any time, so the reactor watches a duplicate of each,
// which it owns: neither can pull a descriptor away from under the other.
#pragma once

#include <map>
#include <memory>

#include "coro/task/task.h"
#include "net/http/curl.h"

namespace eka::net {

// Who is told that a transfer has ended. The easy handle's CURLOPT_PRIVATE points at it.
class TransferEnd {
 public:
  virtual void ended(CURLcode code) = 0;

 protected:
  ~TransferEnd() = default;
};

// Made shared: what the reactor still has queued keeps it alive for as long as it takes to see that it is over.
class HttpLoop : public std::enable_shared_from_this<HttpLoop> {
 public:
  explicit HttpLoop(coro::Executor reactor);
  ~HttpLoop();
  HttpLoop(const HttpLoop&) = delete;
  HttpLoop& operator=(const HttpLoop&) = delete;

  // All on the reactor, and never from inside one of libcurl's callbacks.
  void add(CURL* easy);
  void remove(CURL* easy);

 private:
  struct Watch;
  static int on_socket(CURL* easy, curl_socket_t socket, int what, void* self, void* unused);
  static int on_timer(CURLM* multi, long milliseconds, void* self);
  void set_timer(long milliseconds);
  void watch(curl_socket_t socket, int what);
  void arm(curl_socket_t socket, const std::shared_ptr<Watch>& watch);
  void act(curl_socket_t socket, int events);

  coro::Executor reactor_;
  Libcurl library_;
  asio::steady_timer timer_;
  std::map<curl_socket_t, std::shared_ptr<Watch>> watches_;
  MultiHandle multi_;  // last: its destruction still calls on_socket
};

}  // namespace eka::net
