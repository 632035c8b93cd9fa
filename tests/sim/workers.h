// Processes that live seeds, several at once. Each lives a batch of them, one after another, and ends with the first
// that fails: a failure leaves coroutines hanging, and may be a crash.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include <sys/types.h>

namespace eka::sim {

// The seeds from `next` up to, not including, `end`.
struct Batch {
  std::uint64_t next = 0, end = 0;
};

class Workers {
 public:
  Workers(std::filesystem::path base, std::size_t jobs);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  // `more` gives batches until there are none; `live` lives one seed, in a child, and gives the report of its failure,
  // which `failed` is called with, in this process.
  void run(const std::function<std::optional<Batch>()>& more,
           const std::function<std::optional<std::string>(std::uint64_t)>& live,
           const std::function<void(std::uint64_t, const std::string&)>& failed);

  // Where the process `pid` has its world.
  static std::filesystem::path directory_of(const std::filesystem::path& base, pid_t pid);

 private:
  struct Running {
    std::size_t place;
    Batch batch;
  };
  pid_t start(const Batch& batch, std::size_t place,
              const std::function<std::optional<std::string>(std::uint64_t)>& live);
  std::filesystem::path report_of(pid_t pid) const;

  std::filesystem::path base_;
  std::size_t jobs_;
  std::uint64_t* at_;  // shared with the children: the seed that each lives, or where its batch ends
};

}  // namespace eka::sim
