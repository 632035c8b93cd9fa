// Child processes with pipes, as coroutines.
//
// run() is for a command that is given its input, answers and ends. Process is for a conversation with a child that
// stays (ssh). Children never see a terminal, so that nothing can prompt and hang; a remedy belongs in the error.
//
// The end of a child is seen through a pidfd, so that no SIGCHLD handler and no waitpid(-1) can get in anybody's way.
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
  Command() = default;  // declared, so that this is no aggregate: see the trap in task.h
  explicit Command(std::vector<std::string> words) : argv(std::move(words)) {}

  std::vector<std::string> argv;           // argv[0] is looked up in our own PATH when it has no slash
  std::map<std::string, std::string> env;  // the whole environment: nothing is inherited
  std::filesystem::path directory;         // empty: the current one
  std::string input;                       // run(): written to its standard input, which is then closed
  std::uint64_t output_limit = 64 << 20;   // run(): of either stream; beyond it the child is ended and run() throws
  // run(): told each piece of its standard error as it comes. Must neither block nor throw.
  std::function<void(std::string_view)> on_errors;
  std::vector<std::pair<int, int>> inherit;  // (ours, number in the child); all other descriptors are closed
  // run(): given each line of its standard error as it comes, which then is neither kept nor counted. Must not throw.
  std::function<void(std::string_view)> error_line;
  std::chrono::milliseconds grace{500};  // run(): between SIGTERM and SIGKILL when it has to be ended
};

struct Exit {
  int status = 0;  // as of waitpid: use the functions below
  std::string output;
  std::string errors;
  bool ok() const { return code() == 0; }
  std::optional<int> code() const;
  std::optional<int> signal() const;
};

// Starts the child in a session and process group of its own, without a terminal, and waits for its end. What is left
// of the group when the child itself has ended is killed. Throws Error(Kind::failure) if it cannot be started or says
// too much; a bad exit is not thrown but returned. A child that does not read its input is no error.
//
// Cancelling sends SIGTERM to the group, SIGKILL after `grace`, and reaps it before Cancelled is thrown: no child
// outlives its task. (A descendant that leaves the group and session is out of reach; should we be killed ourselves,
// the kernel kills the child.)
Task<Exit> run(Command command);

// A running child. For one coroutine to read its output, one its errors, one to write, all at once if they like; both
// streams must be read, or a child that fills the pipe will wait for ever. Must not outlive the executor.
class Process {
 public:
  // Starts it, as run() does. Throws Error(Kind::failure, "cannot start ssh: No such file or directory").
  Process(Executor executor, const Command& command);
  // Kills (the whole group, at once) and reaps what still runs.
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }

  // Some bytes, 0 at the end of the stream. `into` must stay until the task ends.
  Task<std::size_t> read_output(std::span<std::byte> into);
  Task<std::size_t> read_errors(std::span<std::byte> into);

  // All of `bytes`, which must stay until the task ends. False: the child reads no more.
  Task<bool> write_input(std::span<const std::byte> bytes);
  void close_input();

  // Waits until it has ended; its status as of waitpid. What its group left running is killed then, and the streams
  // end where they are. May be called again.
  Task<int> wait();

  // To the whole group; nothing once it was waited for.
  void signal(int number);

  // Asks with SIGTERM, insists with SIGKILL after `grace`, waits. Cancelling it insists at once. It waits even in a
  // coroutine that was cancelled, if that has said throw_if_cancelled(false) (task.h).
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
  Stream ended_;  // the pidfd: readable when the child has ended
};

}  // namespace eka::coro
