// When versions were published, as far as that is known: for settings.newest_before.
//
// An atom commit has no time of its own, so that publishing the same source always gives the same commit. It names its
// origin, the source commit, whose committer date is used. Both commits are fetched without trees, in one request per
// list of mirrors, and their dates are stored in the cache by the id of the atom commit: they cannot change.
//
// The date of a version stays unknown if the server cannot filter (it would send all files of the source), if the
// remote does not have the commits, or offline if it was not learned before.
//
// Whoever makes a commit chooses its date. If the limit is an age, a version therefore also counts as published after
// the last answer of its remote to this machine that did not list it (store/fact/listings.h). A limit that is a date
// does not depend on what a machine has observed: it gives the same lock everywhere.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/context/context.h"
#include "engine/context/published.h"
#include "engine/context/remotes.h"

namespace eka::engine {

struct Release {
  Published atom;
  std::optional<atom::ObjectId> origin;  // according to a ref; the atom commit decides
  std::vector<atom::Url> urls;           // that offer it
};

class ReleaseDates {
 public:
  using Time = std::chrono::sys_seconds;

  // Both must outlive it.
  ReleaseDates(Context& context, Remotes& remotes);

  // settings.newest_before, when the run began; nothing if there is no limit.
  const std::optional<Time>& limit() const { return limit_; }

  // Learns the dates of those that are not known yet. Without a limit, nothing is requested. A remote that cannot tell
  // dates is reported to the user, once. Throws if none of the remotes that offer a version responds.
  coro::Task<> learn(std::vector<Release> releases);

  // Whether there is a limit, and the version is not known to have been published before it.
  bool is_left_out(const atom::ObjectId& rev) const;
  // When it was published: its date, or the last answer of its remote that did not list it, if that is later. Nothing
  // if the date is not known, or if there is no limit.
  std::optional<Time> published(const atom::ObjectId& rev) const;
  // The same as text: the date, or "listed after …", or "date unknown".
  std::string shown(const atom::ObjectId& rev) const;

 private:
  Time not_before(const atom::ObjectId& rev) const;
  void recall_listings(const std::vector<Release>& releases);
  std::vector<Release> unknown_among(std::vector<Release> releases);
  coro::Task<> learn_from_any(std::vector<atom::Url> urls, std::vector<Release> releases);
  coro::Task<> learn_from(atom::Url url, std::vector<Release> releases);

  Context& context_;
  Remotes& remotes_;
  std::optional<Time> limit_;
  std::map<atom::ObjectId, Time> dates_;
  std::map<atom::ObjectId, Time> not_before_;  // versions that appeared later than other answers of their remotes
  std::set<atom::ObjectId> tried_;             // and not found
  std::set<atom::Url> unable_;                 // remotes that cannot tell dates
};

// The time of a commit object; nothing if it has none that a calendar has.
std::optional<ReleaseDates::Time> committed_at(const std::string& commit_text);

}  // namespace eka::engine
