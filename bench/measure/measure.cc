#include "measure/measure.h"

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <system_error>

#include <fmt/core.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "atom/json/json.h"
#include "base/error.h"

namespace eka::bench {
namespace {

double milliseconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
}

// Not with fork: memory that a child shares with this process before exec would be counted.
pid_t start(const std::vector<std::string>& words) {
  std::vector<char*> argv;
  for (const auto& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  pid_t child = 0;
  const int failure = ::posix_spawnp(&child, argv.front(), nullptr, nullptr, argv.data(), environ);
  if (failure != 0) {
    throw Error(Kind::failure, "cannot start " + words.front() + ": " + std::generic_category().message(failure));
  }
  return child;
}

}  // namespace

Cost measure(const std::vector<std::string>& words) {
  const auto begin = std::chrono::steady_clock::now();
  const pid_t child = start(words);
  int status = 0;
  rusage usage{};
  while (::wait4(child, &status, 0, &usage) < 0) {
    if (errno != EINTR) throw Error(Kind::failure, "cannot wait for " + words.front());
  }
  const std::chrono::duration<double, std::milli> wall = std::chrono::steady_clock::now() - begin;
  return {.wall_ms = wall.count(),
          .user_ms = milliseconds(usage.ru_utime),
          .system_ms = milliseconds(usage.ru_stime),
          .peak_kib = usage.ru_maxrss,
          .exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status)};
}

int measure_command(const MeasureOptions& options) {
  Cost cost;
  try {
    cost = measure(options.words);
  } catch (const Error& error) {
    fmt::print(stderr, "eka-bench: {}\n", error.message());
    return 127;
  }
  atom::Json figures;
  figures["wall_ms"] = cost.wall_ms;
  figures["cpu_ms"] = cost.user_ms + cost.system_ms;
  figures["user_ms"] = cost.user_ms;
  figures["system_ms"] = cost.system_ms;
  figures["peak_kib"] = std::int64_t{cost.peak_kib};
  figures["exit_code"] = cost.exit_code;
  std::ofstream out(options.output);
  out << figures.canonical() << '\n';
  if (!out.flush()) {
    fmt::print(stderr, "eka-bench: cannot write {}\n", options.output);
    return 127;
  }
  return cost.exit_code;
}

}  // namespace eka::bench
