#include <algorithm>

#include "atom/toml/toml_edit.h"
#include "tests/atom/fuzz.h"

using namespace eka::atom;
using eka::fuzz::require;

namespace {

// Does not occur in any document by accident.
constexpr std::string_view mark = "\"eka-fuzz-1\"";
constexpr std::string_view other_mark = "\"eka-fuzz-2\"";

std::size_t common_prefix(std::string_view a, std::string_view b) {
  return static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
}

// Whether `after` is `before` with text inserted at one place and nothing removed.
bool only_inserted(std::string_view before, std::string_view after) {
  const std::size_t head = common_prefix(before, after);
  return after.size() > before.size() && after.ends_with(before.substr(head));
}

// Whether `after` contains all bytes of `before` in the same order.
bool nothing_lost(std::string_view before, std::string_view after) {
  for (const char c : after) {
    if (!before.empty() && before.front() == c) before.remove_prefix(1);
  }
  return before.empty();
}

void check_set(std::string_view text, const KeyPath& path) {
  const auto edited = set_entry(text, path, mark);
  if (!edited) {
    require(edited.error().kind() == eka::Kind::usage, "an error is not the user's");
    return;
  }
  const auto at = edited->find(mark);
  require(at != std::string::npos, "the value is not there");
  const auto head = std::string_view(*edited).substr(0, at);
  const auto tail = std::string_view(*edited).substr(at + mark.size());
  const bool replaced = text.size() >= head.size() + tail.size() && text.starts_with(head) && text.ends_with(tail);
  require(replaced || only_inserted(text, *edited), "bytes outside of the entry changed");

  const auto again = set_entry(*edited, path, mark);
  require(again.has_value() && *again == *edited, "the same edit again changes something");
  const auto other = set_entry(*edited, path, other_mark);
  require(other.has_value() && *other == std::string(head) + std::string(other_mark) + std::string(tail),
          "another value changes more than the value");
}

void check_append(std::string_view text, const KeyPath& path) {
  const auto edited = append_element(text, path, mark);
  if (!edited) {
    require(edited.error().kind() == eka::Kind::usage, "an error is not the user's");
    return;
  }
  require(edited->contains(mark), "the element is not there");
  require(nothing_lost(text, *edited), "appending takes something away");
  require(append_element(*edited, path, other_mark).has_value(), "a second element cannot be appended");
}

void check_remove(std::string_view text, const KeyPath& path) {
  const auto edited = remove_entry(text, path);
  if (!edited) {
    require(edited.error().kind() == eka::Kind::usage, "an error is not the user's");
    return;
  }
  require(edited->size() < text.size() && nothing_lost(*edited, text), "removing adds something");
  require(!remove_entry(*edited, path).has_value(), "it can be removed twice");
}

void fuzz_edit(std::string_view bytes) {
  if (bytes.contains("eka-fuzz-")) return;
  check_set(bytes, {"deps", "from", "company", "auth"});
  check_set(bytes, {"package", "version"});
  check_set(bytes, {"top"});
  check_append(bytes, {"set", "packages"});
  check_remove(bytes, {"deps", "from", "company", "auth"});
  check_remove(bytes, {"top"});
}

}  // namespace

EKA_FUZZ(fuzz_edit, "edit")
