// Response times and failures of mirrors, in this run and earlier ones.
#pragma once

#include <chrono>
#include <optional>

#include "atom/names/url.h"
#include "store/fact/database.h"

namespace eka::engine {

class MirrorMemory {
 public:
  // `facts` must outlive it.
  explicit MirrorMemory(store::Database& facts) : facts_(facts) {}

  // The response time of the URL's host.
  std::optional<std::chrono::microseconds> answer_time(const atom::Url& url) const;
  void remember_answer(const atom::Url& url, std::chrono::microseconds time);
  // When the remote at exactly this URL failed, if it has not responded since.
  std::optional<std::chrono::system_clock::time_point> failed_at(const atom::Url& url) const;
  void remember_failure(const atom::Url& url, std::chrono::system_clock::time_point when);

 private:
  store::Database& facts_;
};

}  // namespace eka::engine
