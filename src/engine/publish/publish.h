// Publishes atoms of one commit as refs of the set's remote (protocol §3).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "atom/names/atom_commit.h"
#include "atom/names/atom_id.h"
#include "engine/context/context.h"
#include "git/object/source_repository.h"

namespace eka::engine {

struct PublishRequest {
  std::filesystem::path directory;    // in the set
  std::vector<std::string> packages;  // directories or labels; empty with `all`
  bool all = false;
  std::string remote = "origin";  // a configured remote, or a URL
  std::string revision = "HEAD";
};

enum class PublishOutcome {
  published,  // published now
  skipped,    // published before: the same tree, possibly from another commit
  differs,    // rejected by eka: the remote has this version with other content
  unfit,      // rejected by eka: clients could not fetch it
  refused,    // the remote rejected the push
};

struct PublishedAtom {
  atom::Label label;
  atom::Version version;
  atom::AtomId id;
  atom::ObjectId rev;
  PublishOutcome outcome = PublishOutcome::published;
  std::string reason;  // if rejected
};

struct PublishReport {
  std::string remote;  // redacted URL
  atom::ObjectId genesis;
  atom::ObjectId source;              // the commit they were published from
  std::vector<PublishedAtom> atoms;   // by label
  std::vector<std::string> warnings;  // of the set, and of the trees that were pushed
};

// Queries the remote once, then sends one push for all refs of all atoms, atomic if the server supports it. Only the
// atom commits are added to the user's repository, as loose objects. Throws Kind::usage (no such atom, not a set),
// Kind::integrity (the remote is another set: both geneses are named), Kind::remote.
coro::Task<PublishReport> publish(Context& context, PublishRequest request);

}  // namespace eka::engine
