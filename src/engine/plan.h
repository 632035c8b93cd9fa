// From atom URIs to derivations: what is asked of the engine, and what it answers.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "atom/atom_id.h"
#include "atom/uri.h"
#include "engine/observer.h"
#include "engine/parts.h"
#include "error/error.h"
#include "eval/evaluator.h"
#include "git/remote.h"

namespace eka::engine {

struct PlanRequest {
  struct Item {
    std::string typed;  // as the person wrote it
    atom::AtomUri uri;
    // Where the atom lies in a working tree: planned as it lies there, and the URI's own place is not asked.
    std::optional<std::filesystem::path> working_tree;
  };
  std::vector<Item> items;
};

// The plan of one atom.
struct Plan {
  atom::Label label;
  atom::Version version;
  atom::AtomId id;
  atom::ObjectId rev;
  std::string drv_path;
  std::vector<eval::Output> outputs;
  bool remembered = false;               // from an earlier evaluation
  std::vector<std::string> remotes;      // every remote that its closure names, redacted
  std::map<Stage, double> milliseconds;  // wall time by stage; stages of several plans overlap
};

struct RemoteCost {
  std::string url;
  git::Traffic traffic;
};

struct PlanReport {
  std::vector<Result<Plan>> plans;  // one for each item, in their order
  std::vector<RemoteCost> remotes;  // those that were asked anything, by url
};

// Runs the whole pipeline. An item that fails stops no other: its error stands in its place. Throws only what concerns
// all of them (the cache cannot be opened, Nix is missing), and Cancelled.
coro::Task<PlanReport> plan(Parts& parts, PlanRequest request);

}  // namespace eka::engine
