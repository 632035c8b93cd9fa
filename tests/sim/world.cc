#include "tests/sim/world.h"

#include <algorithm>
#include <deque>
#include <sstream>

#include <fmt/format.h>

#include "atom/lock/lock.h"
#include "atom/names/atom_commit.h"
#include "tests/store/pack_builder.h"

namespace eka::sim {
namespace {

constexpr const char* set_file = "ekala.toml";

const char* name_of(ObjectKind kind) {
  return kind == ObjectKind::commit ? "commit" : kind == ObjectKind::tree ? "tree" : "blob";
}

std::string pack_entry(ObjectKind kind, const std::string& content) {
  std::size_t size = content.size();
  std::string out;
  auto byte = static_cast<unsigned>(static_cast<unsigned>(kind) << 4 | (size & 15));
  for (size >>= 4; size != 0; size >>= 7) {
    out += static_cast<char>(byte | 0x80);
    byte = size & 0x7f;
  }
  out += static_cast<char>(byte);
  return out + test::deflated(content);
}

class Maker {
 public:
  Maker(Random random, const Size& size) : random_(random), size_(size) {}

  World make() {
    const std::size_t sets = random_.between(1, size_.sets);
    for (std::size_t i = 0; i < sets; ++i) begin_set(i);
    std::vector<std::pair<std::size_t, std::string>> atoms;
    for (std::size_t i = 0; i < sets; ++i) {
      const auto labels = random_.between(1, size_.labels);
      for (std::size_t n = 0; n < labels; ++n) atoms.emplace_back(i, std::string(1, static_cast<char>('a' + n)));
    }
    for (const auto& atom : atoms) world_.majors[atom] = static_cast<unsigned>(random_.between(1, 2));
    for (std::size_t i = random_.below(size_.sources + 1); i > 0; --i) add_source(i);
    const auto rounds = random_.between(1, size_.versions);
    for (std::size_t round = 0; round < rounds; ++round) {
      for (const auto& atom : atoms) {
        if (round == 0 || random_.chance(0.6)) publish(atom, static_cast<unsigned>(round));
      }
    }
    world_.author = world_.sets.size();
    begin_set("own", {"https://h0.invalid/own.git"});
    return std::move(world_);
  }

 private:
  void begin_set(std::size_t index) {
    std::vector<std::string> places;
    const auto name = fmt::format("s{}", index);
    const auto urls = random_.between(1, size_.mirrors);
    for (std::size_t i = 0; i < urls; ++i) {
      // Sets share hosts, as they do on a forge.
      places.push_back(fmt::format("https://h{}.invalid/{}/{}.git", random_.below(4), i, name));
    }
    begin_set(name, std::move(places));
  }

  void begin_set(const std::string& name, std::vector<std::string> urls) {
    Set set{.name = name, .urls = std::move(urls), .genesis = {}, .head = {}, .refs = {}};
    const auto tree =
        world_.bank.tree({{set_file, set_file_of(set)}, {"README.md", fmt::format("{}", random_.next())}});
    set.genesis = set.head = world_.bank.commit("begin", tree, {});
    set.refs[std::string(atom::init_ref)] = set.genesis;
    set.refs["refs/heads/main"] = set.genesis;
    world_.sets.push_back(std::move(set));
  }

  void add_source(std::size_t number) {
    SourceRepository source{.url = fmt::format("https://h{}.invalid/src{}.git", random_.below(4), number),
                            .marker = fmt::format("source {} {:x}", number, random_.next()),
                            .rev = {},
                            .refs = {}};
    source.rev = world_.bank.commit("source", world_.bank.tree({{"file", source.marker}}), {});
    source.refs["refs/heads/main"] = source.rev;
    world_.sources.push_back(std::move(source));
  }

  Need need_of(const std::pair<std::size_t, std::string>& atom) {
    return {atom.first, atom.second, fmt::format("^{}", world_.majors.at(atom))};
  }

