// The one door through which Google Benchmark enters.
#pragma once

#include <benchmark/benchmark.h>
