#include "cli/ci/places.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "engine/workspace/package_set.h"

namespace eka::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view decimal_digits = "0123456789";

// What ends a path to the left of ":LINE".
constexpr std::string_view delimiters = " \t\n()[]{}<>,;\"'`";

std::size_t parsed_number(std::string_view text) {
  std::size_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// The number after a colon at the start of `text`; empty if there is none. Removes both.
std::string_view take_number(std::string_view& text) {
  if (!text.starts_with(':')) return {};
  const auto end = std::min(text.find_first_not_of(decimal_digits, 1), text.size());
  const auto number = text.substr(1, end - 1);
  if (!number.empty()) text.remove_prefix(end);
  return number;
}

std::optional<fs::path> real_path(const fs::path& path) {
  std::error_code failure;
  auto out = fs::canonical(path, failure);
  return failure ? std::nullopt : std::optional(std::move(out));
}

// The labels of the atoms of a working tree, and their directories; none if it is not a valid set.
std::vector<std::pair<std::string, std::string>> atoms_in(const fs::path& root) {
  std::vector<std::pair<std::string, std::string>> out;
  std::error_code ignored;
  if (!fs::exists(root / engine::set_file, ignored)) return out;
  try {
    const auto set = engine::read_package_set(engine::files_of(root));
    if (!set) return out;
    for (const auto& [label, atom] : set->atoms) out.emplace_back(label.str(), atom.directory);
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch)
    // The errors to report are those of the run.
  }
  return out;
}

}  // namespace

fs::path workspace_of_job() {
  for (const char* name : {"GITHUB_WORKSPACE", "CI_PROJECT_DIR"}) {
    if (const char* value = std::getenv(name); value != nullptr && *value == '/') return value;
  }
  std::error_code gone;
  return fs::current_path(gone);
}

Places::Places(const fs::path& workspace, std::vector<fs::path> sets) {
  workspace_ = real_path(workspace).value_or(workspace);
  roots_ = std::move(sets);
  std::error_code gone;
  roots_.push_back(fs::current_path(gone));
  for (const auto& root : roots_) {
    for (const auto& [label, directory] : atoms_in(root)) atoms_.emplace_back(label, root / directory);
  }
}

std::optional<Place> Places::of(const Error& error) const {
  if (auto place = in_text(error.message())) return place;
  for (const auto& context : error.context()) {
    if (auto place = in_text(context)) return place;
  }
  return std::nullopt;
}

std::optional<Place> Places::otherwise() const {
  for (const auto& root : roots_) {
    if (auto file = in_workspace(root / engine::set_file)) return Place{*std::move(file)};
  }
  return std::nullopt;
}

std::optional<Place> Places::in_text(std::string_view text) const {
  // Messages are bounded, but each candidate is looked for on disk.
  constexpr int most_candidates = 50;
  int candidates = 0;
  for (auto colon = text.find(':'); colon != text.npos && candidates < most_candidates;
       colon = text.find(':', colon + 1)) {
    auto rest = text.substr(colon);
    const auto line = take_number(rest);
    if (line.empty()) continue;
    const auto before = text.substr(0, colon);
    const auto start = before.find_last_of(delimiters);
    const auto named = before.substr(start == before.npos ? 0 : start + 1);
    if (named.empty()) continue;
    ++candidates;
    auto file = find(named);
    if (file) return Place{*std::move(file), parsed_number(line), parsed_number(take_number(rest))};
  }
  return std::nullopt;
}

std::optional<std::string> Places::find(const fs::path& named) const {
  if (named.is_absolute()) return in_workspace(named);
  for (const auto& root : roots_) {
    if (auto file = in_workspace(root / named)) return file;
  }
  const fs::path label = *named.begin();
  for (const auto& [atom, directory] : atoms_) {
    if (label != atom) continue;
    if (auto file = in_workspace(directory / named.lexically_relative(label))) return file;
  }
  return std::nullopt;
}

std::optional<std::string> Places::in_workspace(const fs::path& path) const {
  const auto real = real_path(path);
  std::error_code failure;
  if (!real || !fs::is_regular_file(*real, failure)) return std::nullopt;
  const auto relative = real->lexically_relative(workspace_);
  if (relative.empty() || *relative.begin() == "..") return std::nullopt;
  return relative.generic_string();
}

}  // namespace eka::cli
