// Publishes atoms of one commit as refs of the set's remote (protocol §3).
//
// A published version can never be changed, so everything that would make one unusable is found before the push:
//
//   compare    with what the remote has; with the working tree, for warnings
//   review     the tree: can clients fetch it?                                (review.h)
//   pins       does the lock pin only what is published?                      (pins.h)
//   preview    from what the remote has now and would have after the push, with an empty cache (preview.h):
//              does the lock match the manifest, and can the atom be planned?
//   push       all refs at once
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "atom/names/atom_commit.h"
#include "atom/names/atom_id.h"
#include "base/error.h"
#include "engine/context/context.h"

namespace eka::engine {

struct PublishRequest {
  std::filesystem::path directory;    // in the set
  std::vector<std::string> packages;  // directories or labels; empty with `all`
  bool all = false;
  std::string remote = "origin";  // a configured remote, or a URL
  std::string revision = "HEAD";
  bool check = true;     // plan each atom before it is published
  bool dry_run = false;  // do everything but the push
  bool resolve = false;  // update and commit locks that do not match, and publish from that commit
};

enum class PublishOutcome {
  published,      // published now
  would_publish,  // with dry_run
  skipped,        // published before: the same tree, possibly from another commit
  would_resolve,  // with dry_run and resolve: its lock would be updated first
  differs,        // rejected by eka: the remote has this version with other content
  unfit,          // rejected by eka: clients could not fetch it
  unresolved,     // rejected by eka: its lock pins what is not published, or does not match its manifest
  unplannable,    // rejected by eka: it cannot be planned from what the remote would have
  refused,        // the remote rejected the push
};

struct PublishedAtom {
  atom::Label label;
  atom::Version version;
  atom::AtomId id;
  atom::ObjectId rev;
  PublishOutcome outcome = PublishOutcome::published;
  std::optional<Error> refusal{};  // why it was rejected
};

struct PublishReport {
  std::string remote;  // redacted URL
  atom::ObjectId genesis;
  atom::ObjectId source;               // the commit they were published from; the last one, with `resolve`
  std::vector<PublishedAtom> atoms{};  // dependencies before their dependents, otherwise by label
  std::vector<std::string> warnings{};
  std::vector<std::string> said{};        // by the server, about refs that it accepted; safe for a terminal
  std::vector<atom::ObjectId> commits{};  // made for locks
  std::optional<Error> failure{};         // nothing was published although the working tree has something new
};

// Queries the remote, then sends one push for all refs of all atoms, atomic if the server supports it; with `resolve`,
// once per step. Only the atom commits are added to the user's repository, as loose objects; with `resolve`, also
// commits of locks. Throws Kind::usage (no such atom, not a set), Kind::integrity (the remote is another set: both
// geneses are named), Kind::remote.
coro::Task<PublishReport> publish(Context& context, PublishRequest request);

}  // namespace eka::engine
