// What happened in a run and when. A value, made by a Recorder from the events of the engine.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/context/observer.h"
#include "engine/context/remotes.h"
#include "engine/plan.h"

namespace eka::cli {

// All times are milliseconds since the start of the run. Names are as the engine gave them: they are escaped where they
// are written.
struct Recording {
  struct Span {
    engine::Stage stage{};
    std::string what;
    double begin = 0;
    double end = 0;
    bool finished = true;  // false: it had not ended when the run did

    double length() const { return end - begin; }
  };
  struct Retry {
    double at = 0;
    std::string text;
  };
  struct Bytes {
    double at = 0;
    std::uint64_t received = 0;  // since the start
  };

  std::string command;  // as typed, without passwords
  double length = 0;
  std::size_t jobs = 1;     // evaluations that may run at once
  std::vector<Span> spans;  // by begin
  std::vector<Retry> retries;
  std::vector<Bytes> bytes;
  std::vector<engine::RemoteCost> remotes;
  std::size_t evaluated = 0;
  std::size_t remembered = 0;
  std::size_t failed = 0;
};

// Used on the reactor.
class Recorder final : public engine::Observer {
 public:
  using Time = std::chrono::steady_clock::time_point;

  Recorder(std::string command, std::size_t jobs, Time started);

  void began(engine::Stage stage, std::string_view what) override;
  void ended(engine::Stage stage, std::string_view what) override;
  void note(std::string_view) override {}
  void detail(std::string_view) override {}
  void retrying(std::string_view text) override;
  void planned(std::size_t index, const Result<engine::Plan>& result) override;
  void received(std::uint64_t bytes);
  void cost(std::vector<engine::RemoteCost> remotes) { recording_.remotes = std::move(remotes); }

  // What was recorded until now. Spans that have not ended end now.
  Recording finish();

 private:
  double now() const;

  Time started_;
  Recording recording_;
  std::multimap<std::pair<engine::Stage, std::string>, std::size_t> open_;  // indices of spans
};

}  // namespace eka::cli
