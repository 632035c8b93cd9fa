// Where the bytes of a file go as they arrive, for transfers that may begin again.
#pragma once

#include <cstdint>

#include "net/download/byte_sink.h"

namespace eka::net {

class FileSink : public ByteSink {
 public:
  // What has been written so far.
  virtual std::uint64_t size() const = 0;
  // Forgets it.
  virtual coro::Task<> restart() = 0;
};

}  // namespace eka::net
