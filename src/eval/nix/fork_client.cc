#include "eval/nix/fork_client.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <span>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/text.h"
#include "coro/process/descriptor.h"
#include "coro/task/task_group.h"
#include "coro/task/timeout.h"
#include "eval/sandbox/fork_server.h"
#include "eval/sandbox/memory_file.h"
#include "eval/sandbox/nixec.h"
#include "eval/sandbox/sandbox.h"

namespace eka::eval {
namespace {

namespace fs = std::filesystem;
using Stream = asio::posix::stream_descriptor;

// Loading Nix takes 20 ms.
constexpr std::chrono::seconds patience{10};

[[noreturn]] void fail_with_errno(const std::string& what) {
  throw Error(Kind::failure, what + ": " + std::strerror(errno));
}

struct Pair {
  coro::Descriptor ours;
  coro::Descriptor theirs;
};

Pair socket_pair(int type) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends.data()) != 0) fail_with_errno("cannot create sockets");
  return {coro::Descriptor(ends[0]), coro::Descriptor(ends[1])};
}

Pair pipe_pair() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail_with_errno("cannot create a pipe");
  return {coro::Descriptor(ends[0]), coro::Descriptor(ends[1])};
}

Stream stream(const coro::Executor& executor, coro::Descriptor descriptor) {
  ::fcntl(descriptor.get(), F_SETFL, O_NONBLOCK);
  return {executor, descriptor.release()};
}

coro::Task<std::size_t> read_some(Stream& from, std::span<char> into) {
  asio::error_code error;
  const std::size_t got = co_await from.async_read_some(asio::buffer(into.data(), into.size()),
                                                        asio::redirect_error(asio::use_awaitable, error));
  if (error == asio::error::operation_aborted) throw Cancelled();
  co_return error ? 0 : got;
}

coro::Task<> await_greeting(Stream& socket) {
  std::array<char, 64> greeting{};
  const std::size_t got = co_await read_some(socket, greeting);
  if (std::string_view(greeting.data(), got) != fork_server_greeting) throw Error(Kind::failure, "it did not respond");
}

coro::Task<std::string> complaint_of(coro::Process& server) {
  std::array<std::byte, 4096> bytes{};
  const std::size_t got = co_await server.read_errors(bytes);
  co_return printable(std::string_view(reinterpret_cast<const char*>(bytes.data()), got), bytes.size(), true);
}

// One byte with the descriptors of a ForkedEvaluation, in their order.
bool send_evaluation(int socket, std::array<int, 4> descriptors) {
  char byte = 0;
  iovec content{.iov_base = &byte, .iov_len = 1};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof descriptors)> space{};
  msghdr message{};
  message.msg_iov = &content;
  message.msg_iovlen = 1;
  message.msg_control = space.data();
  message.msg_controllen = space.size();
  cmsghdr* const attached = CMSG_FIRSTHDR(&message);
  attached->cmsg_level = SOL_SOCKET;
  attached->cmsg_type = SCM_RIGHTS;
  attached->cmsg_len = CMSG_LEN(sizeof descriptors);
  std::memcpy(CMSG_DATA(attached), descriptors.data(), sizeof descriptors);
  return ::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT) == 1;
}

// The evaluator that runs in a child, from the side of this process.
struct Conversation {
  const coro::Command& command;
  std::chrono::seconds wall_limit;
  Stream connection;
  Stream errors;
  coro::Exit exit;
  std::optional<int> status;

  coro::Task<> hear() {
    std::vector<char> buffer(std::size_t{64} << 10);
    while (true) {
      const std::size_t got = co_await read_some(errors, buffer);
      if (got == 0) co_return;
      if (exit.errors.size() + got > command.output_limit) {
        throw Error(Kind::failure, "the evaluator wrote more than " + std::to_string(command.output_limit) + " bytes");
      }
      exit.errors.append(buffer.data(), got);
      if (command.on_errors) command.on_errors(std::string_view(exit.errors).substr(exit.errors.size() - got));
    }
  }

  coro::Task<> await_status() {
    int value = 0;
    const std::size_t got = co_await read_some(connection, {reinterpret_cast<char*>(&value), sizeof value});
    if (got == sizeof value) status = value;
  }

  // The server kills the child as soon as this side is shut down.
  void kill() { ::shutdown(connection.native_handle(), SHUT_WR); }

