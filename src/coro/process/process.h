// Child processes with pipes, as coroutines.
//
// run() is for a command that reads its input, writes its output and exits. Process is for exchanging data with a
// running child (ssh). Children have no terminal, so they cannot prompt and hang; errors should suggest what to do.
//
// The exit of a child is detected with a pidfd, which works independently of SIGCHLD handlers and waitpid(-1).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/types.h>

#include "coro/task/task.h"

namespace eka::coro {

struct Command {
  Command() = default;  // declared, so that this is not an aggregate: see the warning in task.h
  explicit Command(std::vector<std::string> words) : argv(std::move(words)) {}

  std::vector<std::string> argv;           // argv[0] is looked up in PATH of this process if it has no slash
  std::map<std::string, std::string> env;  // the whole environment: nothing is inherited
  std::filesystem::path directory;         // empty: the current one
  std::string input;                       // run(): written to its standard input, which is then closed
  std::uint64_t output_limit = 64 << 20;   // run(): of each stream; beyond it the child is terminated and run() throws
  // run(): called with each piece of standard error as it arrives. Must neither block nor throw.
  std::function<void(std::string_view)> on_errors;
  std::vector<std::pair<int, int>> inherit;  // (in this process, in the child); all other descriptors are closed
  // run(): called with each line of standard error, which is then neither stored nor counted. Must not throw.
  std::function<void(std::string_view)> error_line;
  std::chrono::milliseconds grace{500};  // run(): between SIGTERM and SIGKILL when it is terminated
};

struct Exit {
  int status = 0;  // as of waitpid: use the functions below
  std::string output;
  std::string errors;
  bool ok() const { return code() == 0; }
  std::optional<int> code() const;
  std::optional<int> signal() const;
};

// Starts the child in a new session and process group, without a terminal, and waits for its exit. Other processes of
// the group are killed when the child has exited. Throws Error(Kind::failure) if it cannot be started or exceeds the
// output limit; a non-zero exit status is returned, not thrown. A child that does not read its input is not an error.
//
// Cancelling sends SIGTERM to the group, SIGKILL after `grace`, and reaps it before Cancelled is thrown: no child
// outlives its task. (Descendants that leave the group and session are not killed. If this process is killed, the
// kernel kills the child.)
Task<Exit> run(Command command);

// The same for code that blocks, on the pool: returns when the child has exited. Cannot be cancelled: only for commands
// that end soon and do not use the network. After `limit`, the child is ended and an Error says so.
Exit run_blocking(Command command, std::optional<std::chrono::milliseconds> limit = std::nullopt);

// A running child. One coroutine may read its output, one its errors, and one may write, concurrently. Both streams
// must be read; otherwise a child that fills the pipe blocks forever. Must not outlive the executor.
class Process {
 public:
  // Starts it, as run() does. Throws Error(Kind::failure, "cannot start ssh: No such file or directory").
  Process(Executor executor, const Command& command);
  // Kills the whole group and reaps the child if it is running.
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }

  // Reads some bytes; 0 at the end of the stream. `into` must stay valid until the task ends.
  Task<std::size_t> read_output(std::span<std::byte> into);
  Task<std::size_t> read_errors(std::span<std::byte> into);

  // Writes all of `bytes`, which must stay valid until the task ends. False: the child has closed its input.
  Task<bool> write_input(std::span<const std::byte> bytes);
  void close_input();

  // Waits for its exit and returns the status of waitpid. Then other processes of its group are killed and the streams
  // end. May be called again.
  Task<int> wait();

  // Sends a signal to the whole group; no effect after wait().
  void signal(int number);

  // Sends SIGTERM, SIGKILL after `grace`, and waits. Cancelling it sends SIGKILL immediately. Can be used in a
  // cancelled coroutine after throw_if_cancelled(false) (task.h).
  Task<int> end(std::chrono::milliseconds grace);

 private:
  using Stream = asio::posix::stream_descriptor;
  explicit Process(Executor executor);
  Task<std::size_t> read(Stream& stream, std::span<std::byte> into);
  void reap();

  std::string name_;
  pid_t pid_ = -1;
  std::optional<int> status_;
  Stream input_;
  Stream output_;
  Stream errors_;
  Stream ended_;  // the pidfd: readable when the child has exited
};

}  // namespace eka::coro
