#include "cli/timings/recording.h"

#include <cstdint>
#include <vector>

#include <doctest/doctest.h>

#include "cli/timings/trace_json.h"

using namespace eka;
using engine::Stage;

TEST_CASE("a recording keeps what began and ended, and closes what did not end") {
  cli::Recorder recorder("eka plan", 2, std::chrono::steady_clock::now());
  recorder.ended(Stage::evaluate, "::never-begun");
  recorder.began(Stage::transfer, "http://h/1");
  recorder.began(Stage::transfer, "http://h/1");
  recorder.ended(Stage::transfer, "http://h/1");
  recorder.retrying("http://h/1: connection reset");
  const auto recording = recorder.finish();
  REQUIRE(recording.spans.size() == 2);
  CHECK(recording.spans[0].finished);
  CHECK_FALSE(recording.spans[1].finished);
  CHECK(recording.spans[1].end == recording.length);
  REQUIRE(recording.retries.size() == 1);
  CHECK(recording.retries[0].text == "http://h/1: connection reset");
}

TEST_CASE("samples of bytes are kept only where something changes") {
  cli::Recorder recorder("eka plan", 2, std::chrono::steady_clock::now());
  for (const std::uint64_t bytes : std::vector<std::uint64_t>{0, 0, 0, 0, 5, 9, 9, 9, 9}) recorder.received(bytes);
  std::vector<std::uint64_t> kept;
  for (const auto& sample : recorder.finish().bytes) kept.push_back(sample.received);
  CHECK(kept == std::vector<std::uint64_t>{0, 0, 5, 9, 9});
}

TEST_CASE("a trace has an event for each span, and a track for what overlaps") {
  cli::Recording recording;
  recording.length = 10;
  recording.spans = {{Stage::transfer, "http://h/1", 0, 5},
                     {Stage::transfer, "http://h/1", 2, 4},
                     {Stage::transfer, "http://h/1", 5, 6, false}};
  recording.retries = {{3, "http://h/1: reset"}};
  recording.bytes = {{1, 100}};
  CHECK(
      cli::trace_json(recording).canonical() ==
      R"({"displayTimeUnit":"ms","traceEvents":[)"
      R"({"args":{"name":"eka"},"name":"process_name","ph":"M","pid":1,"tid":0,"ts":0},)"
      R"({"args":{"name":"http://h/1"},"name":"thread_name","ph":"M","pid":1,"tid":1,"ts":0},)"
      R"({"args":{"finished":true,"what":"http://h/1"},"cat":"remote","dur":5000,"name":"fetching","ph":"X","pid":1,"tid":1,"ts":0},)"
      R"({"args":{"name":"http://h/1"},"name":"thread_name","ph":"M","pid":1,"tid":2,"ts":0},)"
      R"({"args":{"finished":true,"what":"http://h/1"},"cat":"remote","dur":2000,"name":"fetching","ph":"X","pid":1,"tid":2,"ts":2000},)"
      R"({"args":{"finished":false,"what":"http://h/1"},"cat":"remote","dur":1000,"name":"fetching","ph":"X","pid":1,"tid":1,"ts":5000},)"
      R"({"args":{"reason":"http://h/1: reset"},"name":"retry","ph":"i","pid":1,"s":"g","tid":0,"ts":3000},)"
      R"({"args":{"bytes":100},"name":"received","ph":"C","pid":1,"tid":0,"ts":1000}]})");
}