  void publish(const std::pair<std::size_t, std::string>& atom, unsigned minor) {
    Release release{.set = atom.first,
                    .label = atom.second,
                    .major = random_.chance(0.8) ? world_.majors.at(atom) : 3 - world_.majors.at(atom),
                    .minor = minor,
                    .needs = {},
                    .composer = std::nullopt,
                    .marker = {}};
    if (minor == 0) release.major = world_.majors.at(atom);
    std::set<std::pair<std::size_t, std::string>> asked{atom};
    // Only of what is published: with the locks that follow, graphs are deep, wide, and full of diamonds.
    const auto count = random_.below(size_.needs + 1);
    for (std::size_t i = 0; i < count && !world_.releases.empty(); ++i) {
      const auto& other = random_.pick(world_.releases);
      const std::pair key(other.set, other.label);
      if (asked.insert(key).second) release.needs.push_back(need_of(key));
    }
    if (random_.chance(0.2) && !world_.releases.empty()) {
      const auto& other = random_.pick(world_.releases);
      const std::pair key(other.set, other.label);
      if (!other.composer && asked.insert(key).second) release.composer = need_of(key);
    }
    if (!world_.sources.empty() && random_.chance(0.3)) release.source = random_.below(world_.sources.size());
    release.locked = release.has_dependencies() && random_.chance(0.7);
    release.marker = fmt::format("{}::{} {} {:x}", release.set, release.label, release.version(), random_.next());
    write(release);
    world_.releases.push_back(std::move(release));
  }

  void write(Release& release) {
    std::map<std::string, std::string> files{{"atom.toml", world_.manifest(release)}, {"default.nix", release.marker}};
    if (random_.chance(0.3)) files["big"] = filler();
    if (release.locked) files["atom.lock"] = lock(release).text();
    release.tree = world_.bank.tree(files);
    release.manifest = world_.bank.blob(files["atom.toml"]);
    auto& set = world_.sets[release.set];
    const auto label = unwrap(atom::Label::parse(release.label));
    const auto version = unwrap(atom::Version::parse(release.version()));
    const auto origin = world_.commit_to(set, release.label, release.tree);
    const auto text = atom::AtomCommit{release.tree, origin, label, version}.text();
    release.rev = world_.bank.atom_commit(text, release.tree);
    set.refs[atom::atom_ref(label, version)] = release.rev;
    set.refs[atom::manifest_ref(label, version)] = release.manifest;
    set.refs[atom::origin_ref(label, version)] = origin;
  }

  std::string filler() {
    std::string out;
    for (std::size_t n = random_.below(3000); n > 0; --n) out += static_cast<char>(random_.below(256));
    return out;
  }

  void lock_source(const Release& release, std::optional<atom::AtomId> owner, atom::Lock& into) {
    if (!release.source) return;
    const auto& source = world_.sources[*release.source];
    into.direct.push_back({atom::LockedGit{"src", source.url, source.rev, std::nullopt}, std::move(owner)});
  }

  atom::AtomId id_of(std::size_t set, const std::string& label) {
    return atom::AtomId(world_.sets[set].genesis, unwrap(atom::Label::parse(label)));
  }

  // Of each atom the highest that is published, down the whole graph.
  atom::Lock lock(Release& release) {
    std::deque<Need> open;
    for (const auto& need : release.all_needs()) open.push_back(need);
    for (; !open.empty(); open.pop_front()) {
      const auto need = open.front();
      const std::pair key(need.set, need.label);
      if (release.lock.contains(key)) continue;
      const auto* found = world_.highest(need.set, need.label, world_.majors.at(key), world_.releases.size());
      for (std::size_t i = 0; i < world_.releases.size(); ++i) {
        if (&world_.releases[i] == found) release.lock[key] = i;
      }
      for (const auto& below : found->all_needs()) open.push_back(below);
    }
    return lock_text(release);
  }

