// Semantic versions 2.0 and Cargo-style requirements (protocol.md §5, last paragraph).
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace eka::atom {

// Ordered by semver precedence; build metadata breaks ties (by text), so the order is total and deterministic.
class Version {
 public:
  static Result<Version> parse(std::string_view text);
  // `pre_release` must be valid for parse(), or empty.
  Version(std::uint64_t major, std::uint64_t minor, std::uint64_t patch, std::string pre_release = {});

  std::uint64_t major() const { return major_; }
  std::uint64_t minor() const { return minor_; }
  std::uint64_t patch() const { return patch_; }
  const std::string& pre_release() const { return pre_release_; }  // without the "-"; empty if absent
  const std::string& build() const { return build_; }              // without the "+"
  std::string str() const;

  friend bool operator==(const Version&, const Version&) = default;
  friend std::strong_ordering operator<=>(const Version& a, const Version& b);

 private:
  std::uint64_t major_ = 0, minor_ = 0, patch_ = 0;
  std::string pre_release_;
  std::string build_;
};

struct Comparator {
  enum class Op { exact, greater, greater_eq, less, less_eq, tilde, caret, wildcard };
  Op op = Op::caret;
  std::uint64_t major = 0;
  std::optional<std::uint64_t> minor;
  std::optional<std::uint64_t> patch;
  std::string pre_release;
  friend bool operator==(const Comparator&, const Comparator&) = default;
};

// All comparators must match. No comparators: "*". Same semantics as Cargo: a bare version is "^"; "x" and "X" are
// wildcards too; build metadata is ignored; a pre-release matches only if a comparator with the same major.minor.patch
// has a pre-release, so "*" matches none.
class Requirement {
 public:
  static constexpr std::size_t comparator_limit = 32;

  Requirement() = default;  // "*"
  static Result<Requirement> parse(std::string_view text);
  bool matches(const Version& version) const;
  // The only version that can match (apart from build metadata), for "=1.2.3".
  std::optional<Version> exact() const;
  const std::vector<Comparator>& comparators() const { return comparators_; }
  std::string str() const;  // canonical: "^1.2, <1.5"; "*" for any
  friend bool operator==(const Requirement&, const Requirement&) = default;

 private:
  std::vector<Comparator> comparators_;
};

}  // namespace eka::atom
