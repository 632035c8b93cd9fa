#include "store/zlib/inflate.h"

#include <algorithm>
#include <limits>
#include <new>

#include <zlib.h>

#include "base/error.h"

namespace eka::store {

void Inflater::End::operator()(z_stream_s* stream) const noexcept {
  inflateEnd(stream);
  delete stream;
}

Inflater::Inflater() {
  auto stream = std::make_unique<z_stream>();
  if (inflateInit(stream.get()) != Z_OK) throw std::bad_alloc();
  stream_.reset(stream.release());
}

void Inflater::reset() {
  inflateReset(stream_.get());
}

Inflater::Step Inflater::step(std::span<const std::byte> input, std::span<std::byte> output) {
  constexpr std::size_t most = std::numeric_limits<uInt>::max();
  z_stream& stream = *stream_;
  const auto given = static_cast<uInt>(std::min(input.size(), most));
  const auto room = static_cast<uInt>(std::min(output.size(), most));
  // zlib does not write to its input; its API predates const.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(input.data()));
  stream.avail_in = given;
  stream.next_out = reinterpret_cast<Bytef*>(output.data());
  stream.avail_out = room;
  const int code = inflate(&stream, Z_NO_FLUSH);
  // Z_BUF_ERROR: no progress without more input; more follows.
  if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) {
    throw Error(Kind::integrity, "corrupt compressed data");
  }
  return {given - stream.avail_in, room - stream.avail_out, code == Z_STREAM_END};
}

std::uint32_t crc32_of(std::string_view bytes) {
  const auto sum = crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
  return static_cast<std::uint32_t>(sum);
}

}  // namespace eka::store
