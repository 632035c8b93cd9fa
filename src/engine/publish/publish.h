// Publishing: atoms of one commit become refs of the set's remote (protocol §3).
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
  std::filesystem::path directory;    // somewhere in the set
  std::vector<std::string> packages;  // directories or labels; empty with `all`
  bool all = false;
  std::string remote = "origin";  // a configured remote, or a url
  std::string revision = "HEAD";
};

enum class PublishOutcome {
  published,  // it is there now
  skipped,    // it was there already: the same tree, be it from another commit
  differs,    // refused by us: the remote has this version with other content
  unfit,      // rejected by eka: it could not be fetched
  refused,    // the remote refused the push
};

struct PublishedAtom {
  atom::Label label;
  atom::Version version;
  atom::AtomId id;
  atom::ObjectId rev;
  PublishOutcome outcome = PublishOutcome::published;
  std::string reason;  // of a refusal
};

struct PublishReport {
  std::string remote;  // redacted url
  atom::ObjectId genesis;
  atom::ObjectId source;              // the commit they were published from
  std::vector<PublishedAtom> atoms;   // by label
  std::vector<std::string> warnings;  // of the set, and of the trees that were pushed
};

// Asks the remote once what is there, then sends one push for all refs of all atoms, atomic where the server can. The
// user's repository gains the atom commits as loose objects and nothing else.
// Throws Kind::usage (no such atom, not a set), Kind::integrity (the remote is another set: both geneses are named),
// Kind::remote.
coro::Task<PublishReport> publish(Context& context, PublishRequest request);

}  // namespace eka::engine
