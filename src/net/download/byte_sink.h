// Where bytes go as they arrive.
#pragma once

#include <cstddef>
#include <span>

#include "coro/task/task.h"

namespace eka::net {

// Where the bytes of a pack go as they arrive.
class ByteSink {
 public:
  virtual ~ByteSink() = default;
  // `bytes` is valid until the task ends; the next call comes only after that (this is the back-pressure).
  virtual coro::Task<> write(std::span<const std::byte> bytes) = 0;
};

}  // namespace eka::net
