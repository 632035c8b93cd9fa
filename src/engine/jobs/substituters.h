// The binary caches that the user's Nix is configured to use (`substituters` in nix.conf).
//
// eka asks them for descriptions of store paths (narinfo files), and downloads nothing else. Answers are kept for the
// whole run, so each cache is asked once about each path. A cache that fails is noted once and not asked again; it is
// never an error. Supported are caches over http and https, and directories; others (ssh, s3, daemons) are noted.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "atom/names/url.h"
#include "engine/context/context.h"
#include "engine/jobs/narinfo.h"
#include "net/policy/traffic.h"

namespace eka::engine {

// The caches in Nix's settings `substituters` and `extra-substituters`, without their parameters ("?priority=10").
// `skipped` is called with each that is not supported. Pure.
std::vector<atom::Url> substituters_in(const std::string& setting, const std::function<void(std::string)>& skipped);

// Where a cache over http or https describes a store path.
atom::Url narinfo_url(const atom::Url& cache, const std::string& store_path);

class Substituters {
 public:
  // `context` must outlive it. Reads no configuration before the first question.
  explicit Substituters(Context& context) : context_(context) {}

  // In the order of the paths: nothing for a path that no cache has. All are asked for at the same time, each path from
  // one cache after the other. One call at a time.
  coro::Task<std::vector<std::optional<Narinfo>>> find(std::vector<std::string> store_paths);

 private:
  struct Cache {
    explicit Cache(atom::Url the_url) : url(std::move(the_url)) {}
    atom::Url url;
    net::Traffic traffic{};
    bool has_failed = false;
  };

  coro::Task<> configure();
  coro::Task<> look_for(std::string store_path, std::optional<Narinfo>* found);
  coro::Task<std::optional<Narinfo>> ask(Cache* cache, std::string store_path);

  Context& context_;
  bool configured_ = false;
  std::vector<Cache> caches_;
  std::map<std::string, std::optional<Narinfo>> known_;
};

}  // namespace eka::engine
