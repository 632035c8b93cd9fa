// Where the bytes of a file go as they arrive, for transfers that may begin again.
#pragma once

#include <cstdint>

#include "git/http/byte_sink.h"

namespace eka::git {

class FileSink : public PackSink {
 public:
  // What has been written so far.
  virtual std::uint64_t size() const = 0;
  // Forgets it.
  virtual coro::Task<> restart() = 0;
};

}  // namespace eka::git