  coro::Task<> await_end() {
    const Error late(Kind::failure, "late");
    bool is_late = false;
    try {
      co_await coro::timeout(wall_limit, await_status(), late);
    } catch (const Error& error) {
      if (error.message() != late.message()) throw;
      is_late = true;
    }
    if (!is_late) co_return;
    kill();
    co_await await_status();
    if (status) status = SIGALRM;
  }
};

}  // namespace

ForkClient::ForkClient(std::unique_ptr<coro::Process> server, coro::Descriptor socket)
    : server_(std::move(server)), socket_(std::move(socket)) {}

// A server that exits by itself is reaped with what it has reaped, so that the processor time of evaluations counts as
// that of this process.
ForkClient::~ForkClient() {
  socket_.reset();
  pollfd ended{.fd = static_cast<int>(::syscall(SYS_pidfd_open, server_->pid(), 0)), .events = POLLIN, .revents = 0};
  const coro::Descriptor owner(ended.fd);
  constexpr int milliseconds = 200;
  ::poll(&ended, 1, milliseconds);
}

coro::Task<std::unique_ptr<ForkClient>> ForkClient::start(const Installation& installation,
                                                          std::vector<fs::path> writable) {
  if (installation.fork_library.empty()) throw Error(Kind::failure, "its library is not installed");
  if (!is_nixec(installation.nixec.string())) throw Error(Kind::failure, "nixec is not installed");
  if (installation.libraries.empty()) throw Error(Kind::failure, "nix-instantiate is linked statically");
  const coro::Executor executor = co_await asio::this_coro::executor;
  Pair ends = socket_pair(SOCK_SEQPACKET);
  coro::Command command(
      guarded_command(installation.nixec.string(),
                      fork_server_command(installation.bwrap.string(), installation.nix_instantiate.string(),
                                          installation.fork_library.string(), writable)));
  command.directory = "/";
  command.inherit = {{ends.theirs.get(), fork_server_socket}};
  auto server = std::make_unique<coro::Process>(executor, command);
  server->close_input();
  ends.theirs.reset();
  Stream socket = stream(executor, coro::Descriptor(::fcntl(ends.ours.get(), F_DUPFD_CLOEXEC, 3)));
  std::string reason;
  try {
    co_await coro::timeout(patience, await_greeting(socket), Error(Kind::failure, "it did not respond in time"));
    co_return std::unique_ptr<ForkClient>(new ForkClient(std::move(server), std::move(ends.ours)));
  } catch (const Error& error) {
    reason = error.message();
  }
  server->signal(SIGKILL);
  co_await server->wait();
  const std::string complaint = co_await complaint_of(*server);
  throw Error(Kind::failure, complaint.empty() ? reason : complaint);
}

coro::Task<coro::Exit> ForkClient::run(coro::Command command, std::chrono::seconds wall_limit) {
  const coro::Executor executor = co_await asio::this_coro::executor;
  Pair connection = socket_pair(SOCK_STREAM);
  Pair errors = pipe_pair();
  const coro::Descriptor request = memory_file("request", command.input);
  const coro::Descriptor output(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  const std::array<int, 4> descriptors{connection.theirs.get(), request.get(), output.get(), errors.theirs.get()};
  if (!send_evaluation(socket_.get(), descriptors)) throw Error(Kind::failure, server_ended);
  connection.theirs.reset();
  errors.theirs.reset();
  Conversation talk{.command = command,
                    .wall_limit = wall_limit,
                    .connection = stream(executor, std::move(connection.ours)),
                    .errors = stream(executor, std::move(errors.ours)),
                    .exit = {},
                    .status = {}};
  std::exception_ptr failure;
  try {
    std::vector<coro::Task<>> both;
    both.push_back(talk.hear());
    both.push_back(talk.await_end());
    co_await coro::all(std::move(both));
  } catch (...) {
    failure = std::current_exception();
  }
  if (failure) {
    co_await asio::this_coro::throw_if_cancelled(false);
    talk.kill();
    if (!talk.status) co_await talk.await_status();
    co_await asio::this_coro::throw_if_cancelled(true);
    coro::rethrow(std::move(failure));
  }
  if (!talk.status) throw Error(Kind::failure, server_ended);
  talk.exit.status = *talk.status;
  co_return std::move(talk.exit);
}

}  // namespace eka::eval
