// The one door through which zlib enters: whole buffers, deflated.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

struct z_stream_s;

namespace eka::git {

// Deflates one buffer after another with the same state, which is dear to set up.
class Deflater {
 public:
  explicit Deflater(int level);
  ~Deflater();
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  // Appends a whole zlib stream that holds `content`. `between` is called every few megabytes, and may throw to end it.
  void append(std::string& out, std::string_view content, const std::function<void()>& between = {});

 private:
  std::unique_ptr<z_stream_s> stream_;
};

}  // namespace eka::git
