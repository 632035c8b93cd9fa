#include "git/object/deflater.h"

#include <algorithm>

#include <zlib.h>

#include "base/error.h"

namespace eka::git {

Deflater::Deflater(int level) : stream_(std::make_unique<z_stream_s>()) {
  if (deflateInit(stream_.get(), level) != Z_OK) throw Error(Kind::failure, "cannot initialize zlib");
}

Deflater::~Deflater() {
  deflateEnd(stream_.get());
}

void Deflater::append(std::string& out, std::string_view content, const std::function<void()>& between) {
  constexpr std::size_t most = std::size_t{8} << 20;
  deflateReset(stream_.get());
  const std::size_t begin = out.size();
  std::size_t written = begin;
  out.resize(begin + content.size() / 2 + 64);
  int status = Z_OK;
  while (status != Z_STREAM_END) {
    if (between) between();
    if (written == out.size()) out.resize(out.size() + (out.size() - begin) / 2 + 64);
    const uInt room = static_cast<uInt>(std::min(out.size() - written, most));
    const uInt given = static_cast<uInt>(std::min(content.size(), most));
    stream_->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
    stream_->avail_in = given;
    stream_->next_out = reinterpret_cast<Bytef*>(out.data() + written);
    stream_->avail_out = room;
    status = deflate(stream_.get(), given == content.size() ? Z_FINISH : Z_NO_FLUSH);
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) {
      throw Error(Kind::failure, "compression with zlib failed");
    }
    content.remove_prefix(given - stream_->avail_in);
    written += room - stream_->avail_out;
  }
  out.resize(written);
}

std::string gzip(std::string_view content) {
  constexpr int gzip_format = 16;
  z_stream stream{};
  // Object ids are half the bytes of a request and do not compress further: the fastest level is as good as the best.
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, MAX_WBITS + gzip_format, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw Error(Kind::failure, "cannot initialize zlib");
  }
  std::string out(deflateBound(&stream, static_cast<uLong>(content.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int status = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (status != Z_STREAM_END) throw Error(Kind::failure, "compression with zlib failed");
  return out;
}

}  // namespace eka::git
