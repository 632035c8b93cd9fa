// Fuzz targets: functions that must handle any bytes, with properties that must hold for accepted input.
//
// Each target is used twice. Under libFuzzer (meson setup -Dfuzz=true, with clang) it is a separate program. In the
// unit tests it runs on every file of its corpus and on a fixed number of deterministic mutations; EKA_FUZZ_ROUNDS sets
// the number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace eka::fuzz {

using Body = void (*)(std::string_view bytes);

// Stops libFuzzer; fails the unit test.
inline void require(bool holds, const std::string& what) {
  if (!holds) throw std::logic_error(what);
}

// Runs `body` on the named corpus and its mutations; the exception's message contains the failing input.
void run(Body body, const std::string& corpus);

}  // namespace eka::fuzz

#ifdef EKA_LIBFUZZER
#define EKA_FUZZ(body, corpus)                                                        \
  extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { \
    body(std::string_view(reinterpret_cast<const char*>(data), size));                \
    return 0;                                                                         \
  }
#else
#include <doctest/doctest.h>
#define EKA_FUZZ(body, corpus)                   \
  TEST_CASE("fuzz: " corpus) {                   \
    CHECK_NOTHROW(eka::fuzz::run(body, corpus)); \
  }
#endif
