// Runs libcurl's transfers on the reactor.
//
// libcurl reports which sockets it waits for and when its timer expires; the reactor waits and then calls it. No call
// blocks. libcurl owns its sockets and may close them at any time, so the reactor watches a duplicate of each, which it
// owns: neither closes a descriptor that the other is using.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "coro/task/task.h"
#include "net/http/curl.h"
#include "net/http/spare_sockets.h"

namespace eka::net {

// Notified when a transfer has ended. The easy handle's CURLOPT_PRIVATE points to it.
class TransferEnd {
 public:
  virtual void ended(CURLcode code) = 0;

 protected:
  ~TransferEnd() = default;
};

// Owned by shared pointers: handlers queued on the reactor hold weak pointers to it, and do nothing once it is gone.
class HttpLoop : public std::enable_shared_from_this<HttpLoop> {
 public:
  explicit HttpLoop(coro::Executor reactor);
  ~HttpLoop();
  HttpLoop(const HttpLoop&) = delete;
  HttpLoop& operator=(const HttpLoop&) = delete;

  // Call on the reactor only, and never from a callback of libcurl.
  void add(CURL* easy);
  void remove(CURL* easy);

  SpareSockets& spares() { return spares_; }

  // The file of certificate authorities in place of libcurl's own (ca_bundle.h), looked for once; empty for that one.
  const std::string& ca_bundle();

 private:
  struct Watch;
  static int on_socket(CURL* easy, curl_socket_t socket, int what, void* self, void* unused);
  static int on_timer(CURLM* multi, long milliseconds, void* self);
  void set_timer(long milliseconds);
  void watch(curl_socket_t socket, int what);
  void arm(curl_socket_t socket, const std::shared_ptr<Watch>& watch);
  void act(curl_socket_t socket, int events);

  coro::Executor reactor_;
  SpareSockets spares_;
  Libcurl library_;
  std::optional<std::string> ca_bundle_;
  asio::steady_timer timer_;
  std::map<curl_socket_t, std::shared_ptr<Watch>> watches_;
  MultiHandle multi_;  // last: its destruction still calls on_socket
};

}  // namespace eka::net
