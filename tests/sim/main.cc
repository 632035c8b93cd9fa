// eka-simulate: lives of simulated worlds, one for each seed. See docs/testing.md.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/sim/life.h"
#include "tests/sim/workers.h"

// libgit2 does not free all that it has matched regular expressions with, nor, in git_indexer_new(), a map if it cannot
// create its file, which happens on simulated disks. The stack of an allocation shows no function of libgit2, so the
// whole library is named; the unit tests report the leaks of our own use of it.
extern "C" const char* __lsan_default_suppressions();  // NOLINT(bugprone-reserved-identifier)
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libpcre2\nleak:libgit2\n";
}

namespace {

using namespace eka::sim;

struct Options {
  std::uint64_t from = 1, seeds = 100;
  double hours = 0;                    // instead of a number of seeds, when not 0
  std::vector<std::uint64_t> named{};  // seeds that come first
  std::size_t jobs = std::max(1u, std::thread::hardware_concurrency());
  bool until_failure = false, shrink = false, replay = false;
};

constexpr std::uint64_t batch_size = 20;  // seeds in one process: forking and first allocations cost more than a world
constexpr std::size_t told_whole = 3;     // failures, with their worlds and events

std::filesystem::path base_directory() {
  const char* chosen = std::getenv("EKA_SIM_DIRECTORY");
  return chosen != nullptr ? chosen : "/dev/shm";
}

std::filesystem::path directory() {
  return Workers::directory_of(base_directory(), ::getpid());
}

std::string text_of(const Story& story, const Failure& failure) {
  std::string out = fmt::format("seed {}: {}\n{}", story.seed, failure.what, failure.world);
  for (const auto& event : failure.events) out += "  " + event + "\n";
  return out;
}

enum : int { passed = 0, failed = 1, differs = 2 };

// In a process of its own: a failure leaves coroutines hanging, and a crash is one more kind of failure.
template <class Work>
int in_child(const Work& work) {
  std::fflush(stdout);
  const pid_t child = ::fork();
  if (child == 0) {
    const int code = work();
    std::fflush(stdout);
    if (code == passed) std::exit(code);  // with the leak check, if there is one
    std::_Exit(code);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  fmt::print("ended by signal {}\n", WTERMSIG(status));
  return failed;
}

int run_one(const Story& story, bool with_events) {
  return in_child([&] {
    const auto ending = live(story, directory());
    if (!ending.failure) return int(passed);
    const auto text = text_of(story, *ending.failure);
    fmt::print("{}\n", with_events ? text : text.substr(0, text.find('\n')));
    std::filesystem::remove_all(directory());
    return int(failed);
  });
}

// Lives the same life twice, and says where the second goes another way.
int replay(Story story) {
  story.keeps_all = true;
  return in_child([&] {
    const auto first = live(story, directory());
    if (first.failure) std::filesystem::remove_all(directory());
    const auto second = live(story, directory());
    if (first.digest == second.digest) return int(passed);
    fmt::print("seed {}: two lives differ\n", story.seed);
    const auto [one, other] = std::ranges::mismatch(first.events, second.events);
    fmt::print("  {}\n  {}\n", one == first.events.end() ? "(end)" : *one,
               other == second.events.end() ? "(end)" : *other);
    return int(differs);
  });
}

// Leaves out of the story whatever it fails without.
Story shrunk(Story story) {
  const auto still_fails = [](const Story& smaller) {
    return in_child([&] {
             std::freopen("/dev/null", "w", stdout);
             const bool fails = live(smaller, directory()).failure.has_value();
             std::filesystem::remove_all(directory());
             return fails ? int(failed) : int(passed);
           }) != passed;
  };
  const auto attempt = [&](auto change) {
    Story smaller = story;
    change(smaller);
    if (!still_fails(smaller)) return false;
    story = smaller;
    return true;
  };
  if (!story.faults) story.faults = faults_of(story);
  for (const auto& kind : Faults::kinds()) {
    if (story.faults->on(kind.fault)) attempt([&](Story& smaller) { smaller.faults->allow(kind.fault, false); });
  }
  for (auto part : {&Story::most_steps, &Story::most_processes, &Story::most_items}) {
    while (story.*part > 1 && attempt([&](Story& smaller) { --(smaller.*part); })) {
    }
  }
  for (auto part : {&Size::sets, &Size::labels, &Size::versions, &Size::mirrors, &Size::needs, &Size::sources}) {
    while (story.size.*part > 1 && attempt([&](Story& smaller) { --(smaller.size.*part); })) {
    }
  }
  return story;
}

// Prints the first failures whole; of a shrunk one also what is left of it.
void fail_loudly(std::uint64_t seed, const std::string& report, const Options& options) {
  if (!options.shrink) {
    fmt::print("{}", report);
    std::fflush(stdout);
    return;
  }
  Story story;
  story.seed = seed;
  story = shrunk(story);
  fmt::print(
      "shrunk to at most {} steps, {} processes, {} items; {} sets, {} labels, {} versions, {} mirrors, {} needs, {} "
      "sources; faults: {}\n",
      story.most_steps, story.most_processes, story.most_items, story.size.sets, story.size.labels, story.size.versions,
      story.size.mirrors, story.size.needs, story.size.sources, story.faults->text());
  run_one(story, true);
}

int simulate(const Options& options) {
  const auto began = std::chrono::steady_clock::now();
  const auto elapsed = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count(); };
  std::vector<std::uint64_t> bad;
  Workers workers(base_directory(), options.jobs);
  std::uint64_t made = 0;
  auto named = options.named;
  const auto more = [&]() -> std::optional<Batch> {
    if (options.until_failure && !bad.empty()) return std::nullopt;
    if (!named.empty()) {
      const auto seed = named.front();
      named.erase(named.begin());
      return Batch{seed, seed + 1};
    }
    if (options.hours > 0 ? elapsed() > options.hours * 3600 : made >= options.seeds) return std::nullopt;
    const auto count = options.hours > 0 ? batch_size : std::min(batch_size, options.seeds - made);
    const Batch batch{options.from + made, options.from + made + count};
    made += count;
    return batch;
  };
  const auto live_one = [](std::uint64_t seed) -> std::optional<std::string> {
    Story story;
    story.seed = seed;
    const auto ending = live(story, directory());
    if (!ending.failure) return std::nullopt;
    std::filesystem::remove_all(directory());
    return text_of(story, *ending.failure);
  };
  const auto failed = [&](std::uint64_t seed, const std::string& report) {
    bad.push_back(seed);
    if (bad.size() <= told_whole) {
      fail_loudly(seed, report, options);
    } else {
      fmt::print("{}\n", report.substr(0, report.find('\n')));
    }
    std::fflush(stdout);
  };
  workers.run(more, live_one, failed);
  const auto done = made + options.named.size();
  fmt::print("{} seeds ({} named, then from {}), {} failed, {:.1f} a second\n", done, options.named.size(),
             options.from, bad.size(), static_cast<double>(done) / std::max(elapsed(), 0.001));
  return bad.empty() ? 0 : 1;
}

// The seeds at the beginnings of the lines of a file; the rest of a line is for people.
std::vector<std::uint64_t> read_named(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path);
  std::vector<std::uint64_t> out;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && line.front() != '#') out.push_back(std::stoull(line));
  }
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  const std::vector<std::string> words(argv + 1, argv + argc);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto number = [&] { return i + 1 < words.size() ? words[++i] : std::string("0"); };
    if (words[i] == "--seeds") {
      options.seeds = std::stoull(number());
    } else if (words[i] == "--from") {
      options.from = std::stoull(number());
    } else if (words[i] == "--hours") {
      options.hours = std::stod(number());
    } else if (words[i] == "--jobs") {
      options.jobs = std::max(1ul, std::stoul(number()));
    } else if (words[i] == "--named") {
      options.named = read_named(number());
    } else if (words[i] == "--until-failure") {
      options.until_failure = true;
    } else if (words[i] == "--shrink") {
      options.shrink = true;
    } else if (words[i] == "--replay") {
      options.replay = true;
    } else {
      fmt::print(stderr,
                 "usage: eka-simulate [--seeds N] [--from S] [--hours H] [--named FILE] [--jobs N] [--until-failure] "
                 "[--shrink] [--replay]\n");
      return 2;
    }
  }
  if (options.replay) {
    int worst = 0;
    for (std::uint64_t seed = options.from; seed < options.from + options.seeds; ++seed) {
      Story story;
      story.seed = seed;
      worst = std::max(worst, replay(story));
    }
    return worst;
  }
  return simulate(options);
}
