#include "tests/net/raw_server.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace eka::net::test {

bool RawServer::Connection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void RawServer::Connection::reset() {
  const linger hard{.l_onoff = 1, .l_linger = 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
}

void RawServer::Connection::wait_for_end() {
  char byte = 0;
  while (::recv(fd_, &byte, 1, 0) > 0) {
  }
}

RawServer::RawServer(Respond respond) : respond_(std::move(respond)) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener_, generic, size) != 0 || listen(listener_, 64) != 0 ||
      getsockname(listener_, generic, &size) != 0) {
    throw std::runtime_error("no socket to listen on");
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::jthread([this] { serve(); });
}

RawServer::~RawServer() {
  ending_ = true;
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  {
    const std::lock_guard lock(mutex_);
    for (const int fd : open_) shutdown(fd, SHUT_RDWR);
  }
  threads_.clear();
  close(listener_);
}

void RawServer::serve() {
  while (!ending_) {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    ++connections_;
    const std::lock_guard lock(mutex_);
    open_.push_back(fd);
    threads_.emplace_back([this, fd] { serve_one(fd); });
  }
}

void RawServer::serve_one(int fd) {
  Connection connection(fd);
  std::string received;
  char buffer[65536];
  bool going_on = true;
  while (going_on) {
    const std::size_t head = received.find("\r\n\r\n");
    std::size_t whole = std::string::npos;
    if (head != std::string::npos) {
      std::size_t length = 0;
      if (const std::size_t at = received.find("Content-Length: "); at < head) {
        std::from_chars(received.data() + at + 16, received.data() + head, length);
      }
      whole = head + 4 + length;
    }
    if (whole <= received.size()) {
      ++requests_;
      going_on = respond_(connection, received.substr(0, whole));
      received.erase(0, whole);
      continue;
    }
    const ssize_t n = recv(fd, buffer, sizeof buffer, 0);
    if (n <= 0) break;
    received.append(buffer, static_cast<std::size_t>(n));
  }
  const std::lock_guard lock(mutex_);
  std::erase(open_, fd);
  close(fd);
}

std::string http_response(std::string_view status, std::string_view content_type, std::string_view body,
                          std::string_view more_headers) {
  return "HTTP/1.1 " + std::string(status) + "\r\nContent-Type: " + std::string(content_type) +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + std::string(more_headers) + "\r\n" +
         std::string(body);
}

}  // namespace eka::net::test
