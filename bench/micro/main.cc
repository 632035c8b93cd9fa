// eka-micro: benchmarks of single operations. Accepts the flags of Google Benchmark.
#include <cstdio>

#include "base/error.h"
#include "micro/benchmark.h"
#include "micro/suites.h"

int main(int count, char** arguments) try {
  benchmark::Initialize(&count, arguments);
  if (benchmark::ReportUnrecognizedArguments(count, arguments)) return 2;
  eka::bench::Workplace place;
  const auto many = eka::bench::make_sample(place.directory(), 100, 1000);
  const auto large = eka::bench::make_sample(place.directory(), 1, 256 << 10);
  eka::bench::add_wire();
  eka::bench::add_store(place, many, large);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "eka-micro: %s\n", error.what());
  return 1;
}
