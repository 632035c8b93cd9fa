#include "engine/publish/set_at_remote.h"

#include <algorithm>

namespace eka::engine {

SetAtRemote::SetAtRemote(std::vector<git::Ref> refs) : refs_(std::move(refs)) {
  std::ranges::sort(refs_, {}, &git::Ref::name);
}

std::vector<std::string> SetAtRemote::prefixes(const PublishSource& source) {
  std::set<atom::Label> labels;
  for (const auto& [label, atom] : source.atoms) {
    if (!atom.wanted) continue;
    labels.insert(label);
    for (const auto& needed : atom.needs) labels.insert(needed);
  }
  std::vector<std::string> out{std::string(atom::init_ref)};
  for (const auto& label : labels) {
    out.push_back(atom::atom_ref_prefix(label));
    const auto found = source.atoms.find(label);
    if (found == source.atoms.end()) continue;
    out.push_back(atom::origin_ref(label, found->second.commit.version));
    out.push_back(atom::manifest_ref(label, found->second.commit.version));
  }
  return out;
}

const git::Ref* SetAtRemote::find(const std::string& name) const {
  const auto found = std::ranges::lower_bound(refs_, name, {}, &git::Ref::name);
  return found == refs_.end() || found->name != name ? nullptr : &*found;
}

std::optional<atom::ObjectId> SetAtRemote::revision(const atom::Label& label, const atom::Version& version) const {
  const auto* ref = find(atom::atom_ref(label, version));
  return ref == nullptr ? std::nullopt : std::optional(ref->id);
}

bool SetAtRemote::has(const SourceOfAtom& atom) const {
  const auto there = revision(atom.commit.label, atom.commit.version);
  if (!there) return false;
  if (*there == atom.rev) return true;
  auto commit = atom.commit;
  const auto* origin = find(atom::origin_ref(commit.label, commit.version));
  if (origin == nullptr) return false;
  commit.origin = origin->id;
  return atom::ObjectId::of("commit", commit.text()) == *there;
}

std::vector<git::PushedRef> SetAtRemote::missing(const SourceOfAtom& atom) const {
  const auto& [tree, origin, label, version] = atom.commit;
  std::vector<git::PushedRef> out{{atom.rev, atom::atom_ref(label, version)},
                                  {atom.manifest_blob, atom::manifest_ref(label, version)},
                                  {origin, atom::origin_ref(label, version)}};
  std::erase_if(out, [this](const git::PushedRef& each) { return find(each.ref) != nullptr; });
  return out;
}

SetAtRemote SetAtRemote::with(const std::vector<git::PushedRef>& pushed) const {
  auto refs = refs_;
  for (const auto& each : pushed)
    refs.push_back({.name = each.ref, .id = each.object, .peeled = {}, .symref_target = {}});
  return SetAtRemote(std::move(refs));
}

}  // namespace eka::engine
