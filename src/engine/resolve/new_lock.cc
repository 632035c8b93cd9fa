#include "engine/resolve/new_lock.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace eka::engine {
namespace {

std::string& url_of(atom::DirectSource& source) {
  return std::visit([](auto& fetch) -> std::string& { return fetch.url; }, source.fetch);
}

}  // namespace

NewLock::NewLock(Graph& graph, const atom::Manifest& root, const atom::ObjectId& own_set, bool local,
                 const resolve::Solved& solved)
    : graph_(graph), root_{&root, own_set, std::nullopt, local} {
  for (const auto& selected : solved.selected) {
    const auto published = graph.published(selected);
    chosen_.emplace(Key{published.set, published.label}, selected);
  }
}

// The chosen atoms that a manifest names, including its composer; by set, then label, without duplicates.
std::vector<NewLock::Key> NewLock::named_by(const Member& member) const {
  std::set<Key> out;
  const auto add = [&](const atom::Tag& tag, const atom::Label& label) {
    const auto set = graph_.set_of(member.manifest->sets.at(tag), member.set);
    if (set && chosen_.contains({*set, label})) out.emplace(*set, label);
  };
  if (const auto* with = std::get_if<atom::WithAtom>(&member.manifest->composer)) add(with->from, with->label);
  for (const auto& [tag, atoms] : member.manifest->dependencies) {
    for (const auto& [label, dependency] : atoms) add(tag, label);
  }
  return {out.begin(), out.end()};
}

// Nearest first, so that of several names for a set the nearest is used.
std::vector<NewLock::Member> NewLock::breadth_first() const {
  std::vector<Member> out{root_};
  std::set<Key> seen;
  for (std::size_t next = 0; next < out.size(); ++next) {
    for (const auto& key : named_by(out[next])) {
      if (!seen.insert(key).second) continue;
      const auto& selected = chosen_.at(key);
      out.push_back(
          {&graph_.manifest_of(selected), key.first, atom::AtomId(key.first, key.second), graph_.is_local(selected)});
    }
  }
  return out;
}

void NewLock::add_sets(const Member& member, atom::Lock& lock) const {
  std::set<atom::Tag> used;
  if (const auto* with = std::get_if<atom::WithAtom>(&member.manifest->composer)) used.insert(with->from);
  for (const auto& [tag, atoms] : member.manifest->dependencies) used.insert(tag);
  if (!member.id) {
    // The root also decides sets that only its dependencies need.
    for (const auto& [tag, source] : member.manifest->sets) {
      const auto genesis = graph_.set_of(source, member.set);
      const auto is_chosen = [&](const auto& entry) { return entry.first.first == genesis; };
      if (genesis && std::ranges::any_of(chosen_, is_chosen)) used.insert(tag);
    }
  }
  for (const auto& tag : used) {
    const auto& source = member.manifest->sets.at(tag);
    const auto genesis = graph_.set_of(source, member.set);
    if (!genesis) continue;
    auto& set = lock.sets.try_emplace(*genesis, atom::LockedSet{tag, false, {}}).first->second;
    if (source.local && *genesis == root_.set) set.local = true;
    for (const auto& url : source.mirrors) {
      if (std::ranges::find(set.mirrors, url) == set.mirrors.end()) set.mirrors.push_back(url);
    }
  }
}

// Deciding mirrors first, both groups in ascending order.
void NewLock::order_mirrors(atom::Lock& lock) const {
  for (auto& [genesis, set] : lock.sets) {
    const auto deciding = graph_.deciding(genesis);
    std::ranges::sort(set.mirrors, {}, [&](const atom::Url& url) {
      return std::pair(!std::ranges::binary_search(deciding, url), url.str());
    });
  }
}

atom::LockedComposer NewLock::composer() const {
  atom::LockedComposer out;
  if (const auto* with = std::get_if<atom::WithAtom>(&root_.manifest->composer)) {
    const auto set = graph_.set_of(root_.manifest->sets.at(with->from), root_.set);
    out.use = atom::LockedComposer::Use::atom;
    out.id = atom::AtomId(*set, with->label);
    out.version = graph_.published(chosen_.at({*set, with->label})).version;
    out.entry = with->entry;
  } else if (const auto* nix = std::get_if<atom::AsNix>(&root_.manifest->composer)) {
    out.use = atom::LockedComposer::Use::nix;
    out.entry = nix->entry;
  } else {
    out.use = atom::LockedComposer::Use::static_;
  }
  return out;
}

atom::Lock NewLock::atoms() const {
  atom::Lock lock;
  lock.composer = composer();
  const auto members = breadth_first();
  const auto direct = named_by(root_);
  for (const auto& member : members) {
    add_sets(member, lock);
    if (!member.id) continue;
    const Key key{member.set, member.manifest->label};
    const auto published = graph_.published(chosen_.at(key));
    std::vector<atom::AtomId> needs;
    for (const auto& [set, label] : named_by(member)) needs.emplace_back(set, label);
    std::ranges::sort(needs);
    const bool named = std::ranges::find(direct, key) != direct.end();
    lock.atoms.push_back(
        {published.label, published.version, published.set, published.rev, *member.id, named, std::move(needs)});
  }
  order_mirrors(lock);
  lock.sort();
  return lock;
}

std::string NewLock::filled_url(const Member& member, const std::string& url) const {
  const auto version_of = [&](const atom::Tag& tag, const atom::Label& label) -> Result<atom::Version> {
    const auto set = graph_.set_of(member.manifest->sets.at(tag), member.set);
    return graph_.manifest_of(chosen_.at({*set, label})).version;
  };
  return unwrap(atom::fill_placeholders(url, version_of));
}

atom::DirectSource NewLock::filled(const Member& member, atom::DirectSource source) const {
  auto& url = url_of(source);
  url = filled_url(member, url);
  return source;
}

std::vector<SourceRequest> NewLock::sources(const std::optional<atom::Lock>& locked, bool fresh) const {
  std::vector<SourceRequest> out;
  for (const auto& member : breadth_first()) {
    for (const auto& [name, source] : member.manifest->direct) {
      SourceRequest request(name, filled(member, source));
      request.owner = member.id;
      request.fresh = fresh;
      request.may_be_local = member.local;
      if (locked) {
        const auto old = std::ranges::find_if(
            locked->direct, [&](const auto& direct) { return direct.owner == member.id && direct.name() == name; });
        if (old != locked->direct.end()) request.locked = *old;
      }
      out.push_back(std::move(request));
    }
  }
  return out;
}

}  // namespace eka::engine
