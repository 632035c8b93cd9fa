// A child process with pipes, as coroutines.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "coro/task.h"

namespace eka::coro {

struct Command {
  std::vector<std::string> argv;             // argv[0] is looked up in PATH when it has no slash
  std::map<std::string, std::string> env;    // the whole environment: nothing is inherited
  std::filesystem::path directory;           // empty: the current one
  std::string input;                         // written to its standard input, which is then closed
  std::uint64_t output_limit = 64 << 20;     // of either stream; beyond it the child is killed and run() throws
  std::vector<std::pair<int, int>> inherit;  // (ours, number in the child); all other descriptors are closed
};

struct Exit {
  int status = 0;  // as of waitpid: use the functions below
  std::string output;
  std::string errors;
  bool ok() const;
  std::optional<int> code() const;
  std::optional<int> signal() const;
};

// Starts the child in a process group of its own, without a terminal, and waits for its end. Cancelling sends SIGTERM
// to the group, SIGKILL after `grace`, and reaps it before Cancelled is thrown: no child outlives its task.
Task<Exit> run(Command command);

}  // namespace eka::coro
