#include "net/download/local_file.h"

#include <cerrno>
#include <cstring>
#include <span>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "coro/process/descriptor.h"

namespace eka::net {
namespace {

constexpr std::size_t piece = std::size_t{256} << 10;

[[noreturn]] void fail_with_errno(const atom::Url& url) {
  throw Error(Kind::remote, "cannot read " + url.str() + ": " + std::strerror(errno));
}

coro::Descriptor open_file(const atom::Url& url) {
  coro::Descriptor file(::open(url.path().c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  struct stat about{};
  if (file.get() < 0 || ::fstat(file.get(), &about) != 0) fail_with_errno(url);
  if (!S_ISREG(about.st_mode)) throw Error(Kind::remote, url.str() + " is not a file");
  return file;
}

}  // namespace

coro::Task<> read_local_file(coro::Pool& pool, atom::Url url, FileSink& sink) {
  const coro::Descriptor file = co_await coro::offload(pool, [&url] { return open_file(url); });
  std::string buffer;
  while (true) {
    co_await coro::offload(pool, [&] {
      buffer.resize(piece);
      const auto got = ::read(file.get(), buffer.data(), buffer.size());
      if (got < 0) fail_with_errno(url);
      buffer.resize(static_cast<std::size_t>(got));
    });
    if (buffer.empty()) co_return;
    const auto bytes = std::as_bytes(std::span(buffer));
    co_await sink.write(bytes);
  }
}

}  // namespace eka::net
