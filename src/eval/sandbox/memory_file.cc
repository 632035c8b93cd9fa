#include "eval/sandbox/memory_file.h"

#include <cerrno>
#include <cstring>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"

namespace eka::eval {

coro::Descriptor memory_file(const char* name, std::string_view content) {
  coro::Descriptor file(::memfd_create(name, 0));
  while (file.get() >= 0 && !content.empty()) {
    const ssize_t written = ::write(file.get(), content.data(), content.size());
    if (written < 0 && errno != EINTR) break;
    if (written > 0) content.remove_prefix(static_cast<std::size_t>(written));
  }
  if (!content.empty() || ::lseek(file.get(), 0, SEEK_SET) != 0) {
    throw Error(Kind::failure, std::string("cannot create a memory file: ") + std::strerror(errno));
  }
  return file;
}

}  // namespace eka::eval
