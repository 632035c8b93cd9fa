// The only wrapper around zlib: incremental inflating, and the CRC-32 that git's indexes use.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

struct z_stream_s;

namespace eka::store {

class Inflater {
 public:
  struct Step {
    std::size_t consumed = 0;
    std::size_t produced = 0;
    bool ended = false;  // the stream is complete and its checksum matches
  };

  Inflater();
  // Inflates as much of `input` as fits into `output`. Throws Error(Kind::integrity) if it is not a zlib stream.
  Step step(std::span<const std::byte> input, std::span<std::byte> output);
  // Prepares for the next stream.
  void reset();

 private:
  struct End {
    void operator()(z_stream_s* stream) const noexcept;
  };
  std::unique_ptr<z_stream_s, End> stream_;
};

std::uint32_t crc32_of(std::string_view bytes);

}  // namespace eka::store
