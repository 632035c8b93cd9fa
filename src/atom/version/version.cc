#include "atom/version/version.h"

#include <algorithm>
#include <charconv>

#include "base/ascii.h"
#include "base/take_until.h"
#include "base/text.h"

namespace eka::atom {
namespace {

constexpr std::size_t version_length_limit = 256;

bool is_identifier_character(char c) {
  return is_alphanumeric(c) || c == '-';
}

// Scans a version or a comparator. The first error is kept in `why`.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }
  const std::string& why() const { return why_; }
  bool failed() const { return !why_.empty(); }
  void fail(std::string why) {
    if (why_.empty()) why_ = std::move(why);
  }

  bool take(std::string_view prefix) {
    if (failed() || !rest_.starts_with(prefix)) return false;
    rest_.remove_prefix(prefix.size());
    return true;
  }
  void skip_spaces() { rest_.remove_prefix(std::min(rest_.find_first_not_of(' '), rest_.size())); }
  bool take_wildcard() { return take("*") || take("x") || take("X"); }

  std::uint64_t number(std::string_view what) {
    const auto length = static_cast<std::size_t>(std::ranges::find_if_not(rest_, is_digit) - rest_.begin());
    const std::string_view digits = rest_.substr(0, length);
    std::uint64_t value = 0;
    if (digits.empty()) {
      fail("the " + std::string(what) + " is not a number");
    } else if (digits.size() > 1 && digits.front() == '0') {
      fail("the " + std::string(what) + " has a leading zero");
    } else if (std::from_chars(digits.data(), digits.data() + digits.size(), value).ec != std::errc()) {
      fail("the " + std::string(what) + " is too large");
    }
    rest_.remove_prefix(length);
    return value;
  }

  // Identifiers separated by dots. Numeric identifiers of a pre-release must not have leading zeros.
  std::string identifiers(std::string_view what, bool numbers_are_plain) {
    const auto length = static_cast<std::size_t>(
        std::ranges::find_if_not(rest_, [](char c) { return c == '.' || is_identifier_character(c); }) - rest_.begin());
    const std::string_view all = rest_.substr(0, length);
    for (std::size_t begin = 0; begin <= all.size();) {
      const std::size_t end = std::min(all.find('.', begin), all.size());
      const std::string_view one = all.substr(begin, end - begin);
      if (one.empty()) fail("the " + std::string(what) + " has an empty identifier");
      if (numbers_are_plain && one.size() > 1 && one.front() == '0' && std::ranges::all_of(one, is_digit)) {
        fail("a number in the " + std::string(what) + " has a leading zero");
      }
      begin = end + 1;
    }
    rest_.remove_prefix(length);
    return std::string(all);
  }

