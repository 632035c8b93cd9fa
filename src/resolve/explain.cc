// The lines are ordered as in PubGrub's error reporting: a derived cause is explained immediately before the line that
// uses it, which can then start with "And because". A node that is used twice is explained once.
#include "resolve/explain.h"

#include <algorithm>
#include <set>
#include <utility>

#include "resolve/wording.h"

namespace eka::resolve {
namespace {

using Node = Derivation::Node;

constexpr std::size_t readable_nodes = 60;
constexpr std::size_t listed_facts = 30;

class Telling {
 public:
  Telling(const Derivation& derivation, const Facts& facts, const std::string& root)
      : nodes_(derivation.nodes), is_cut_(derivation.is_cut), wording_(facts, root), line_(nodes_.size(), 0) {}

  Explanation run() {
    collect_root_requirements();
    if (is_cut_ || nodes_.size() > readable_nodes) {
      list_facts();
      return std::move(out_);
    }
    tell(nodes_.size() - 1);
    out_.numbered = referred_ || out_.lines.size() > 3;
    return std::move(out_);
  }

 private:
  bool is_fact(std::size_t node) const { return nodes_[node].reason != Reason::learned; }
  bool is_told(std::size_t node) const { return line_[node] != 0; }
  // The selection of the root is not mentioned.
  bool is_silent(std::size_t node) const { return nodes_[node].reason == Reason::root; }
  std::string clause(std::size_t node) const { return wording_.clause(nodes_[node]); }
  std::string told(std::size_t node) {
    referred_ = true;
    return clause(node) + " [" + std::to_string(line_[node]) + "]";
  }

  static std::string capital(std::string text) {
    if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
    return text;
  }
  void say(std::string text) { out_.lines.push_back(std::move(text)); }
  void conclude(std::size_t node, const std::string& because) {
    say(because + ", " + clause(node) + ".");
    line_[node] = out_.lines.size();
  }

  void tell(std::size_t node) {
    auto [a, b] = nodes_[node].causes;
    if (is_silent(a) || is_silent(b)) return tell_without_root(node, is_silent(a) ? b : a);
    if (is_fact(a) && is_fact(b)) return conclude(node, "Because " + wording_.clauses(nodes_[a], nodes_[b]));
    if (is_fact(a)) std::swap(a, b);
    is_fact(b) ? tell_with_fact(node, a, b) : tell_with_two(node, a, b);
  }

  // A node that follows from a cause and the selection of the root: nearly the same statement, or the conclusion.
  void tell_without_root(std::size_t node, std::size_t cause) {
    if (is_fact(cause)) {
      say(capital(clause(cause)) + ", so " + clause(node) + ".");
    } else {
      if (!is_told(cause)) tell(cause);
      if (clause(cause) != clause(node)) say("So " + clause(node) + ".");
    }
    line_[node] = out_.lines.size();
  }

  void tell_with_fact(std::size_t node, std::size_t derived, std::size_t fact) {
    if (is_told(derived)) return conclude(node, "Because " + Wording::and_then(told(derived), clause(fact)));
    // Two consecutive facts are combined in one line if the node between them is not used elsewhere.
    const auto [a, b] = nodes_[derived].causes;
    if (uses(derived) == 1 && is_fact(a) != is_fact(b) && !is_silent(a) && !is_silent(b)) {
      const std::size_t inner = is_fact(a) ? b : a, first = is_fact(a) ? a : b;
      if (!is_told(inner)) {
        tell(inner);
        return conclude(node, "And because " + wording_.clauses(nodes_[first], nodes_[fact]));
      }
    }
    tell(derived);
    conclude(node, "And because " + clause(fact));
  }

  void tell_with_two(std::size_t node, std::size_t a, std::size_t b) {
    if (is_told(a) && is_told(b)) return conclude(node, "Because " + Wording::and_then(told(a), told(b)));
    if (is_told(b)) std::swap(a, b);
    if (is_told(a)) {
      tell(b);
      return conclude(node, "And because " + told(a));
    }
    tell(a);
    if (is_told(b)) return conclude(node, "And because " + told(b));  // explained as part of a
    tell(b);
    conclude(node, "And because " + told(a));
  }

  std::size_t uses(std::size_t node) const {
    std::size_t count = 0;
    for (const Node& other : nodes_) {
      if (other.reason == Reason::learned)
        count += static_cast<std::size_t>(std::count(other.causes.begin(), other.causes.end(), node));
    }
    return count;
  }

  void collect_root_requirements() {
    std::set<std::string> seen;
    for (const Node& node : nodes_) {
      if (node.reason != Reason::dependency || node.subject) continue;
      std::string text = wording_.requirement(node, false);
      if (seen.insert(text).second) out_.root_requirements.push_back(std::move(text));
    }
  }

  void list_facts() {
    say("These requirements cannot be satisfied together:");
    std::size_t more = 0;
    for (const bool of_root : {true, false}) {
      for (std::size_t i = 0; i < nodes_.size(); ++i) {
        if (!is_fact(i) || is_silent(i) || nodes_[i].subject.has_value() == of_root) continue;
        out_.lines.size() <= listed_facts ? say("- " + clause(i)) : void(++more);
      }
    }
    if (more > 0) say("- and " + std::to_string(more) + " more");
  }

  const std::vector<Node>& nodes_;
  bool is_cut_;
  Wording wording_;
  std::vector<std::size_t> line_;  // by node: its line number, from 1; 0 if not explained yet
  bool referred_ = false;
  Explanation out_;
};

}  // namespace

std::string Explanation::text() const {
  std::string out;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (numbered) out += (i + 1 < 10 ? " " : "") + std::to_string(i + 1) + ". ";
    out += lines[i] + "\n";
  }
  if (!root_requirements.empty()) {
    out += root_requirements.size() == 1 ? "Change this requirement: " : "Change one of these requirements: ";
    out += join(root_requirements, "or") + ".\n";
  }
  return out;
}

Explanation explain(const Derivation& derivation, const Facts& facts, const std::string& root) {
  return Telling(derivation, facts, root).run();
}

}  // namespace eka::resolve
