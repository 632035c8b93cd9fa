// The only user of zlib for compression: deflates whole buffers.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

struct z_stream_s;

namespace eka::git {

// Deflates one buffer after another with the same state, which is expensive to create.
class Deflater {
 public:
  explicit Deflater(int level);
  ~Deflater();
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  // Appends a complete zlib stream with `content`. Calls `between` every few megabytes; it may throw to abort.
  void append(std::string& out, std::string_view content, const std::function<void()>& between = {});

 private:
  std::unique_ptr<z_stream_s> stream_;
};

// Compresses the body of a request, in the format of gzip. Blocks for some milliseconds per megabyte.
std::string gzip(std::string_view content);

}  // namespace eka::git
