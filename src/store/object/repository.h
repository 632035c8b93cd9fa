// The cache's bare repository, <root>/git. It is valid for stock git, so that users can inspect it with git; its
// configuration is only for that purpose: eka does not read it, and runs no git on it.
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
  // Creates the repository if needed: it is assembled in `quarantines`, a directory of quarantines, and renamed, so
  // that of several processes that start at once one wins and all see a complete one. Also completes or removes what
  // dead processes left in incoming/. Does none of this if the repository is read-only.
  Repository(std::filesystem::path directory, const std::filesystem::path& quarantines, WriteAccess access = {});

  const std::filesystem::path& path() const { return directory_; }
  std::filesystem::path incoming() const { return directory_ / "incoming"; }
  std::filesystem::path packs() const { return directory_ / "objects" / "pack"; }

  // Calls `function(Objects&)` on this thread with its own reader; thread-safe. If it throws, the reader is discarded:
  // its view of the packs may be damaged or stale. With a `stop`, reads throw Cancelled once it is requested.
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

// Creates an empty bare repository, valid for stock git, at `directory`, which must not exist.
void make_bare_repository(const std::filesystem::path& directory);

// Moves a verified pack and its index, "<name>.pack" and "<name>.idx" in `from`, into the pack directory `to`. The
// index is moved last: without it the pack is invisible.
void publish_pack(const std::filesystem::path& from, const std::filesystem::path& to, const std::string& name);

}  // namespace eka::store
