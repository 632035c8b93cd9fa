#include "atom/names/atom_commit.h"

#include <optional>

#include "base/text.h"

namespace eka::atom {
namespace {

// The fixed text between the fields of every atom commit.
constexpr std::string_view before_tree = "tree ";
constexpr std::string_view before_origin = "\nauthor  <> 0 +0000\ncommitter  <> 0 +0000\norigin ";
constexpr std::string_view before_label = "\nformat pre1\n\npublish(";
constexpr std::string_view before_version = "): ";

std::string ref(std::string_view root, const Label& label, const Version& version, std::string_view leaf) {
  std::string out(root);
  out += label.str();
  out += '/';
  out += version.str();
  out += leaf;
  return out;
}

// Consumes `text` up to and including `end`; empty if `end` does not occur.
std::optional<std::string_view> take_field(std::string_view& text, std::string_view end) {
  const auto at = text.find(end);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view taken = text.substr(0, at);
  text.remove_prefix(at + end.size());
  return taken;
}

// The value of the header `format`; empty if there is none.
std::string_view format_of(std::string_view commit) {
  constexpr std::string_view key = "\nformat ";
  const auto headers = commit.substr(0, commit.find("\n\n"));
  const auto at = headers.find(key);
  if (at == std::string_view::npos) return {};
  const auto value = headers.substr(at + key.size());
  return value.substr(0, value.find('\n'));
}

}  // namespace

std::string AtomCommit::text() const {
  std::string out(before_tree);
  out += tree.hex();
  out += before_origin;
  out += origin.hex();
  out += before_label;
  out += label.str();
  out += before_version;
  out += version.str();
  return out;
}

Result<AtomCommit> AtomCommit::parse(std::string_view text) {
  const auto refuse = [](const std::string& why) { return fail(Kind::integrity, "invalid atom commit: " + why); };
  std::string_view rest = text;
  const auto start = take_field(rest, before_tree);
  const auto tree = take_field(rest, before_origin);
  const auto origin = take_field(rest, before_label);
  const auto label = take_field(rest, before_version);
  if (!start || !tree || !origin || !label || !start->empty()) {
    const auto format = format_of(text);
    if (format.empty() || format == "pre1") return refuse("unexpected headers");
    return refuse("its format is " + printable(format, 40) + ", and only pre1 is supported");
  }
  auto tree_id = ObjectId::parse(*tree);
  auto origin_id = ObjectId::parse(*origin);
  auto name = Label::parse(*label);
  auto version = Version::parse(rest);
  if (!tree_id) return refuse(tree_id.error().message());
  if (!origin_id) return refuse(origin_id.error().message());
  if (!name) return refuse(name.error().message());
  if (!version) return refuse(version.error().message());
  AtomCommit commit{*tree_id, *origin_id, *std::move(name), *std::move(version)};
  // Upper-case hexadecimal, or a label that normalizes to another, would parse as the same commit.
  if (commit.text() != text) return refuse("not in canonical form");
  return commit;
}

std::string atom_ref_prefix(const Label& label) {
  return "refs/eka/atoms/" + label.str() + "/";
}

std::string atom_ref(const Label& label, const Version& version) {
  return ref("refs/eka/atoms/", label, version, "");
}

std::string meta_ref_prefix(const Label& label) {
  return "refs/eka/meta/" + label.str() + "/";
}

std::string manifest_ref(const Label& label, const Version& version) {
  return ref("refs/eka/meta/", label, version, "/manifest");
}

std::string origin_ref(const Label& label, const Version& version) {
  return ref("refs/eka/meta/", label, version, "/origin");
}

std::string yanked_ref(const Label& label, const Version& version) {
  return ref("refs/eka/meta/", label, version, "/yanked");
}

}  // namespace eka::atom
