#include "git/git_daemon.h"

#include <utility>

#include "coro/tcp.h"
#include "git/pkt_line.h"

namespace eka::git {
namespace {

constexpr std::uint16_t git_port = 9418;

class TcpChannel final : public Channel {
 public:
  explicit TcpChannel(coro::TcpStream stream) : stream_(std::move(stream)) {}

  coro::Task<std::size_t> read(std::span<std::byte> into) override { return stream_.read(into); }
  coro::Task<> write(std::string_view bytes) override { return stream_.write(std::as_bytes(std::span(bytes))); }
  coro::Task<Error> why_it_ended() override {
    co_return Error(Kind::remote, "the server hung up")
        .with_hint("git daemon does so for a repository that it does not know or does not export.")
        .retryable();
  }

 private:
  coro::TcpStream stream_;
};

std::string without_brackets(const std::string& host) {
  return host.starts_with('[') ? host.substr(1, host.size() - 2) : host;
}

// As git: a home directory is named without the slash before it.
std::string greeting(const atom::Url& url) {
  std::string out = "git-upload-pack " + url.path().substr(url.path().starts_with("/~") ? 1 : 0);
  out += '\0';
  out += "host=" + url.host();
  if (url.port()) out += ":" + std::to_string(*url.port());
  out += '\0';
  out += '\0';
  out += "version=2";
  out += '\0';
  PacketWriter packet;
  packet.data(out);
  return std::move(packet).take();
}

}  // namespace

coro::Task<std::unique_ptr<Channel>> GitDaemonDialer::dial(atom::Url url) {
  std::string host = without_brackets(url.host());
  const std::uint16_t port = url.port().value_or(git_port);
  auto stream = co_await coro::TcpStream::connect(std::move(host), port, limit_, pool_);
  std::unique_ptr<Channel> channel = std::make_unique<TcpChannel>(std::move(stream));
  const std::string hello = greeting(url);
  co_await channel->write(hello);
  co_return channel;
}

}  // namespace eka::git
