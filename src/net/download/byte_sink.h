// Receives bytes as they arrive.
#pragma once

#include <cstddef>
#include <span>

#include "coro/task/task.h"

namespace eka::net {

// Receives the bytes of a pack as they arrive.
class ByteSink {
 public:
  virtual ~ByteSink() = default;
  // `bytes` is valid until the task ends; the next call is made only after that (back-pressure).
  virtual coro::Task<> write(std::span<const std::byte> bytes) = 0;
};

}  // namespace eka::net
