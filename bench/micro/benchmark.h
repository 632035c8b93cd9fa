// The only file that includes Google Benchmark.
#pragma once

#include <benchmark/benchmark.h>