 private:
  std::string_view rest_;
  std::string why_;
};

std::strong_ordering compare_identifiers(std::string_view a, std::string_view b) {
  const bool a_numeric = std::ranges::all_of(a, is_digit);
  const bool b_numeric = std::ranges::all_of(b, is_digit);
  if (a_numeric != b_numeric) return a_numeric ? std::strong_ordering::less : std::strong_ordering::greater;
  // Numbers have no leading zeros, so the longer one is larger, whatever its size.
  if (a_numeric && a.size() != b.size()) return a.size() <=> b.size();
  return a.compare(b) <=> 0;
}

// Semver 2.0, item 11. A version without pre-release is higher.
std::strong_ordering compare_pre_releases(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return a.empty() <=> b.empty();
  while (!a.empty() && !b.empty()) {
    if (const auto order = compare_identifiers(take_until(a, '.'), take_until(b, '.')); order != 0) return order;
  }
  return b.empty() <=> a.empty();  // the longer list is the higher one
}

bool same_line(const Comparator& c, const Version& v) {
  return v.major() == c.major && (!c.minor || v.minor() == *c.minor) && (!c.patch || v.patch() == *c.patch);
}

bool at_least_pre(const Comparator& c, const Version& v) {
  return compare_pre_releases(v.pre_release(), c.pre_release) >= 0;
}

bool matches_exact(const Comparator& c, const Version& v) {
  return same_line(c, v) && v.pre_release() == c.pre_release;
}

// Compares `v` with `c`; equal if `c` omits the parts that differ.
std::strong_ordering compare(const Version& v, const Comparator& c) {
  if (v.major() != c.major) return v.major() <=> c.major;
  if (!c.minor) return std::strong_ordering::equal;
  if (v.minor() != *c.minor) return v.minor() <=> *c.minor;
  if (!c.patch) return std::strong_ordering::equal;
  if (v.patch() != *c.patch) return v.patch() <=> *c.patch;
  return compare_pre_releases(v.pre_release(), c.pre_release);
}

bool matches_tilde(const Comparator& c, const Version& v) {
  if (v.major() != c.major || (c.minor && v.minor() != *c.minor)) return false;
  if (c.patch && v.patch() != *c.patch) return v.patch() > *c.patch;
  return at_least_pre(c, v);
}

bool matches_caret(const Comparator& c, const Version& v) {
  if (v.major() != c.major) return false;
  if (!c.minor) return true;
  if (!c.patch) return c.major > 0 ? v.minor() >= *c.minor : v.minor() == *c.minor;
  if (c.major > 0) {
    if (v.minor() != *c.minor) return v.minor() > *c.minor;
    if (v.patch() != *c.patch) return v.patch() > *c.patch;
  } else if (*c.minor > 0) {
    if (v.minor() != *c.minor) return false;
    if (v.patch() != *c.patch) return v.patch() > *c.patch;
  } else if (v.minor() != *c.minor || v.patch() != *c.patch) {
    return false;
  }
  return at_least_pre(c, v);
}

bool matches_comparator(const Comparator& c, const Version& v) {
  using enum Comparator::Op;
  switch (c.op) {
    case exact:
    case wildcard:
      return matches_exact(c, v);
    case greater:
      return compare(v, c) > 0;
    case greater_eq:
      return matches_exact(c, v) || compare(v, c) > 0;
    case less:
      return compare(v, c) < 0;
    case less_eq:
      return matches_exact(c, v) || compare(v, c) < 0;
    case tilde:
      return matches_tilde(c, v);
    case caret:
      return matches_caret(c, v);
  }
  return false;
}

// A pre-release matches only if a comparator names a pre-release of the same version.
bool asks_for_pre_release(const Comparator& c, const Version& v) {
  return !c.pre_release.empty() && c.major == v.major() && c.minor == v.minor() && c.patch == v.patch();
}

Comparator::Op read_operator(Scanner& in) {
  using enum Comparator::Op;
  if (in.take(">=")) return greater_eq;
  if (in.take(">")) return greater;
  if (in.take("<=")) return less_eq;
  if (in.take("<")) return less;
  if (in.take("=")) return exact;
  if (in.take("~")) return tilde;
  if (in.take("^")) return caret;
  return wildcard;  // no operator: ^, unless a wildcard follows
}

Comparator read_comparator(Scanner& in) {
  Comparator c;
  c.op = read_operator(in);
  const bool bare = c.op == Comparator::Op::wildcard;
  in.skip_spaces();
  c.major = in.number("major version");
  bool wild = false;
  for (auto* part : {&c.minor, &c.patch}) {
    if (!in.take(".")) break;
    if (in.take_wildcard()) {
      wild = true;
    } else if (wild) {
      in.fail("number after a wildcard");
    } else {
      *part = in.number(part == &c.minor ? "minor version" : "patch version");
    }
  }
  if (c.patch && in.take("-")) c.pre_release = in.identifiers("pre-release", true);
  if (c.patch && in.take("+")) in.identifiers("build metadata", false);  // ignored
  if (bare && !wild) c.op = Comparator::Op::caret;
  in.skip_spaces();
  return c;
}

std::string_view operator_text(Comparator::Op op) {
  using enum Comparator::Op;
  switch (op) {
    case exact:
      return "=";
    case greater:
      return ">";
    case greater_eq:
      return ">=";
    case less:
      return "<";
    case less_eq:
      return "<=";
    case tilde:
      return "~";
    case caret:
      return "^";
    case wildcard:
      return "";
  }
  return "";
}

std::string print(const Comparator& c) {
  std::string out(operator_text(c.op));
  out += std::to_string(c.major);
  if (c.minor) out += "." + std::to_string(*c.minor);
  if (c.patch) out += "." + std::to_string(*c.patch);
  if (!c.pre_release.empty()) out += "-" + c.pre_release;
  if (c.op == Comparator::Op::wildcard) out += ".*";
  return out;
}

}  // namespace