  atom::Lock lock_text(const Release& release) {
    atom::Lock out;
    const auto own = release.all_needs();
    for (const auto& [key, place] : release.lock) {
      const auto& bound = world_.releases[place];
      const auto& set = world_.sets[bound.set];
      auto& entry = out.sets.try_emplace(set.genesis, atom::LockedSet{unwrap(atom::Tag::parse(set.name)), false, {}})
                        .first->second;
      if (bound.set == release.set) entry.local = true;
      if (entry.mirrors.empty()) {
        for (const auto& url : set.urls) entry.mirrors.push_back(unwrap(atom::Url::parse(url)));
      }
      std::vector<atom::AtomId> requires_;
      for (const auto& need : bound.all_needs()) requires_.push_back(id_of(need.set, need.label));
      std::ranges::sort(requires_);
      lock_source(bound, id_of(bound.set, bound.label), out);
      const bool direct = std::ranges::any_of(own, [&](const Need& n) { return std::pair(n.set, n.label) == key; });
      out.atoms.push_back({unwrap(atom::Label::parse(bound.label)), unwrap(atom::Version::parse(bound.version())),
                           set.genesis, bound.rev, id_of(bound.set, bound.label), direct, std::move(requires_)});
    }
    lock_source(release, std::nullopt, out);
    out.composer.use = atom::LockedComposer::Use::nix;
    out.composer.entry = "default.nix";
    if (release.composer) {
      const auto& bound = world_.releases[release.lock.at({release.composer->set, release.composer->label})];
      out.composer.use = atom::LockedComposer::Use::atom;
      out.composer.id = id_of(bound.set, bound.label);
      out.composer.version = unwrap(atom::Version::parse(bound.version()));
    }
    out.sort();
    return out;
  }

