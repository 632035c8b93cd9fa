#include "git/transport/git_daemon.h"

#include <algorithm>
#include <utility>

#include "coro/process/tcp.h"
#include "coro/task/timeout.h"
#include "git/transport/stream_session.h"
#include "git/wire/pkt_line.h"

namespace eka::git {
namespace {

constexpr std::uint16_t git_port = 9418;

class TcpChannel final : public Channel {
 public:
  explicit TcpChannel(coro::TcpStream stream) : stream_(std::move(stream)) {}

  coro::Task<std::size_t> read(std::span<std::byte> into) override { return stream_.read(into); }
  coro::Task<> write(std::string_view bytes) override { return stream_.write(std::as_bytes(std::span(bytes))); }
  coro::Task<Error> why_it_ended() override {
    co_return Error(Kind::remote, "the server closed the connection")
        .with_hint("git daemon does this if the repository does not exist or is not exported")
        .retryable();
  }
  Error not_git(const std::string& words) const override {
    return Error(Kind::remote, "the server does not respond as git: it sent \"" + words + "\"")
        .with_hint("check the port of the URL: another service may use it");
  }

 private:
  coro::TcpStream stream_;
};

std::string without_brackets(const std::string& host) {
  return host.starts_with('[') ? host.substr(1, host.size() - 2) : host;
}

// As in git: a home directory is sent without the leading slash.
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

// git daemon has a backlog of five connections (its listen(2)), and starts a process for each that it accepts. Of a
// larger burst some are dropped, and the kernel retries only a second later.
coro::Task<> GitDaemonDialer::wait_for_turn(const std::string& origin) {
  constexpr std::chrono::milliseconds apart{3};
  const auto now = std::chrono::steady_clock::now();
  auto& next = next_turns_[origin];
  const auto turn = std::max(now, next);
  next = turn + apart;
  if (turn > now) co_await coro::sleep(std::chrono::ceil<std::chrono::milliseconds>(turn - now));
}

coro::Task<std::unique_ptr<Channel>> GitDaemonDialer::dial(atom::Url url) {
  const std::string origin = url.origin();
  co_await wait_for_turn(origin);
  std::string host = without_brackets(url.host());
  const std::uint16_t port = url.port().value_or(git_port);
  auto stream = co_await coro::TcpStream::connect(std::move(host), port, limit_);
  std::unique_ptr<Channel> channel = std::make_unique<TcpChannel>(std::move(stream));
  const std::string hello = greeting(url);
  co_await channel->write(hello);
  co_return channel;
}

std::unique_ptr<Transport> git_daemon_transport(const TransportContext& context) {
  constexpr ChannelPool::Bounds bounds{.per_host = {.first = 32, .most = 64}, .at_once = 128, .waiting = 64};
  return stream_transport(context, std::make_unique<GitDaemonDialer>(context.timeouts.connect), bounds);
}

}  // namespace eka::git
