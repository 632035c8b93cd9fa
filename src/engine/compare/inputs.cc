#include "engine/compare/inputs.h"

#include <fmt/format.h>

namespace eka::engine {
namespace {

std::string pin_of(const atom::LockedDirect& locked) {
  return std::visit(
      [](const auto& source) -> std::string {
        if constexpr (requires { source.rev; }) {
          return source.rev.hex();
        } else {
          return source.hash;
        }
      },
      locked.source);
}

std::string input_url(const atom::LockedDirect& locked) {
  return std::visit([](const auto& source) { return source.url; }, locked.source);
}

// "<tag or owner> <label or name>": what is sorted by.
std::string input_key(const std::string& name, const std::string& beyond) {
  return name + "\n" + beyond;
}

std::string name_of_input(const std::string& key) {
  return key.substr(0, key.find('\n'));
}

Inputs inputs_of_lock(const atom::Lock& lock) {
  Inputs out;
  const auto tag_of = [&](const atom::ObjectId& set) {
    const auto found = lock.sets.find(set);
    return found == lock.sets.end() ? std::string() : found->second.tag.str();
  };
  for (const auto& atom : lock.atoms) {
    out.atoms.emplace(input_key(atom.label.str(), atom.set.hex()),
                      Inputs::Pinned{atom.version.str(), atom.rev ? atom.rev->hex() : "", tag_of(atom.set)});
  }
  for (const auto& direct : lock.direct) {
    const auto* owner = direct.owner ? lock.find(*direct.owner) : nullptr;
    const auto label = owner == nullptr ? "" : owner->label.str();
    out.sources.emplace(input_key(direct.name(), label),
                        Inputs::Pinned{pin_of(direct), pin_of(direct) + " " + input_url(direct), label});
  }
  return out;
}

Inputs inputs_of_closure(const ReadAtom& root, const Closure& closure) {
  Inputs out;
  for (std::size_t i = 0; i < closure.members.size(); ++i) {
    const auto& member = closure.members[i];
    const bool is_root = i == 0;
    std::string tag;
    if (const auto set = root.lock->sets.find(member.published.set); set != root.lock->sets.end()) {
      tag = set->second.tag.str();
    }
    if (!is_root) {
      out.atoms.emplace(input_key(member.published.label.str(), member.published.set.hex()),
                        Inputs::Pinned{member.published.version.str(), member.published.rev.hex(), tag});
    }
    const auto label = is_root ? "" : member.published.label.str();
    for (const auto& [name, source] : member.sources) {
      const auto& locked = source.locked;
      out.sources.emplace(input_key(name, label),
                          Inputs::Pinned{pin_of(locked), pin_of(locked) + " " + input_url(locked), label});
    }
  }
  return out;
}

void add_changes(InputChange::Kind kind, const std::map<std::string, Inputs::Pinned>& before,
                 const std::map<std::string, Inputs::Pinned>& after, std::vector<InputChange>& out) {
  const auto differs = [](const Inputs::Pinned& a, const Inputs::Pinned& b) { return a.exactly != b.exactly; };
  std::map<std::string, InputChange> changes;
  for (const auto& [key, pinned] : before) {
    const auto now = after.find(key);
    if (now != after.end() && !differs(pinned, now->second)) continue;
    InputChange change{
        .kind = kind, .name = name_of_input(key), .before = pinned.shown, .after = {}, .set = pinned.set};
    if (now != after.end()) change.after = now->second.shown;
    changes.emplace(key, std::move(change));
  }
  for (const auto& [key, pinned] : after) {
    if (before.contains(key)) continue;
    changes.emplace(
        key,
        InputChange{.kind = kind, .name = name_of_input(key), .before = {}, .after = pinned.shown, .set = pinned.set});
  }
  for (auto& [key, change] : changes) out.push_back(std::move(change));
}

}  // namespace

Inputs inputs_of(const ReadAtom& atom, const Closure* closure) {
  if (!atom.lock) return {};
  return closure == nullptr || atom.lock->covers_closure() ? inputs_of_lock(*atom.lock)
                                                           : inputs_of_closure(atom, *closure);
}

std::vector<InputChange> differences(const Inputs& before, const Inputs& after) {
  std::vector<InputChange> out;
  add_changes(InputChange::Kind::atom, before.atoms, after.atoms, out);
  add_changes(InputChange::Kind::source, before.sources, after.sources, out);
  return out;
}

}  // namespace eka::engine
