#include "eval/report/origin.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include <simdjson.h>

namespace eka::eval {
namespace {

namespace dom = simdjson::dom;

std::string name_of(dom::element atom) {
  return std::string(std::string_view(atom["label"])) + " " + std::string(std::string_view(atom["version"]));
}

// The keys of an atom's dependencies, including its composer.
std::vector<std::string_view> needs(dom::element atom) {
  std::vector<std::string_view> out;
  std::string_view composer;
  if (atom["compose"]["atom"].get(composer) == simdjson::SUCCESS) out.push_back(composer);
  for (const auto& [tag, labels] : atom["deps"].get_object()) {
    for (const auto& [label, key] : labels.get_object()) out.push_back(key);
  }
  return out;
}

// The atoms of the document by key: a lookup by simdjson is linear.
using Atoms = std::unordered_map<std::string_view, dom::element>;

Atoms atoms_of(dom::element closure) {
  Atoms out;
  for (const auto& [key, atom] : closure["atoms"].get_object()) out.emplace(key, atom);
  return out;
}

dom::element at(const Atoms& atoms, std::string_view key) {
  const auto found = atoms.find(key);
  if (found == atoms.end()) throw simdjson::simdjson_error(simdjson::NO_SUCH_FIELD);
  return found->second;
}

// The dependent of each atom on the shortest path from a planned atom. A planned atom maps to itself.
std::unordered_map<std::string_view, std::string_view> ways(dom::element closure, const Atoms& atoms) {
  std::unordered_map<std::string_view, std::string_view> needed_by;
  std::vector<std::string_view> open;
  for (const dom::element root : closure["roots"].get_array()) {
    const std::string_view key = root;
    if (needed_by.emplace(key, key).second) open.push_back(key);
  }
  for (std::size_t next = 0; next < open.size(); ++next) {
    const std::string_view from = open[next];
    for (const auto key : needs(at(atoms, from))) {
      if (needed_by.emplace(key, from).second) open.push_back(key);
    }
  }
  return needed_by;
}

Origin origin_at(dom::element closure, const Atoms& atoms, std::string_view key) {
  Origin out;
  for (const auto& [tag, labels] : at(atoms, key)["deps"].get_object()) {
    for (const auto& [label, unused] : labels.get_object()) {
      out.dependencies[std::string(tag)].emplace_back(label);
    }
  }
  const auto needed_by = ways(closure, atoms);
  for (auto found = needed_by.find(key); found != needed_by.end(); found = needed_by.find(found->second)) {
    out.atoms.push_back(name_of(at(atoms, found->first)));
    if (found->second == found->first) break;
  }
  return out;
}

}  // namespace

std::string Origin::sentence() const {
  std::string out;
  for (const auto& atom : atoms) out += (out.empty() ? "evaluating the atom " : ", needed by ") + atom;
  return out;
}

std::optional<Origin> find_origin(std::string_view closure_json, const std::vector<std::string>& places) try {
  dom::parser parser;
  const dom::element closure = parser.parse(simdjson::padded_string(closure_json));
  const Atoms atoms = atoms_of(closure);
  // By location; the first of two at the same location.
  std::unordered_map<std::string_view, std::string_view> standing;
  for (const auto& [key, atom] : closure["atoms"].get_object()) standing.emplace(std::string_view(atom["root"]), key);
  std::unordered_set<std::string_view> seen;
  for (const auto& place : places) {
    const auto atom = standing.find(place);
    if (atom == standing.end() || !seen.insert(place).second) continue;
    auto origin = origin_at(closure, atoms, atom->second);
    if (!origin.atoms.empty()) return origin;
  }
  return std::nullopt;
} catch (const simdjson::simdjson_error&) {
  return std::nullopt;
}

}  // namespace eka::eval
