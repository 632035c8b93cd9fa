// The benchmarks, by what they are about. Each is added to the list that Google Benchmark keeps.
#pragma once

#include "micro/sample.h"

namespace eka::bench {

void add_wire();
// `place` and the samples must outlive the run. `many` is of many small objects, `large` of few large ones.
void add_store(Workplace& place, const Sample& many, const Sample& large);

}  // namespace eka::bench