Result<Version> Version::parse(std::string_view text) {
  const auto refuse = [&](const std::string& why) {
    return fail(Kind::usage, "invalid version “" + printable(text, 80) + "”: " + why);
  };
  if (text.size() > version_length_limit) return refuse("too long");
  Scanner in(text);
  Version version(0, 0, 0);
  version.major_ = in.number("major version");
  if (!in.take(".")) in.fail("the minor version is missing");
  version.minor_ = in.number("minor version");
  if (!in.take(".")) in.fail("the patch version is missing");
  version.patch_ = in.number("patch version");
  if (in.take("-")) version.pre_release_ = in.identifiers("pre-release", true);
  if (in.take("+")) version.build_ = in.identifiers("build metadata", false);
  if (!in.done()) in.fail("unexpected “" + printable(in.rest(), 40) + "”");
  if (in.failed()) return refuse(in.why());
  return version;
}

Version::Version(std::uint64_t major, std::uint64_t minor, std::uint64_t patch, std::string pre_release)
    : major_(major), minor_(minor), patch_(patch), pre_release_(std::move(pre_release)) {}

std::string Version::str() const {
  std::string out = std::to_string(major_) + "." + std::to_string(minor_) + "." + std::to_string(patch_);
  if (!pre_release_.empty()) out += "-" + pre_release_;
  if (!build_.empty()) out += "+" + build_;
  return out;
}

std::strong_ordering operator<=>(const Version& a, const Version& b) {
  if (a.major_ != b.major_) return a.major_ <=> b.major_;
  if (a.minor_ != b.minor_) return a.minor_ <=> b.minor_;
  if (a.patch_ != b.patch_) return a.patch_ <=> b.patch_;
  if (const auto order = compare_pre_releases(a.pre_release_, b.pre_release_); order != 0) return order;
  return a.build_.compare(b.build_) <=> 0;
}

Result<Requirement> Requirement::parse(std::string_view text) {
  const auto refuse = [&](const std::string& why) {
    return fail(Kind::usage, "invalid version requirement “" + printable(text, 80) + "”: " + why);
  };
  if (text.size() > version_length_limit) return refuse("too long");
  Scanner in(text);
  in.skip_spaces();
  if (in.done()) return refuse("empty");
  if (in.take_wildcard()) {
    in.skip_spaces();
    if (!in.done()) return refuse("a wildcard must stand alone or follow a number");
    return Requirement();
  }
  Requirement requirement;
  do {
    in.skip_spaces();
    requirement.comparators_.push_back(read_comparator(in));
    if (requirement.comparators_.size() > comparator_limit) return refuse("too many comparators");
  } while (in.take(","));
  if (!in.done()) in.fail("unexpected “" + printable(in.rest(), 40) + "”");
  if (in.failed()) return refuse(in.why());
  // The printed form writes all operators, and must be parseable too.
  if (requirement.str().size() > version_length_limit) return refuse("too long");
  return requirement;
}

bool Requirement::matches(const Version& version) const {
  if (!std::ranges::all_of(comparators_, [&](const auto& c) { return matches_comparator(c, version); })) return false;
  return version.pre_release().empty() ||
         std::ranges::any_of(comparators_, [&](const auto& c) { return asks_for_pre_release(c, version); });
}

std::optional<Version> Requirement::exact() const {
  if (comparators_.size() != 1) return std::nullopt;
  const Comparator& c = comparators_.front();
  if (c.op != Comparator::Op::exact || !c.minor || !c.patch) return std::nullopt;
  return Version(c.major, *c.minor, *c.patch, c.pre_release);
}

std::string Requirement::str() const {
  if (comparators_.empty()) return "*";
  std::string out;
  for (const Comparator& c : comparators_) {
    if (!out.empty()) out += ", ";
    out += print(c);
  }
  return out;
}

}  // namespace eka::atom
