// Fuzz targets: bodies that must survive any bytes, with properties that must hold for what they accept.
//
// One body serves twice. Under libFuzzer (meson setup -Dfuzz=true, with clang) it is the target of a program of its
// own. In the unit tests it meets every file of its corpus, and then a bounded number of mutations of them, the same
// ones each time: EKA_FUZZ_ROUNDS says how many.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace eka::fuzz {

using Body = void (*)(std::string_view bytes);

// Stops libFuzzer, fails the unit test.
inline void require(bool holds, const std::string& what) {
  if (!holds) throw std::logic_error(what);
}

// Runs `body` on the corpus of that name and its mutations; the input that broke it is in the exception's message.
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
