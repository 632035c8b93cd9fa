// Universes: version problems as JSON documents and as facts for the solver.
//
//   { "name": "chain", "packages": { "a": { "1.0.0": { "b": "^1" } }, "b": { "1.0.0": {} } }, "root": { "a": "*" },
//     "locked": { "b": "1.0.0" }, "expect": "sat", "solution": { "a": "1.0.0", "b": "1.0.0" } }
//
// A document contains one such object or an array of them. packages: label, version, dependency label, requirement. A
// label that is required but absent has no versions. locked, expect and solution are optional; other keys are ignored.
//
// For explanations: a requirement may be { "requirement": "^1", "note": where it is declared }; "absent": { label: why
// there are no versions }; "unusable": { label: { version: why it cannot be selected } }.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "resolve/facts.h"
#include "resolve/solver.h"

namespace eka::bench {

using Selection = std::map<std::string, std::string>;  // label, version

class Universe final : public resolve::Facts {
 public:
  std::string title;
  resolve::Request request;
  std::optional<bool> expect_solvable;
  std::optional<Selection> expect_solution;

  resolve::PackageId intern(std::string_view label);
  // The versions may be in any order, each with its manifest.
  void publish(resolve::PackageId package, std::vector<std::pair<atom::Version, resolve::Manifest>> versions);
  void explain_absence(resolve::PackageId package, std::string why);
  void make_unusable(resolve::PackageId package, const atom::Version& version, std::string why);

  std::size_t package_count() const { return packages_.size(); }
  std::string name(resolve::PackageId package) const override { return at(package).label; }
  const resolve::Versions* versions(resolve::PackageId package) const override { return &at(package).versions; }
  const resolve::Manifest* manifest(resolve::PackageId package, std::size_t version) const override {
    return &at(package).manifests[version];
  }

  Selection selection(const resolve::Solved& solved) const;
  // Describes an error in a solution: an unsatisfied requirement, a duplicate or unneeded package. Empty if valid.
  std::string complaint(const resolve::Solved& solved) const;

 private:
  struct Package {
    std::string label;
    resolve::Versions versions;
    std::vector<resolve::Manifest> manifests;
  };
  const Package& at(resolve::PackageId package) const { return packages_[static_cast<std::size_t>(package)]; }

  std::vector<Package> packages_;
  std::unordered_map<std::string, resolve::PackageId> by_label_;
};

// Throws Error (Kind::usage) that names the case if the document is invalid.
std::vector<Universe> read_universes(const std::filesystem::path& file);

}  // namespace eka::bench
