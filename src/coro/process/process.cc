#include "coro/process/process.h"

#include <cerrno>
#include <memory>

#include <signal.h>
#include <sys/wait.h>

#include "base/error.h"
#include "coro/process/launch.h"
#include "coro/task/task_group.h"
#include "coro/task/timeout.h"

namespace eka::coro {

std::optional<int> Exit::code() const {
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  return std::nullopt;
}

std::optional<int> Exit::signal() const {
  if (WIFSIGNALED(status)) return WTERMSIG(status);
  return std::nullopt;
}

Process::Process(Executor executor) : input_(executor), output_(executor), errors_(executor), ended_(executor) {}

// A delegating constructor, so that the destructor runs if this body throws after the child was started.
Process::Process(Executor executor, const Command& command) : Process(std::move(executor)) {
  Launched launched = launch(command);
  name_ = command.argv.front();
  pid_ = launched.pid;
  input_.assign(launched.input.release());
  output_.assign(launched.output.release());
  errors_.assign(launched.errors.release());
  ended_.assign(launched.ended.release());
}

Process::~Process() {
  if (status_ || pid_ < 0) return;
  signal(SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

Task<std::size_t> Process::read_output(std::span<std::byte> into) {
  return read(output_, into);
}
Task<std::size_t> Process::read_errors(std::span<std::byte> into) {
  return read(errors_, into);
}

Task<std::size_t> Process::read(Stream& stream, std::span<std::byte> into) {
  if (!status_) {
    asio::error_code error;
    const std::size_t got = co_await stream.async_read_some(asio::buffer(into.data(), into.size()),
                                                            asio::redirect_error(asio::use_awaitable, error));
    if (!error) co_return got;
    if (error == asio::error::eof) co_return 0;
    if (error != asio::error::operation_aborted) throw Error(Kind::failure, name_ + ": " + error.message());
    if (!status_) throw Cancelled();
  }
  // The child has exited: reads what is left in the pipe, without waiting for other processes that hold the other end.
  const ssize_t got = ::read(stream.native_handle(), into.data(), into.size());
  co_return got < 0 ? 0 : static_cast<std::size_t>(got);
}

Task<bool> Process::write_input(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    if (status_ || !input_.is_open()) co_return false;
    asio::error_code error;
    const std::size_t put = co_await input_.async_write_some(asio::buffer(bytes.data(), bytes.size()),
                                                             asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted && !status_ && input_.is_open()) throw Cancelled();
    if (error) co_return false;
    bytes = bytes.subspan(put);
  }
  co_return true;
}

void Process::close_input() {
  asio::error_code ignored;
  input_.close(ignored);
}

Task<int> Process::wait() {
  if (!status_) {
    asio::error_code error;
    co_await ended_.async_wait(Stream::wait_read, asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted && !status_) throw Cancelled();
    reap();
  }
  co_return *status_;
}

// The child is a zombie: its process id identifies its group only until it is reaped.
void Process::reap() {
  if (status_) return;
  signal(SIGKILL);
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  status_ = status;
  asio::error_code ignored;
  input_.cancel(ignored);
  output_.cancel(ignored);
  errors_.cancel(ignored);
  ended_.cancel(ignored);
}

void Process::signal(int number) {
  if (!status_) ::kill(-pid_, number);
}

Task<int> Process::end(std::chrono::milliseconds grace) {
  const bool throws = co_await asio::this_coro::throw_if_cancelled();
  co_await asio::this_coro::throw_if_cancelled(false);
  signal(SIGTERM);
  close_input();
  // The handler of the timer may still be queued when this frame is destroyed, so the flag is allocated separately.
  const auto waiting = std::make_shared<bool>(true);
  asio::steady_timer timer(ended_.get_executor(), grace);
  timer.async_wait([this, waiting](const asio::error_code& error) {
    if (!error && *waiting) signal(SIGKILL);
  });
  while (!status_) {
    asio::error_code error;
    co_await ended_.async_wait(Stream::wait_read, asio::redirect_error(asio::use_awaitable, error));
    if (error) {
      signal(SIGKILL);
    } else {
      reap();
    }
  }
  *waiting = false;
  co_await asio::this_coro::throw_if_cancelled(throws);
  co_return *status_;
}

namespace {

Task<> feed(Process* process, const std::string* input) {
  co_await process->write_input(std::as_bytes(std::span(*input)));
  process->close_input();
}

Task<> collect(Process* process, const Command* command, bool errors, std::string* into) {
  std::vector<std::byte> buffer(std::size_t{64} << 10);
  for (;;) {
    std::size_t got = 0;
    if (errors) {
      got = co_await process->read_errors(buffer);
    } else {
      got = co_await process->read_output(buffer);
    }
    if (got == 0) co_return;
    if (into->size() + got > command->output_limit) {
      throw Error(Kind::failure,
                  command->argv.front() + " wrote more than " + std::to_string(command->output_limit) + " bytes");
    }
    into->append(reinterpret_cast<const char*>(buffer.data()), got);
    if (errors && command->on_errors) command->on_errors(std::string_view(*into).substr(into->size() - got));
  }
}

// Lines as they arrive; the rest at the end of the stream is the last line.
Task<> follow_errors(Process* process, const Command* command) {
  constexpr std::size_t longest_line = std::size_t{1} << 20;
  std::vector<std::byte> buffer(std::size_t{64} << 10);
  std::string pending;
  for (;;) {
    const std::size_t got = co_await process->read_errors(buffer);
    pending.append(reinterpret_cast<const char*>(buffer.data()), got);
    std::size_t start = 0;
    for (std::size_t end = 0; (end = pending.find('\n', start)) != std::string::npos; start = end + 1) {
      command->error_line(std::string_view(pending).substr(start, end - start));
    }
    pending.erase(0, start);
    if (got > 0 && pending.size() < longest_line) continue;
    if (!pending.empty()) command->error_line(pending);
    pending.clear();
    if (got == 0) co_return;
  }
}

Task<> wait_for(Process* process, int* status) {
  *status = co_await process->wait();
}

}  // namespace

Task<Exit> run(Command command) {
  Process process(co_await asio::this_coro::executor, command);
  Exit exit;
  std::vector<Task<>> conversation;
  conversation.push_back(feed(&process, &command.input));
  conversation.push_back(collect(&process, &command, false, &exit.output));
  if (command.error_line) {
    conversation.push_back(follow_errors(&process, &command));
  } else {
    conversation.push_back(collect(&process, &command, true, &exit.errors));
  }
  conversation.push_back(wait_for(&process, &exit.status));
  std::exception_ptr failure;
  try {
    co_await all(std::move(conversation));
  } catch (...) {
    failure = std::current_exception();
  }
  if (failure) {
    co_await asio::this_coro::throw_if_cancelled(false);
    co_await process.end(command.grace);
    co_await asio::this_coro::throw_if_cancelled(true);
    rethrow(std::move(failure));
  }
  co_return exit;
}

Exit run_blocking(Command command, std::optional<std::chrono::milliseconds> limit) {
  asio::io_context here;
  std::optional<Exit> exit;
  std::exception_ptr failure;
  Task<Exit> task = run(std::move(command));
  if (limit) task = timeout(*limit, std::move(task));
  asio::co_spawn(here, std::move(task), [&](const std::exception_ptr& error, Exit done) {
    failure = error;
    exit = std::move(done);
  });
  here.run();
  if (failure) std::rethrow_exception(failure);
  return *std::move(exit);
}

}  // namespace eka::coro
