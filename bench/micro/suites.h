// Functions that register the benchmarks with Google Benchmark.
#pragma once

#include "micro/sample.h"

namespace eka::bench {

void add_wire();
// `place` and the samples must outlive the run. `many` has many small objects, `large` few large ones.
void add_store(Workplace& place, const Sample& many, const Sample& large);

}  // namespace eka::bench
