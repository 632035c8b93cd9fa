#include "engine/resolve/lock_changes.h"

#include <map>

#include <fmt/format.h>

#include "base/count_text.h"

namespace eka::engine {
namespace {

// What a direct source is pinned to, short enough for a line.
std::string pinned(const atom::LockedDirect& direct) {
  if (const auto* git = std::get_if<atom::LockedGit>(&direct.source)) {
    const auto rev = git->rev.hex().substr(0, 12);
    return git->version ? fmt::format("{} ({})", git->version->str(), rev) : rev;
  }
  return std::visit(
      [](const auto& source) -> std::string {
        if constexpr (requires { source.hash; }) return source.hash;
        return {};
      },
      direct.source);
}

std::string full_name(const LockChange& pin) {
  const auto owner = pin.owner.empty() ? "" : " of " + pin.owner.substr(0, 12);
  return (pin.type == "atom" ? "" : pin.type + " ") + pin.name + owner;
}

// What atoms and sources are pinned to, as `after`, by their full names.
std::map<std::string, LockChange> pins(const atom::Lock& lock) {
  std::map<std::string, LockChange> out;
  const auto add = [&out](LockChange pin) {
    auto name = full_name(pin);
    out[std::move(name)] = std::move(pin);
  };
  for (const auto& atom : lock.atoms) {
    const auto rev = atom.rev ? " (" + atom.rev->hex().substr(0, 12) + ")" : "";
    add({"atom", atom.label.str(), atom.set.hex(), {}, atom.version.str() + rev});
  }
  for (const auto& direct : lock.direct) {
    add({std::string(direct.type()), direct.name(), direct.owner ? direct.owner->str() : "", {}, pinned(direct)});
  }
  return out;
}

}  // namespace

std::string LockChange::text() const {
  if (!after) return fmt::format("- {} {}", full_name(*this), before.value_or(""));
  if (!before) return fmt::format("+ {} {}", full_name(*this), *after);
  return fmt::format("~ {} {} -> {}", full_name(*this), *before, *after);
}

std::vector<LockChange> compare_locks(const atom::Lock& before, const atom::Lock& now) {
  std::vector<LockChange> out;
  const auto old = pins(before);
  const auto fresh = pins(now);
  for (auto [name, pin] : old) {
    pin.before = std::exchange(pin.after, std::nullopt);
    const auto found = fresh.find(name);
    if (found != fresh.end()) pin.after = found->second.after;
    if (pin.before != pin.after) out.push_back(std::move(pin));
  }
  for (const auto& [name, pin] : fresh) {
    if (!old.contains(name)) out.push_back(pin);
  }
  return out;
}

std::vector<std::string> lock_changes(const std::optional<atom::Lock>& before, const atom::Lock& now) {
  if (!before) {
    return {"new: " + count_text(now.atoms.size(), "atom") + ", " + count_text(now.direct.size(), "source")};
  }
  std::vector<std::string> out;
  for (const auto& change : compare_locks(*before, now)) out.push_back(change.text());
  if (before->format != now.format) out.push_back(fmt::format("~ format {} -> {}", before->format, now.format));
  if (out.empty()) out.push_back("~ mirrors or dependencies between atoms");
  return out;
}

}  // namespace eka::engine
