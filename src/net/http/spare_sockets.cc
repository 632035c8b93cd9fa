#include "net/http/spare_sockets.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <new>
#include <optional>
#include <string_view>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>

namespace eka::net {
namespace {

struct Peer {
  sockaddr_storage storage{};
  socklen_t length = 0;

  const sockaddr* address() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

std::optional<Peer> peer_of(const std::string& address, int port) {
  Peer out;
  auto* const v4 = reinterpret_cast<sockaddr_in*>(&out.storage);
  auto* const v6 = reinterpret_cast<sockaddr_in6*>(&out.storage);
  if (inet_pton(AF_INET, address.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(static_cast<std::uint16_t>(port));
    out.length = sizeof *v4;
  } else if (inet_pton(AF_INET6, address.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(static_cast<std::uint16_t>(port));
    out.length = sizeof *v6;
  } else {
    return std::nullopt;
  }
  return out;
}

// Address and port alone: libcurl may set fields of the structure that do not name the peer.
std::string name_of(const sockaddr* address) {
  const auto bytes = [](const auto& field) {
    return std::string_view(reinterpret_cast<const char*>(&field), sizeof field);
  };
  if (address->sa_family == AF_INET) {
    const auto* const v4 = reinterpret_cast<const sockaddr_in*>(address);
    return std::string(bytes(v4->sin_addr)).append(bytes(v4->sin_port));
  }
  if (address->sa_family == AF_INET6) {
    const auto* const v6 = reinterpret_cast<const sockaddr_in6*>(address);
    return std::string(bytes(v6->sin6_addr)).append(bytes(v6->sin6_port)).append(bytes(v6->sin6_scope_id));
  }
  return {};
}

coro::Descriptor start_connecting(const Peer& peer) {
  coro::Descriptor out(::socket(peer.address()->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
  if (out.get() < 0) return {};
  if (::connect(out.get(), peer.address(), peer.length) != 0 && errno != EINPROGRESS) return {};
  return out;
}

enum class State { connecting, open, closed };

State state_of(int socket) {
  pollfd one{socket, POLLIN | POLLOUT, 0};
  if (::poll(&one, 1, 0) == 0) return State::connecting;
  // Readable before anything was asked: the server has closed it, or does not speak HTTP.
  return one.revents == POLLOUT ? State::open : State::closed;
}

}  // namespace

void SpareSockets::drop_old() {
  const auto now = std::chrono::steady_clock::now();
  std::erase_if(spares_, [now](const Spare& spare) { return now - spare.opened > longest_wait; });
}

void SpareSockets::open(const std::string& address, int port, std::size_t count) {
  try {
    drop_old();
    const auto peer = peer_of(address, port);
    if (!peer) return;
    const std::string name = name_of(peer->address());
    for (std::size_t i = 0; i < count && spares_.size() < most; ++i) {
      coro::Descriptor socket = start_connecting(*peer);
      if (socket.get() < 0) return;
      spares_.push_back({name, std::move(socket), std::chrono::steady_clock::now()});
    }
  } catch (const std::bad_alloc&) {
    // libcurl opens the connections.
  }
}

coro::Descriptor SpareSockets::take(const sockaddr* address) {
  drop_old();
  const std::string name = name_of(address);
  for (auto spare = spares_.begin(); spare != spares_.end();) {
    const State state = spare->peer == name ? state_of(spare->socket.get()) : State::connecting;
    if (state == State::connecting) {
      ++spare;
      continue;
    }
    coro::Descriptor socket = std::move(spare->socket);
    spare = spares_.erase(spare);
    if (state == State::open) return socket;
  }
  return {};
}

}  // namespace eka::net
