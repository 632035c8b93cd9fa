#include "eval/sandbox/fork_server.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace eka::eval {
namespace {

[[noreturn]] void give_up(const char* what) {
  std::fprintf(stderr, "fork server: %s: %s\n", what, std::strerror(errno));
  ::_exit(1);
}

coro::Descriptor pidfd_of(pid_t process) {
  return coro::Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, process, 0)));
}

struct Child {
  pid_t process = -1;
  coro::Descriptor ended;  // a pidfd
  coro::Descriptor connection;
  bool is_killed = false;
};

class Server {
 public:
  Server() : self_(pidfd_of(::getpid())) {
    if (self_.get() < 0) give_up("cannot open its own pidfd");
    ::fcntl(fork_server_socket, F_SETFD, FD_CLOEXEC);
    const std::string_view greeting = fork_server_greeting;
    if (::send(fork_server_socket, greeting.data(), greeting.size(), MSG_NOSIGNAL) < 0) give_up("cannot greet");
  }

  // Waits for something to happen. In a child of this process: its evaluation.
  std::optional<ForkedEvaluation> step() {
    std::vector<pollfd> events{{.fd = fork_server_socket, .events = POLLIN, .revents = 0}};
    for (const Child& child : children_) {
      events.push_back({.fd = child.ended.get(), .events = POLLIN, .revents = 0});
      const int connection = child.is_killed ? -1 : child.connection.get();
      events.push_back({.fd = connection, .events = POLLRDHUP, .revents = 0});
    }
    if (::poll(events.data(), events.size(), -1) < 0) {
      if (errno == EINTR) return std::nullopt;
      give_up("cannot wait");
    }
    // From the end, because ended children are removed.
    for (std::size_t i = children_.size(); i > 0; --i) {
      if (events[2 * i].revents != 0) kill(children_[i - 1]);
      if (events[2 * i - 1].revents != 0) report(i - 1);
    }
    if (events[0].revents != 0) return accept();
    return std::nullopt;
  }

 private:
  static void kill(Child& child) {
    ::syscall(SYS_pidfd_send_signal, child.ended.get(), SIGKILL, nullptr, 0);
    child.is_killed = true;
  }

  void report(std::size_t index) {
    Child& child = children_[index];
    int status = 0;
    if (::waitpid(child.process, &status, WNOHANG) != child.process) return;
    ::send(child.connection.get(), &status, sizeof status, MSG_NOSIGNAL);
    children_.erase(children_.begin() + static_cast<std::ptrdiff_t>(index));
  }

  std::optional<ForkedEvaluation> accept() {
    std::array<int, 4> numbers{-1, -1, -1, -1};
    char byte = 0;
    iovec content{.iov_base = &byte, .iov_len = 1};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof numbers)> space{};
    msghdr message{};
    message.msg_iov = &content;
    message.msg_iovlen = 1;
    message.msg_control = space.data();
    message.msg_controllen = space.size();
    const ssize_t got = ::recvmsg(fork_server_socket, &message, MSG_CMSG_CLOEXEC);
    if (got < 0 && errno == EINTR) return std::nullopt;
    if (got <= 0) ::_exit(0);  // as the first process of its namespace, with all children
    const cmsghdr* attached = CMSG_FIRSTHDR(&message);
    if (attached == nullptr || attached->cmsg_len != CMSG_LEN(sizeof numbers)) give_up("malformed message");
    std::memcpy(numbers.data(), CMSG_DATA(attached), sizeof numbers);
    ForkedEvaluation evaluation{coro::Descriptor(numbers[0]), coro::Descriptor(numbers[1]),
                                coro::Descriptor(numbers[2]), coro::Descriptor(numbers[3])};
    const pid_t process = fork_into_namespace();
    if (process == 0) return evaluation;
    children_.push_back({process, pidfd_of(process), std::move(evaluation.connection)});
    if (children_.back().ended.get() < 0) give_up("cannot watch a child");
    return std::nullopt;
  }

  // The child is the first process of a new PID namespace, so it can neither see nor signal others.
  pid_t fork_into_namespace() const {
    if (::unshare(CLONE_NEWPID) != 0) give_up("cannot create a PID namespace");
    const pid_t process = ::fork();
    if (process < 0) give_up("cannot fork");
    if (process > 0 && ::setns(self_.get(), CLONE_NEWPID) != 0) give_up("cannot return to its PID namespace");
    return process;
  }

  coro::Descriptor self_;
  std::vector<Child> children_;
};

}  // namespace

ForkedEvaluation serve_evaluations() {
  Server server;
  while (true) {
    if (auto evaluation = server.step()) return *std::move(evaluation);
  }
}

}  // namespace eka::eval
