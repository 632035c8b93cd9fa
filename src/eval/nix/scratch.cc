#include "eval/nix/scratch.h"

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <thread>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "store/disk/disk.h"

namespace eka::eval {
namespace {

namespace fs = std::filesystem;

constexpr const char* prefix = "eval-";

// The evaluator of a killed eka exits shortly after it, and may write until then.
void remove_from_dying(const fs::path& path) {
  for (int attempt = 0; attempt < 100; ++attempt) {
    store::remove_tree(path);
    if (std::error_code ignored; !fs::exists(fs::symlink_status(path, ignored))) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

// Without locks, age decides whether the owner is dead: no evaluation takes days.
bool is_old(const coro::Descriptor& directory) {
  constexpr std::time_t days = std::time_t{2} * 24 * 3600;
  struct stat about{};
  return ::fstat(directory.get(), &about) == 0 && std::time(nullptr) - about.st_mtime > days;
}

// Empty if the directory does not exist or belongs to another process. A new directory on a file system that cannot
// lock is used without a lock.
coro::Descriptor lock(const fs::path& directory, bool is_new) {
  coro::Descriptor opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (opened.get() < 0 || ::flock(opened.get(), LOCK_EX | LOCK_NB) == 0) return opened;
  const bool is_held = errno == EWOULDBLOCK;
  if (is_held || (!is_new && !is_old(opened))) opened.reset();
  return opened;
}

}  // namespace

Scratch::Scratch(const fs::path& root, coro::Pool& pool) : pool_(pool) {
  store::make_directories(root);
  // Another process may sweep the directory before it is locked; then create another one.
  for (int attempt = 0; attempt < 16 && lock_.get() < 0; ++attempt) {
    std::string name = (root / (std::string(prefix) + "XXXXXX")).string();
    if (::mkdtemp(name.data()) == nullptr) {
      throw Error(Kind::failure, "cannot create a directory in " + root.string() + ": " + std::strerror(errno));
    }
    lock_ = lock(name, true);
    if (std::error_code gone; !fs::is_directory(name, gone)) lock_.reset();
    path_ = name;
  }
  if (lock_.get() < 0) throw Error(Kind::failure, "cannot lock a directory in " + root.string());
  store::make_directories(store());
  store::make_directories(empty_root());
}

Scratch::~Scratch() {
  pool_.run_detached(
      [path = path_, lock = std::make_shared<coro::Descriptor>(std::move(lock_))] { store::remove_tree(path); });
}

void Scratch::sweep(const fs::path& root) {
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(root, ignored)) {
    if (!entry.path().filename().string().starts_with(prefix)) continue;
    if (const coro::Descriptor locked = lock(entry.path(), false); locked.get() >= 0) remove_from_dying(entry.path());
  }
}

}  // namespace eka::eval
