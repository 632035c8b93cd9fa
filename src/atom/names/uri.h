// Atom URIs (protocol.md §7): what users type to name an atom or a direct source.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "atom/names/label.h"
#include "atom/names/label_pattern.h"
#include "atom/names/url.h"
#include "atom/version/version.h"

namespace eka::atom {

// Maps an alias to its expansion, one level; expand() recurses.
class Aliases {
 public:
  static Aliases defaults();
  Result<void> set(std::string_view name, std::string_view expansion);
  const std::map<std::string, std::string>& entries() const { return entries_; }

 private:
  std::map<std::string, std::string> entries_;
};

struct AtomUri {
  std::optional<Url> set;  // unset: the local set
  Label label;
  std::optional<Requirement> requirement;
  // Instead of a requirement, after "@rev:": the revision of the atom, or its first digits; lower case. Empty: none.
  std::string rev{};

  static constexpr std::size_t shortest_rev = 7;
  static Result<AtomUri> parse(std::string_view text, const Aliases& aliases);
  std::string str() const;  // expanded, redacted
};

// Several atoms of one set: the same with a pattern instead of the label, such as gh:owner/repo::lib-*@^1.
struct AtomPattern {
  std::optional<Url> set;  // unset: the local set
  LabelPattern labels;
  std::optional<Requirement> requirement;

  // Whether the text has a wildcard in the place of the label.
  static bool is_pattern(std::string_view text);
  static Result<AtomPattern> parse(std::string_view text, const Aliases& aliases);
};

// A direct source: the same without "::label".
Result<Url> parse_direct_uri(std::string_view text, const Aliases& aliases);

}  // namespace eka::atom
