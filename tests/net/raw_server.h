// An HTTP server that sends exactly the given bytes, and can close or reset its connections.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace eka::net::test {

class RawServer {
 public:
  // The connection being served. Used on the server's thread.
  class Connection {
   public:
    explicit Connection(int fd) : fd_(fd) {}
    // False if the client has disconnected or the server ends.
    bool send(std::string_view bytes);
    void reset();  // closes with RST
    // Blocks until the client disconnects or the server ends.
    void wait_for_end();

   private:
    friend class RawServer;
    int fd_;
  };

  // `respond` is called for each request, with head and body, and may send anything; the connection is closed if it
  // returns false.
  using Respond = std::function<bool(Connection& connection, const std::string& request)>;
  explicit RawServer(Respond respond);
  ~RawServer();
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  int requests() const { return requests_; }
  int connections() const { return connections_; }

 private:
  void serve();
  void serve_one(int fd);

  Respond respond_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<int> requests_ = 0;
  std::atomic<int> connections_ = 0;
  std::atomic<bool> ending_ = false;
  std::mutex mutex_;
  std::vector<int> open_;
  std::vector<std::jthread> threads_;
  std::jthread acceptor_;
};

// A response with a Content-Length.
std::string http_response(std::string_view status, std::string_view content_type, std::string_view body,
                          std::string_view more_headers = {});

}  // namespace eka::net::test
