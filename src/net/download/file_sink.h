// Receives the bytes of a file as they arrive, for transfers that may be restarted.
#pragma once

#include <cstdint>

#include "net/download/byte_sink.h"

namespace eka::net {

class FileSink : public ByteSink {
 public:
  // The number of bytes written so far.
  virtual std::uint64_t size() const = 0;
  // Discards them.
  virtual coro::Task<> restart() = 0;
};

}  // namespace eka::net