  Random random_;
  Size size_;
  World world_;
};

}  // namespace

std::vector<Need> Release::all_needs() const {
  auto out = needs;
  const auto same = [&](const Need& need) { return need.set == composer->set && need.label == composer->label; };
  if (composer && std::ranges::none_of(needs, same)) out.push_back(*composer);
  return out;
}

atom::ObjectId ObjectBank::add(ObjectKind kind, const std::string& content, std::vector<atom::ObjectId> children,
                               std::vector<atom::ObjectId> parents) {
  const auto id = atom::ObjectId::of(name_of(kind), content);
  if (!objects_.contains(id)) {
    objects_[id] = {kind, content, pack_entry(kind, content), std::move(children), std::move(parents)};
  }
  return id;
}

atom::ObjectId ObjectBank::tree(const std::map<std::string, std::string>& files,
                                const std::map<std::string, atom::ObjectId>& directories) {
  std::map<std::string, std::pair<std::string, atom::ObjectId>> entries;  // git sorts directories as "<name>/"
  std::vector<atom::ObjectId> children;
  for (const auto& [name, content] : files) {
    children.push_back(blob(content));
    entries[name] = {test::tree_entry("100644", name, children.back()), children.back()};
  }
  for (const auto& [name, id] : directories) {
    children.push_back(id);
    entries[name + "/"] = {test::tree_entry("40000", name, id), id};
  }
  std::string text;
  for (const auto& [name, entry] : entries) text += entry.first;
  return add(ObjectKind::tree, text, std::move(children), {});
}

atom::ObjectId ObjectBank::commit(const std::string& words, const atom::ObjectId& tree,
                                  std::vector<atom::ObjectId> parents) {
  auto text = fmt::format("tree {}\n", tree.hex());
  for (const auto& parent : parents) text += fmt::format("parent {}\n", parent.hex());
  const auto who = fmt::format("A <a@a.invalid> {} +0000", 1 + parents.size());
  text += fmt::format("author {}\ncommitter {}\n\n{}\n", who, who, words);
  return add(ObjectKind::commit, text, {tree}, std::move(parents));
}

void ObjectBank::reach(const atom::ObjectId& from, const Reach& what, std::set<atom::ObjectId>& into) const {
  if (!into.insert(from).second) return;
  const auto& object = at(from);
  for (const auto& child : object.children) {
    const auto kind = at(child).kind;
    if (kind == ObjectKind::tree ? what.trees : what.blobs) reach(child, what, into);
  }
  if (!what.history) return;
  for (const auto& parent : object.parents) reach(parent, what, into);
}

std::string set_file_of(const Set& set) {
  std::string packages;
  for (const auto& [label, tree] : set.directories)
    packages += fmt::format("{}\"{}\"", packages.empty() ? "" : ", ", label);
  return fmt::format("[set]\npackages = [{}]\n", packages);
}

atom::ObjectId World::commit_to(Set& set, const std::string& label, const atom::ObjectId& atom) {
  set.directories[label] = atom;
  const auto tree = bank.tree({{"ekala.toml", set_file_of(set)}}, set.directories);
  set.head = bank.commit("publish " + label, tree, {set.head});
  set.refs["refs/heads/main"] = set.head;
  return set.head;
}

std::string World::manifest(const Release& release) const {
  auto text = fmt::format("[package]\nlabel = \"{}\"\nversion = \"{}\"\n", release.label, release.version());
  std::set<std::size_t> named;
  for (const auto& need : release.all_needs()) named.insert(need.set);
  if (!named.empty()) text += "\n[package.sets]\n";
  for (const auto index : named) {
    const auto& set = this->sets[index];
    std::string urls;
    for (const auto& url : set.urls) urls += fmt::format("{}\"{}\"", urls.empty() ? "" : ", ", url);
    text += index == release.set ? fmt::format("{} = \"::\"\n", set.name) : fmt::format("{} = [{}]\n", set.name, urls);
  }
  if (release.composer) {
    text += fmt::format("\n[compose.with.{}]\nfrom = \"{}\"\nversion = \"{}\"\nentry = \"default.nix\"\n",
                        release.composer->label, sets[release.composer->set].name, release.composer->requirement);
  } else {
    text += "\n[compose.as]\nnix = \"default.nix\"\n";
  }
  std::map<std::size_t, std::string> sections;
  for (const auto& need : release.needs) {
    sections[need.set] += fmt::format("{} = \"{}\"\n", need.label, need.requirement);
  }
  for (const auto& [set, lines] : sections) text += fmt::format("\n[deps.from.{}]\n{}", sets[set].name, lines);
  if (release.source) {
    text +=
        fmt::format("\n[deps.direct.nix]\nsrc = {{ git = \"{}\", ref = \"main\" }}\n", sources[*release.source].url);
  }
  return text;
}

const Release* World::highest(std::size_t set, const std::string& label, unsigned major, std::size_t known) const {
  const Release* best = nullptr;
  for (std::size_t i = 0; i < known; ++i) {
    const auto& each = releases[i];
    if (each.set != set || each.label != label || (major != 0 && each.major != major)) continue;
    if (best == nullptr || std::pair(each.major, each.minor) > std::pair(best->major, best->minor)) best = &each;
  }
  return best;
}

std::string World::text() const {
  std::ostringstream out;
  for (const auto& set : sets) {
    out << set.name << " " << set.genesis.hex().substr(0, 8) << " at";
    for (const auto& url : set.urls) out << " " << url;
    out << "\n";
  }
  for (const auto& release : releases) {
    out << "  " << sets[release.set].name << "::" << release.label << " " << release.version() << " "
        << release.rev.hex().substr(0, 8) << (release.locked ? " locked" : "");
    for (const auto& need : release.needs)
      out << " needs " << sets[need.set].name << "::" << need.label << need.requirement;
    if (release.source) out << " with " << sources[*release.source].url;
    if (const auto& by = release.composer) out << " composed by " << sets[by->set].name << "::" << by->label;
    out << "\n";
  }
  return out.str();
}

World make_world(Random random, const Size& size) {
  return Maker(random, size).make();
}

}  // namespace eka::sim
