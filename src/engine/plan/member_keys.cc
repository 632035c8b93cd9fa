// The key of a member covers the keys of its dependencies, like a Merkle tree. Members that depend on one another are
// one node of the tree: the strongly connected components of the closure, found with Tarjan's algorithm, which yields
// each component after all that it reaches. Without recursion, since the depth of a closure is limited only by its
// size.
#include "engine/plan/member_keys.h"

#include <algorithm>
#include <limits>

#include "atom/hash/base_n.h"
#include "atom/hash/blake3.h"

namespace eka::engine {
namespace {

using Index = Closure::Index;

std::vector<Index> neighbours(const Closure::Member& member) {
  std::vector<Index> out;
  if (member.composer) out.push_back(*member.composer);
  for (const auto& [tag, labels] : member.dependencies) {
    for (const auto& [label, index] : labels) out.push_back(index);
  }
  return out;
}

// What a lock says about a source, as one word.
std::string pinned_to(const atom::LockedDirect& locked) {
  const auto rest = [](const auto& source) -> std::string {
    if constexpr (requires { source.rev; }) {
      return source.rev.hex();
    } else if constexpr (requires { source.unpack; }) {
      return source.hash + (source.unpack ? ",unpack" : "");
    } else {
      return source.hash;
    }
  };
  const auto url = std::visit([](const auto& source) { return source.url; }, locked.source);
  return std::string(locked.type()) + "," + url + "," + std::visit(rest, locked.source);
}

// Identifies a member without its dependencies: its revision, and the names and revisions that it sees.
std::string describe(const Closure& closure, const Closure::Member& member) {
  const auto rev = [&](Index index) { return closure.members[index].published.rev.hex(); };
  std::string out = member.published.set.hex() + member.published.rev.hex();
  if (member.composer) out += " with " + rev(*member.composer);
  for (const auto& [tag, labels] : member.dependencies) {
    for (const auto& [label, index] : labels) out += " " + tag.str() + "." + label.str() + "=" + rev(index);
  }
  for (const auto& [name, source] : member.sources) out += " " + name + "=" + pinned_to(source.locked);
  return out + "\n";
}

class Components {
 public:
  explicit Components(const Closure& closure)
      : found_(closure.members.size(), none),
        lowest_(closure.members.size()),
        component_(closure.members.size(), none) {
    for (const auto& member : closure.members) edges_.push_back(neighbours(member));
    for (Index index = 0; index < found_.size(); ++index) {
      if (found_[index] == none) visit(index);
    }
  }

  // Each after those that it reaches.
  const std::vector<std::vector<Index>>& list() const { return components_; }
  std::size_t of(Index member) const { return component_[member]; }
  const std::vector<Index>& edges(Index member) const { return edges_[member]; }

 private:
  static constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

  struct Step {
    Index member;
    std::size_t next = 0;  // of its edges
  };

  void enter(Index member, std::vector<Step>& path) {
    found_[member] = lowest_[member] = count_++;
    open_.push_back(member);
    path.push_back({member});
  }

  void visit(Index start) {
    std::vector<Step> path;
    enter(start, path);
    while (!path.empty()) {
      const auto member = path.back().member;
      if (path.back().next < edges_[member].size()) {
        const auto other = edges_[member][path.back().next++];
        if (found_[other] == none) {
          enter(other, path);
        } else if (component_[other] == none) {
          lowest_[member] = std::min(lowest_[member], found_[other]);
        }
        continue;
      }
      path.pop_back();
      if (!path.empty()) {
        auto& lowest = lowest_[path.back().member];
        lowest = std::min(lowest, lowest_[member]);
      }
      if (lowest_[member] == found_[member]) close(member);
    }
  }

  // Everything that was entered since `first` and is still open reaches it.
  void close(Index first) {
    auto& members = components_.emplace_back();
    Index member = none;
    do {
      member = open_.back();
      open_.pop_back();
      component_[member] = components_.size() - 1;
      members.push_back(member);
    } while (member != first);
  }

  std::vector<std::vector<Index>> edges_;
  std::vector<std::size_t> found_;   // the order in which members were found
  std::vector<std::size_t> lowest_;  // the first found of those open that it reaches
  std::vector<std::size_t> component_;
  std::vector<Index> open_;  // without a component yet
  std::vector<std::vector<Index>> components_;
  std::size_t count_ = 0;
};

std::string digest_of(const std::vector<std::string>& texts) {
  atom::Blake3 hash;
  for (const auto& text : texts) hash.update(text);
  return atom::hex(hash.digest());
}

}  // namespace

std::vector<std::string> member_keys(const Closure& closure) {
  std::vector<std::string> alone;
  for (const auto& member : closure.members) alone.push_back(describe(closure, member));
  const Components components(closure);
  std::vector<std::string> digests;  // of components
  for (std::size_t i = 0; i < components.list().size(); ++i) {
    // Each text ends with a newline, so that their sequence is unambiguous. Sorted: members have no order.
    std::vector<std::string> texts;
    for (const auto member : components.list()[i]) {
      texts.push_back(alone[member]);
      for (const auto other : components.edges(member)) {
        if (components.of(other) != i) texts.push_back(digests[components.of(other)] + "\n");
      }
    }
    std::ranges::sort(texts);
    texts.erase(std::ranges::unique(texts).begin(), texts.end());
    digests.push_back(digest_of(texts));
  }
  std::vector<std::string> out;
  for (Index index = 0; index < closure.members.size(); ++index) {
    const auto digest = digest_of({alone[index], digests[components.of(index)]});
    out.push_back(closure.members[index].published.label.str() + "-" + digest.substr(0, 32));
  }
  return out;
}

}  // namespace eka::engine
