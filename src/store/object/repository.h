// The cache's one bare repository, <root>/git. What stock git expects of a repository is there, so that people can look
// at it with git; its configuration is for them alone:
// eka does not read it, and runs no git on it.
#pragma once

#include <exception>
#include <filesystem>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "store/object/objects.h"

namespace eka::store {

class Repository {
 public:
  // Makes it if need be: put together in `quarantines`, a directory of quarantines, and renamed in, so that of several
  // processes that begin at once one wins and all see a whole one. Also finishes or removes what dead processes left in
  // incoming/. Where it may not be written, all that is left out.
  Repository(std::filesystem::path directory, const std::filesystem::path& quarantines, WriteAccess access = {});

  const std::filesystem::path& path() const { return directory_; }
  std::filesystem::path incoming() const { return directory_ / "incoming"; }
  std::filesystem::path packs() const { return directory_ / "objects" / "pack"; }

  // Calls `function(Objects&)` on this thread with a reader of its own; any number of threads may. When it throws, the
  // reader is not used again: what it has seen of the packs may be damaged, or stale. With a `stop`, reading throws
  // Cancelled once it is requested.
  template <class Function>
  auto read(Function function, std::optional<coro::Stop> stop = std::nullopt)
      -> decltype(function(std::declval<Objects&>())) {
    Lease lease(*this, stop);
    return function(lease.objects());
  }

 private:
  class Lease {
   public:
    Lease(Repository& repository, std::optional<coro::Stop> stop)
        : repository_(repository), objects_(repository.take()) {
      objects_.stop_at(stop);
    }
    ~Lease() {
      objects_.stop_at(std::nullopt);
      if (std::uncaught_exceptions() == uncaught_) repository_.give_back(std::move(objects_));
    }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Objects& objects() { return objects_; }

   private:
    Repository& repository_;
    Objects objects_;
    int uncaught_ = std::uncaught_exceptions();
  };

  Objects take();
  void give_back(Objects objects);

  std::filesystem::path directory_;
  WriteAccess access_;
  std::mutex mutex_;
  std::vector<Objects> idle_;
};

// Makes an empty bare repository, as stock git expects one, at `directory`, which does not exist.
void make_bare_repository(const std::filesystem::path& directory);

// Moves a verified pack and its index, "<name>.pack" and "<name>.idx" in `from`, into the directory `to` of packs. The
// index goes last: without it nobody sees the pack.
void publish_pack(const std::filesystem::path& from, const std::filesystem::path& to, const std::string& name);

}  // namespace eka::store
