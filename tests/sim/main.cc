// eka-simulate: lives of simulated worlds, one for each seed. See docs/testing.md.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/sim/life.h"

namespace {

using namespace eka::sim;

struct Options {
  std::uint64_t from = 1, seeds = 100;
  double hours = 0;  // instead of a number of seeds, when not 0
  bool until_failure = false, shrink = false, replay = false;
};

std::filesystem::path directory() {
  const char* chosen = std::getenv("EKA_SIM_DIRECTORY");
  const std::filesystem::path base = chosen != nullptr ? chosen : "/dev/shm";
  return base / fmt::format("eka-sim.{}", ::getpid());
}

void print(const Story& story, const Failure& failure, bool with_events) {
  fmt::print("seed {}: {}\n", story.seed, failure.what);
  if (!with_events) return;
  fmt::print("{}", failure.world);
  for (const auto& event : failure.events) fmt::print("  {}\n", event);
  std::fflush(stdout);
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
    print(story, *ending.failure, with_events);
    std::filesystem::remove_all(directory());
    return int(failed);
  });
}

// Several seeds in one process: forking and the first allocations cost more than a small world.
int run_batch(std::uint64_t from, std::uint64_t count) {
  return in_child([&] {
    for (std::uint64_t seed = from; seed < from + count; ++seed) {
      Story story;
      story.seed = seed;
      if (live(story, directory()).failure) {
        std::filesystem::remove_all(directory());
        return int(failed);
      }
    }
    return int(passed);
  });
}

// Lives the same life twice.
int replay(const Story& story) {
  return in_child([&] {
    const auto first = live(story, directory());
    const auto second = live(story, directory());
    if (first.digest == second.digest) return int(passed);
    fmt::print("seed {}: two lives differ\n", story.seed);
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

int fail_loudly(std::uint64_t seed, const Options& options) {
  Story story;
  story.seed = seed;
  if (options.shrink) {
    story = shrunk(story);
    fmt::print(
        "shrunk to at most {} steps, {} processes, {} items; {} sets, {} labels, {} versions, {} mirrors, {} needs; "
        "faults: {}\n",
        story.most_steps, story.most_processes, story.most_items, story.size.sets, story.size.labels,
        story.size.versions, story.size.mirrors, story.size.needs, story.faults->text());
  }
  return run_one(story, true);
}

int simulate(const Options& options) {
  constexpr std::uint64_t batch = 20;
  const auto began = std::chrono::steady_clock::now();
  const auto elapsed = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count(); };
  std::uint64_t done = 0;
  std::vector<std::uint64_t> bad;
  for (std::uint64_t seed = options.from;; seed += batch) {
    if (options.hours > 0 ? elapsed() > options.hours * 3600 : done >= options.seeds) break;
    const auto count = options.hours > 0 ? batch : std::min(batch, options.seeds - done);
    if (run_batch(seed, count) != passed) {
      for (std::uint64_t each = seed; each < seed + count; ++each) {
        Story story;
        story.seed = each;
        if (run_one(story, false) == passed) continue;
        bad.push_back(each);
        if (options.until_failure) return 1;
        if (bad.size() == 1) fail_loudly(each, options);
      }
    }
    done += count;
  }
  fmt::print("{} seeds from {}, {} failed, {:.1f} a second\n", done, options.from, bad.size(),
             static_cast<double>(done) / std::max(elapsed(), 0.001));
  return bad.empty() ? 0 : 1;
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
    } else if (words[i] == "--until-failure") {
      options.until_failure = true;
    } else if (words[i] == "--shrink") {
      options.shrink = true;
    } else if (words[i] == "--replay") {
      options.replay = true;
    } else {
      fmt::print(stderr,
                 "usage: eka-simulate [--seeds N] [--from S] [--hours H] [--until-failure] [--shrink] [--replay]\n");
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
