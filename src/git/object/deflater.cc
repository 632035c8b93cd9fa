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

}  // namespace eka::git
