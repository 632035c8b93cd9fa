#include "eval/store/daemon.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include "base/error.h"
#include "base/text.h"

namespace eka::eval {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t hello_of_client = 0x6e697863;
constexpr std::uint64_t hello_of_daemon = 0x6478696f;
constexpr std::uint64_t our_version = (1 << 8) | 21;
constexpr std::uint64_t operation_add_indirect_root = 12;

// Messages between an operation and its result.
constexpr std::uint64_t log_next = 0x6f6c6d67;
constexpr std::uint64_t log_last = 0x616c7473;
constexpr std::uint64_t log_error = 0x63787470;

constexpr std::uint64_t longest_string = 1 << 20;
constexpr timeval io_timeout{.tv_sec = 10, .tv_usec = 0};

std::string encoded(std::uint64_t number) {
  std::string out(8, '\0');
  for (char& byte : out) {
    byte = static_cast<char>(number & 0xff);
    number >>= 8;
  }
  return out;
}

std::string encoded(std::string_view text) {
  std::string out = encoded(std::uint64_t{text.size()});
  out += text;
  out.resize((out.size() + 7) / 8 * 8, '\0');
  return out;
}

coro::Descriptor connected(const fs::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string& name = path.native();
  if (name.size() >= sizeof address.sun_path) return {};
  std::memcpy(address.sun_path, name.c_str(), name.size() + 1);
  coro::Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return {};
  return socket;
}

[[noreturn]] void broken(const std::string& what) {
  throw Error(Kind::failure, "Nix daemon: " + what);
}

}  // namespace

std::optional<fs::path> Daemon::socket_of(const std::string& store) {
  constexpr std::string_view scheme = "unix://";
  const std::string place = store.substr(0, store.find('?'));
  if (place.starts_with(scheme) && place.size() > scheme.size()) return fs::path(place.substr(scheme.size()));
  if (place != "daemon" && place != scheme) return std::nullopt;
  const char* told = std::getenv("NIX_DAEMON_SOCKET_PATH");
  return fs::path(told != nullptr ? told : "/nix/var/nix/daemon-socket/socket");
}

bool Daemon::answers(const fs::path& socket) {
  return connected(socket).get() >= 0;
}

Daemon::Daemon(const fs::path& socket) : socket_(connected(socket)) {
  if (socket_.get() < 0) broken("cannot connect to " + socket.string());
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &io_timeout, sizeof io_timeout);
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &io_timeout, sizeof io_timeout);
  send(encoded(hello_of_client));
  if (number() != hello_of_daemon) broken("unsupported protocol");
  number();  // its version
  // Obsolete fields that only old daemons use: CPU affinity and reserved space.
  send(encoded(our_version) + encoded(std::uint64_t{0}) + encoded(std::uint64_t{0}));
  finish();
}

void Daemon::add_indirect_root(std::string_view link) {
  send(encoded(operation_add_indirect_root) + encoded(link));
  finish();
  number();  // always 1
}

void Daemon::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) broken("sending a request failed");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void Daemon::receive(char* into, std::size_t size) {
  while (size > 0) {
    const ssize_t got = ::recv(socket_.get(), into, size, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) broken("connection closed unexpectedly");
    into += got;
    size -= static_cast<std::size_t>(got);
  }
}

std::uint64_t Daemon::number() {
  unsigned char bytes[8];
  receive(reinterpret_cast<char*>(bytes), sizeof bytes);
  std::uint64_t value = 0;
  for (int i = 7; i >= 0; --i) value = value << 8 | bytes[i];
  return value;
}

std::string Daemon::string() {
  const std::uint64_t size = number();
  if (size > longest_string) broken("response too long");
  std::string text((size + 7) / 8 * 8, '\0');
  receive(text.data(), text.size());
  text.resize(size);
  return text;
}

void Daemon::finish() {
  while (true) {
    switch (number()) {
      case log_last:
        return;
      case log_next:
        string();
        break;
      case log_error:
        broken("refuses: " + printable(string()));
      default:
        broken("invalid response");
    }
  }
}

}  // namespace eka::eval
