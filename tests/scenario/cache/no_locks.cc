// Preloaded into eka: a file system on which no lock can be taken, as NFS without a lock daemon, at the directory
// $NO_LOCKS_BELOW.
#undef _FILE_OFFSET_BITS  // otherwise fcntl is another name of fcntl64

#include <array>
#include <cerrno>
#include <cstdarg>
#include <cstdlib>
#include <string>

#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#pragma GCC diagnostic ignored "-Wshadow"  // flock is also a struct

namespace {

bool is_below(int file) {
  const char* const directory = std::getenv("NO_LOCKS_BELOW");
  std::array<char, 4096> path{};
  const std::string link = "/proc/self/fd/" + std::to_string(file);
  const ssize_t length = ::readlink(link.c_str(), path.data(), path.size());
  return directory != nullptr && length > 0 &&
         std::string(path.data(), static_cast<std::size_t>(length)).starts_with(directory);
}

int refuse_locks(const char* name, int file, int command, void* argument) {
  const bool locks = command == F_SETLK || command == F_SETLKW || command == F_OFD_SETLK || command == F_OFD_SETLKW;
  if (locks && is_below(file)) {
    errno = ENOLCK;
    return -1;
  }
  using Fcntl = int (*)(int, int, ...);
  return reinterpret_cast<Fcntl>(::dlsym(RTLD_NEXT, name))(file, command, argument);
}

}  // namespace

extern "C" int flock(int file, int operation) {
  if (is_below(file)) {
    errno = ENOLCK;
    return -1;
  }
  return reinterpret_cast<int (*)(int, int)>(::dlsym(RTLD_NEXT, "flock"))(file, operation);
}

extern "C" int fcntl(int file, int command, ...) {
  va_list arguments;
  va_start(arguments, command);
  void* const argument = va_arg(arguments, void*);
  va_end(arguments);
  return refuse_locks("fcntl", file, command, argument);
}

extern "C" int fcntl64(int file, int command, ...) {
  va_list arguments;
  va_start(arguments, command);
  void* const argument = va_arg(arguments, void*);
  va_end(arguments);
  return refuse_locks("fcntl64", file, command, argument);
}
