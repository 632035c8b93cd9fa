#include "eval/descriptor.h"

#include <cerrno>
#include <cstring>

#include <sys/mman.h>
#include <unistd.h>

#include "error/error.h"

namespace eka::eval {

Descriptor::~Descriptor() {
  if (number_ >= 0) ::close(number_);
}

Descriptor memory_file(const char* name, std::string_view content, bool inherited) {
  Descriptor file(::memfd_create(name, inherited ? 0U : MFD_CLOEXEC));
  while (file && !content.empty()) {
    const ssize_t written = ::write(file.number(), content.data(), content.size());
    if (written < 0 && errno != EINTR) break;
    if (written > 0) content.remove_prefix(static_cast<std::size_t>(written));
  }
  if (!content.empty() || !file || ::lseek(file.number(), 0, SEEK_SET) != 0) {
    throw Error(Kind::failure, std::string("cannot make a file in memory: ") + std::strerror(errno));
  }
  return file;
}

}  // namespace eka::eval
