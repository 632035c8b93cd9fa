#include "eval/nix/origin.h"

#include <algorithm>

#include <simdjson.h>

namespace eka::eval {
namespace {

namespace dom = simdjson::dom;

std::string name_of(dom::element atom) {
  return std::string(std::string_view(atom["label"])) + " " + std::string(std::string_view(atom["version"]));
}

// The keys of what an atom needs, its composer among them.
std::vector<std::string_view> needs(dom::element atom) {
  std::vector<std::string_view> out;
  std::string_view composer;
  if (atom["compose"]["atom"].get(composer) == simdjson::SUCCESS) out.push_back(composer);
  for (const auto& [tag, labels] : atom["deps"].get_object()) {
    for (const auto& [label, key] : labels.get_object()) out.push_back(key);
  }
  return out;
}

// Who needs whom, as found on the shortest way from the planned atoms. A planned atom is needed by itself.
std::map<std::string_view, std::string_view> ways(dom::element closure) {
  std::map<std::string_view, std::string_view> needed_by;
  std::vector<std::string_view> open;
  for (const dom::element root : closure["roots"].get_array()) {
    const std::string_view key = root;
    if (needed_by.emplace(key, key).second) open.push_back(key);
  }
  for (std::size_t at = 0; at < open.size(); ++at) {
    for (const auto key : needs(closure["atoms"].at_key(open[at]))) {
      if (needed_by.emplace(key, open[at]).second) open.push_back(key);
    }
  }
  return needed_by;
}

std::optional<std::string_view> atom_at(dom::element closure, const std::string& place) {
  for (const auto& [key, atom] : closure["atoms"].get_object()) {
    if (std::string_view(atom["root"]) == place) return key;
  }
  return std::nullopt;
}

Origin origin_at(dom::element closure, std::string_view key) {
  Origin out;
  for (const auto& [tag, labels] : closure["atoms"].at_key(key)["deps"].get_object()) {
    for (const auto& [label, unused] : labels.get_object()) {
      out.dependencies[std::string(tag)].emplace_back(label);
    }
  }
  const auto needed_by = ways(closure);
  for (auto found = needed_by.find(key); found != needed_by.end(); found = needed_by.find(found->second)) {
    out.atoms.push_back(name_of(closure["atoms"].at_key(found->first)));
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
  for (const auto& place : places) {
    const auto key = atom_at(closure, place);
    if (!key) continue;
    auto origin = origin_at(closure, *key);
    if (!origin.atoms.empty()) return origin;
  }
  return std::nullopt;
} catch (const simdjson::simdjson_error&) {
  return std::nullopt;
}

}  // namespace eka::eval
