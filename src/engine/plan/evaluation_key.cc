#include "engine/plan/evaluation_key.h"

#include <algorithm>

#include "atom/hash/base_n.h"
#include "atom/hash/blake3.h"
#include "engine/plan/member_keys.h"

namespace eka::engine {
namespace {

// Increase it when a key covers something else, or when the format of cached evaluations changes.
constexpr int key_format = 3;

}  // namespace

std::string EvaluationKey::digest() const {
  atom::Json document;
  document["format"] = key_format;
  document["config"] = configuration;
  document["set"] = set;
  document["label"] = label;
  document["tree"] = tree;
  document["pins"] = pins;
  document["expressions"] = expressions;
  document["nix"] = nix_version;
  document["store"] = store_directory;
  if (!sandbox.empty()) document["sandbox"] = sandbox;
  if (meta) document["meta"] = true;
  return atom::hex(atom::Blake3().update(document.canonical()).digest());
}

atom::Json pinned_by_tree() {
  return "tree";
}

std::optional<atom::Json> pinned_by_lock(const ReadAtom& root) {
  if (!root.lock) return root.manifest.has_dependencies() ? std::nullopt : std::optional(pinned_by_tree());
  if (!root.lock->covers_closure()) return std::nullopt;
  // The refs of the set name the revisions that a foreign lock leaves out.
  const auto has_rev = [](const atom::LockedAtom& atom) { return atom.rev.has_value(); };
  if (!std::ranges::all_of(root.lock->atoms, has_rev)) return std::nullopt;
  if (root.lock_is_own) return pinned_by_tree();
  return atom::Json(atom::Json::Object{{"lock", root.lock->text()}});
}

atom::Json pinned_by_closure(const Closure& closure) {
  // Each key covers the member and all that it sees, including sources that are not atoms; the first is the key of the
  // planned atom.
  const auto keys = member_keys(closure);
  atom::Json members{atom::Json::Array{}};
  for (std::size_t i = 0; i < closure.members.size(); ++i) {
    members.push_back(atom::Json::Object{{"key", keys[i]}, {"tree", closure.members[i].tree.hex()}});
  }
  return atom::Json::Object{{"closure", std::move(members)}};
}

}  // namespace eka::engine
