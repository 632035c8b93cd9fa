#include "engine/query/dependency_name.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace eka::engine {
namespace {

Error ambiguous(const DependencyName& name, std::vector<std::string> sets) {
  std::ranges::sort(sets);
  return Error(Kind::usage, fmt::format("`{}` is ambiguous: it is the name of several dependencies", name.label.str()))
      .with_hint(fmt::format("specify the set: {}::{}", fmt::join(sets, fmt::format("::{} or ", name.label.str())),
                             name.label.str()));
}

}  // namespace

Result<DependencyName> DependencyName::parse(std::string_view text) {
  const auto rest_at = text.find("::");
  std::optional<atom::Tag> set;
  auto rest = text;
  if (rest_at != std::string_view::npos) {
    auto tag = atom::Tag::parse(text.substr(0, rest_at));
    if (!tag) return std::unexpected(std::move(tag).error());
    set = *std::move(tag);
    rest = text.substr(rest_at + 2);
  }
  const auto at = rest.find('@');
  auto label = atom::Label::parse(rest.substr(0, at));
  if (!label) return std::unexpected(std::move(label).error());
  DependencyName out{std::move(set), *std::move(label)};
  if (at == std::string_view::npos) return out;
  auto version = atom::Version::parse(rest.substr(at + 1));
  if (!version) return std::unexpected(std::move(version).error());
  out.version = *std::move(version);
  return out;
}

std::string DependencyName::str() const {
  return fmt::format("{}{}{}", set ? set->str() + "::" : "", label.str(), version ? "@" + version->str() : "");
}

Result<std::optional<LockedDependency>> find_dependency(const atom::Lock& lock, const DependencyName& name) {
  std::vector<const atom::LockedAtom*> atoms;
  std::vector<std::string> sets;
  for (const auto& atom : lock.atoms) {
    const auto set = lock.sets.find(atom.set);
    const auto tag = set == lock.sets.end() ? "" : set->second.tag.str();
    if (atom.label != name.label || (name.set && name.set->str() != tag)) continue;
    atoms.push_back(&atom);
    sets.push_back(tag);
  }
  if (atoms.size() > 1) return std::unexpected(ambiguous(name, std::move(sets)));
  if (!atoms.empty()) return LockedDependency{atoms.front()};
  const auto is_meant = [&](const auto& direct) { return !direct.owner && direct.name() == name.label.str(); };
  if (name.set || std::ranges::none_of(lock.direct, is_meant)) return std::nullopt;
  if (name.version) {
    return std::unexpected(
        Error(Kind::usage, fmt::format("`{}` is a direct source: it has no versions", name.label.str()))
            .with_hint("change its entry in [deps.direct.nix]"));
  }
  return LockedDependency{};
}

Result<std::optional<DeclaredDependency>> find_dependency(const atom::Manifest& manifest, const DependencyName& name) {
  std::vector<std::string> sets;
  for (const auto& [tag, atoms] : manifest.dependencies) {
    if (atoms.contains(name.label) && (!name.set || *name.set == tag)) sets.push_back(tag.str());
  }
  if (sets.size() > 1) return std::unexpected(ambiguous(name, std::move(sets)));
  if (!sets.empty()) return DeclaredDependency{unwrap(atom::Tag::parse(sets.front()))};
  if (name.set || !manifest.direct.contains(name.label.str())) return std::nullopt;
  return DeclaredDependency{};
}

std::vector<std::string> dependency_names(const atom::Lock& lock) {
  std::vector<std::string> out;
  for (const auto& atom : lock.atoms) out.push_back(atom.label.str());
  for (const auto& direct : lock.direct) {
    if (!direct.owner) out.push_back(direct.name());
  }
  return out;
}

std::vector<std::string> dependency_names(const atom::Manifest& manifest) {
  std::vector<std::string> out;
  for (const auto& [tag, atoms] : manifest.dependencies) {
    for (const auto& [label, dependency] : atoms) out.push_back(label.str());
  }
  for (const auto& [name, source] : manifest.direct) out.push_back(name);
  return out;
}

}  // namespace eka::engine
