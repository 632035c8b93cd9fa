#include "tests/sim/workers.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <stdexcept>

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace eka::sim {
namespace {

constexpr unsigned longest_life = 120;  // in real seconds; a seed takes less than one

std::string how_ended(int status) {
  if (WIFSIGNALED(status)) return fmt::format("ended by signal {}", WTERMSIG(status));
  return fmt::format("ended with code {}", WEXITSTATUS(status));
}

std::string content(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

Workers::Workers(std::filesystem::path base, std::size_t jobs) : base_(std::move(base)), jobs_(jobs) {
  void* const shared =
      ::mmap(nullptr, jobs_ * sizeof(std::uint64_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) throw std::runtime_error("mmap failed");
  at_ = static_cast<std::uint64_t*>(shared);
}

Workers::~Workers() {
  ::munmap(at_, jobs_ * sizeof(std::uint64_t));
}

std::filesystem::path Workers::directory_of(const std::filesystem::path& base, pid_t pid) {
  return base / fmt::format("eka-sim.{}", pid);
}

std::filesystem::path Workers::report_of(pid_t pid) const {
  return base_ / fmt::format("eka-sim.{}.report", pid);
}

pid_t Workers::start(const Batch& batch, std::size_t place,
                     const std::function<std::optional<std::string>(std::uint64_t)>& live) {
  std::fflush(stdout);
  at_[place] = batch.next;
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("fork failed");
  if (child > 0) return child;
  for (std::uint64_t seed = batch.next; seed < batch.end; ++seed) {
    at_[place] = seed;
    ::alarm(longest_life);
    if (const auto report = live(seed)) {
      std::ofstream(report_of(::getpid())) << *report;
      std::_Exit(1);
    }
  }
  at_[place] = batch.end;
  std::exit(0);  // with the leak check, if there is one
}

void Workers::run(const std::function<std::optional<Batch>()>& more,
                  const std::function<std::optional<std::string>(std::uint64_t)>& live,
                  const std::function<void(std::uint64_t, const std::string&)>& failed) {
  std::map<pid_t, Running> running;
  std::deque<Batch> rests;
  std::set<std::size_t> free_places;
  for (std::size_t i = 0; i < jobs_; ++i) free_places.insert(i);
  for (;;) {
    while (!free_places.empty()) {
      auto batch = rests.empty() ? more() : std::optional(rests.front());
      if (!batch) break;
      if (!rests.empty()) rests.pop_front();
      const auto place = *free_places.begin();
      free_places.erase(place);
      running[start(*batch, place, live)] = {place, *batch};
    }
    if (running.empty()) return;
    int status = 0;
    const pid_t ended = ::wait(&status);
    const auto found = running.find(ended);
    if (found == running.end()) continue;
    const auto [place, batch] = found->second;
    running.erase(found);
    free_places.insert(place);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) continue;
    const auto seed = at_[place];
    auto report = content(report_of(ended));
    std::error_code ignored;
    std::filesystem::remove(report_of(ended), ignored);
    std::filesystem::remove_all(directory_of(base_, ended), ignored);
    if (seed == batch.end) {
      failed(batch.next, fmt::format("seeds {} to {}: {} after the last of them (is something leaked?)\n", batch.next,
                                     batch.end - 1, how_ended(status)));
      continue;
    }
    if (report.empty()) report = fmt::format("seed {}: {}\n", seed, how_ended(status));
    failed(seed, report);
    if (seed + 1 < batch.end) rests.push_back({seed + 1, batch.end});
  }
}

}  // namespace eka::sim
