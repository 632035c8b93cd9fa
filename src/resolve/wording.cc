#include "resolve/wording.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace eka::resolve {

std::string join(const std::vector<std::string>& parts, const std::string& last) {
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) out += i + 1 == parts.size() ? " " + last + " " : ", ";
    out += parts[i];
  }
  return out;
}

std::string Wording::name(const Derivation::Package& package) const {
  return package ? printable(facts_.name(*package)) : root_;
}

std::string Wording::versions(const Derivation::Package& package, const VersionSet& set) const {
  constexpr std::size_t most_runs = 5;
  const auto& list = facts_.versions(*package)->list;
  std::vector<std::string> runs;
  for (VersionSet::Member m = 1; m < set.size(); ++m) {
    if (!set.contains(m)) continue;
    const VersionSet::Member first = m;
    while (m + 1 < set.size() && set.contains(m + 1)) ++m;
    if (m == first || (m == first + 1 && m + 1 != set.size() && first != 1)) {
      for (VersionSet::Member each = first; each <= m; ++each) runs.push_back(list[each - 1].str());
    } else if (m + 1 == set.size()) {
      runs.push_back(list[first - 1].str() + " and up");
    } else if (first == 1) {
      runs.push_back("up to " + list[m - 1].str());
    } else {
      runs.push_back(list[first - 1].str() + " to " + list[m - 1].str());
    }
  }
  if (runs.size() > most_runs) {
    const std::string more = std::to_string(runs.size() - most_runs + 1) + " more";
    runs.resize(most_runs - 1);
    runs.push_back(more);
  }
  return join(runs, "or");
}

std::string Wording::selected(const Derivation::Term& term) const {
  VersionSet every = VersionSet::all(term.set.size());
  every.erase(VersionSet::absent);
  if (term.set == every && term.set.size() > 2) return "every version of " + name(term.package);
  return name(term.package) + " " + versions(term.package, term.set);
}

std::string Wording::required(const Derivation::Term& term) const {
  const VersionSet wanted = term.set.complement();
  if (term.set == VersionSet::only(term.set.size(), VersionSet::absent)) return name(term.package);
  return name(term.package) + " " + versions(term.package, wanted);
}

std::string Wording::clause(const Derivation::Node& node) const {
  if (node.reason != Reason::learned) return fact(node);
  std::vector<std::string> together, needed;
  for (const Derivation::Term& term : node.terms) {
    if (!term.package) continue;
    term.set.is_positive() ? together.push_back(selected(term)) : needed.push_back(required(term));
  }
  if (together.empty() && needed.empty()) return "there is no solution";
  if (together.empty()) return join(needed, "or") + " must be used";
  if (!needed.empty()) {
    const std::string verb = together.size() > 2 ? " together need " : " needs ";
    return join(together, together.size() > 2 ? "and" : "with") + verb + join(needed, "or");
  }
  if (together.size() == 1) {
    if (together[0].starts_with("every version of")) return "no" + together[0].substr(5) + " can be used";
    return together[0] + " cannot be used";
  }
  if (together.size() == 2) return together[0] + " is incompatible with " + together[1];
  return join(together, "and") + " are incompatible";
}

std::string Wording::requirement(const Derivation::Node& node, bool with_reason) const {
  std::string out = name(node.object);
  if (!node.requirement->comparators().empty()) out += " " + node.requirement->str();
  std::string remarks = printable(node.note);
  if (const std::string why = with_reason ? why_nothing_matches(node) : std::string(); !why.empty()) {
    remarks += (remarks.empty() ? "" : "; ") + why;
  }
  return remarks.empty() ? out : out + " (" + remarks + ")";
}

std::string Wording::fact(const Derivation::Node& node) const {
  if (node.reason == Reason::root) return root_ + " is required";
  if (node.reason == Reason::unusable) return subject(node) + " cannot be used (" + printable(node.note) + ")";
  return subject(node) + " needs " + requirement(node, true);
}

std::string Wording::subject(const Derivation::Node& node) const {
  if (!node.subject) return root_;
  const auto is_subject = [&](const Derivation::Term& term) { return term.package == node.subject; };
  return selected(*std::find_if(node.terms.begin(), node.terms.end(), is_subject));
}

std::string Wording::clauses(const Derivation::Node& a, const Derivation::Node& b) const {
  if (a.reason == Reason::dependency && b.reason == Reason::dependency && subject(a) == subject(b)) {
    return subject(a) + " needs " + and_then(requirement(a, true), requirement(b, true));
  }
  return and_then(clause(a), clause(b));
}

std::string Wording::and_then(const std::string& a, const std::string& b) {
  return a + (a.find(',') == std::string::npos ? " and " : ", and ") + b;
}

std::string Wording::why_nothing_matches(const Derivation::Node& node) const {
  if (node.object == node.subject) return "which it does not satisfy itself";
  const Versions& known = *facts_.versions(*node.object);
  if (known.list.empty()) {
    return known.none_because.empty() ? "no versions exist" : printable(known.none_because);
  }
  std::vector<atom::Version> list;
  for (std::size_t i = 0; i < known.list.size(); ++i) {
    if (!node.counted || std::ranges::binary_search(*node.counted, i)) list.push_back(known.list[i]);
  }
  if (list.empty()) return "no acceptable version exists";
  const auto matches = [&](const atom::Version& v) { return node.requirement->matches(v); };
  if (std::any_of(list.begin(), list.end(), matches)) return {};
  // Would it match if it were not a pre-release?
  const auto unnamed = std::find_if(list.rbegin(), list.rend(), [&](const atom::Version& v) {
    return !v.pre_release().empty() && matches(atom::Version(v.major(), v.minor(), v.patch()));
  });
  if (unnamed != list.rend()) {
    return unnamed->str() + " is a pre-release and must be required explicitly";
  }
  if (list.size() == 1) return "only " + list[0].str() + " exists";
  if (list.size() == 2) return "only " + list[0].str() + " and " + list[1].str() + " exist";
  return "existing versions are " + list.front().str() + " to " + list.back().str();
}

}  // namespace eka::resolve
