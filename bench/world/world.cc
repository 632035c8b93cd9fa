#include "world/world.h"

#include <memory>
#include <set>

#include <fmt/format.h>

#include "atom/names/atom_commit.h"
#include "world/registry.h"
#include "world/repository.h"

namespace eka::world {

namespace {

// A repository during generation.
struct Place {
  std::unique_ptr<Repository> repository;
  std::string url;
  atom::ObjectId genesis;
  atom::ObjectId head;
  std::map<std::string, atom::ObjectId> packages;  // path -> tree, as of head
};

std::string toml_string(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

class Maker {
 public:
  Maker(const Description& description, const std::filesystem::path& directory, const std::string& url_base)
      : description_(description), directory_(directory), url_base_(url_base) {}

  World make() {
    for (const auto& set : description_.sets) begin_set(set);
    for (const auto& commit : description_.history) write(commit);
    for (auto& [_, place] : places_) place.repository->finish();
    return std::move(world_);
  }

 private:
  void begin_set(const std::string& name) {
    Place place;
    const auto path = directory_ / (name + ".git");
    place.repository = std::make_unique<Repository>(path);
    place.url = fmt::format("{}/{}.git", url_base_, name);
    auto& repository = *place.repository;
    const auto tree = repository.tree(root_files(name, {}));
    place.genesis = place.head = repository.commit(source_commit(tree, std::nullopt, "begin the set " + name));
    repository.ref(std::string(atom::init_ref), place.genesis);
    repository.ref("refs/heads/main", place.head);
    registry_.add_set(name, {place.genesis, place.url});
    world_.sets.push_back({name, path, place.url, place.genesis});
    places_.emplace(name, std::move(place));
  }

  void write(const Commit& commit) {
    auto& place = places_.at(commit.set);
    auto& repository = *place.repository;
    std::vector<atom::Lock> locks;
    for (const auto& release : commit.releases) {
      const auto& lock = locks.emplace_back(registry_.lock(commit.set, release));
      place.packages.insert_or_assign("atoms/" + release.label, repository.tree(files_of(commit.set, release, lock)));
    }
    const auto tree = repository.tree(root_files(commit.set, place.packages), place.packages);
    place.head = repository.commit(source_commit(tree, place.head, commit.message));
    repository.ref("refs/heads/main", place.head);
    for (std::size_t i = 0; i < locks.size(); ++i) publish(commit.set, commit.releases[i], locks[i], place);
  }

  void publish(const std::string& set, const Release& release, const atom::Lock& lock, Place& place) {
    const auto label = unwrap(atom::Label::parse(release.label));
    const auto version = unwrap(atom::Version::parse(release.version));
    const auto tree = place.packages.at("atoms/" + release.label);
    auto& repository = *place.repository;
    const auto rev = repository.commit(atom::AtomCommit{tree, place.head, label, version}.text());
    repository.ref(atom::atom_ref(label, version), rev);
    repository.ref(atom::manifest_ref(label, version), repository.blob(manifest(set, release)));
    repository.ref(atom::origin_ref(label, version), place.head);

    const atom::AtomId id(place.genesis, label);
    registry_.add({set, label, id, version, rev, needs_of(release)});
    tell(set, release, id, lock, {version, rev, tree, place.head, lock.atoms.size(), {}});
  }

  // Adds a release to the summary.
  void tell(const std::string& set, const Release& release, const atom::AtomId& id, const atom::Lock& lock,
            PublishedVersion published) {
    for (const auto& facts : world_.sets) {
      if (lock.sets.contains(facts.genesis)) published.sets_of.push_back(facts.name);
    }
    const auto [place, fresh] = index_.try_emplace({set, release.label}, world_.atoms.size());
    if (fresh) {
      world_.atoms.push_back(
          {set, unwrap(atom::Label::parse(release.label)), id, release.composer, release.plannable, {}});
    }
    world_.atoms[place->second].versions.push_back(std::move(published));
  }

  std::map<std::string, File> root_files(const std::string& set,
                                         const std::map<std::string, atom::ObjectId>& packages) {
    std::string list;
    for (const auto& [path, _] : packages) list += fmt::format("  {},\n", toml_string(path));
    return {{"README.md", {fmt::format("# {}\n\nA package set of an eka world (seed {}).\n", set, description_.seed)}},
            {"ekala.toml", {fmt::format("[set]\npackages = [\n{}]\n", list)}}};
  }

  std::map<std::string, File> files_of(const std::string& set, const Release& release, const atom::Lock& lock) {
    auto files = release.files;
    files["atom.toml"] = {manifest(set, release)};
    // Data atoms have no dependencies to lock.
    if (release.composer != Composer::static_) files["atom.lock"] = {lock.text()};
    return files;
  }

  std::string manifest(const std::string& set, const Release& release) {
    std::string text =
        fmt::format("[package]\nlabel = {}\nversion = {}\n", toml_string(release.label), toml_string(release.version));
    if (!release.description.empty()) {
      text += fmt::format("\n[package.meta]\ndescription = {}\n", toml_string(release.description));
    }

    std::set<std::string> sets;
    for (const auto& need : needs_of(release)) sets.insert(need.set);
    if (!sets.empty()) text += "\n[package.sets]\n";
    for (const auto& name : sets) {
      text +=
          name == set ? fmt::format("{} = \"::\"\n", name) : fmt::format("{} = [\"{}\"]\n", name, places_.at(name).url);
    }

    switch (release.composer) {
      case Composer::nix:
        text += fmt::format("\n[compose.as]\nnix = {}\n", toml_string(release.entry));
        break;
      case Composer::static_:
        text += fmt::format("\n[compose.as]\nstatic = {}\n", toml_string(release.entry));
        break;
      case Composer::atom:
        text += fmt::format("\n[compose.with.{}]\nfrom = {}\nversion = {}\nentry = {}\n", release.composed_by->label,
                            toml_string(release.composed_by->set), toml_string(release.composed_by->requirement),
                            toml_string(release.entry));
        break;
    }

    std::map<std::string, std::map<std::string, std::string>> needs;
    for (const auto& need : release.needs) needs[need.set][need.label] = need.requirement;
    for (const auto& [from, labels] : needs) {
      text += fmt::format("\n[deps.from.{}]\n", from);
      for (const auto& [label, requirement] : labels) text += fmt::format("{} = {}\n", label, toml_string(requirement));
    }
    return text;
  }

  // One hour apart, starting in November 2023.
  std::string source_commit(const atom::ObjectId& tree, const std::optional<atom::ObjectId>& parent,
                            std::string_view message) {
    const auto who = fmt::format("Eka World <world@eka.invalid> {} +0000", 1'700'000'000 + 3600 * commits_++);
    return fmt::format("tree {}\n{}author {}\ncommitter {}\n\n{}\n", tree.hex(),
                       parent ? fmt::format("parent {}\n", parent->hex()) : "", who, who, message);
  }

  const Description& description_;
  const std::filesystem::path& directory_;
  const std::string& url_base_;
  std::map<std::string, Place> places_;
  Registry registry_;
  World world_;
  std::map<std::pair<std::string, std::string>, std::size_t> index_;
  std::int64_t commits_ = 0;
};

std::string_view name_of(Composer composer) {
  switch (composer) {
    case Composer::nix:
      return "nix";
    case Composer::static_:
      return "static";
    case Composer::atom:
      return "atom";
  }
  return {};
}

atom::Json json_of(const PublishedVersion& version) {
  atom::Json json;
  json["version"] = version.version.str();
  json["rev"] = version.rev.hex();
  json["tree"] = version.tree.hex();
  json["origin"] = version.origin.hex();
  json["closure"] = static_cast<std::uint64_t>(version.closure);
  json["sets"] = atom::Json::Array{};
  for (const auto& set : version.sets_of) json["sets"].push_back(set);
  return json;
}

}  // namespace

World make_world(const Description& description, const std::filesystem::path& directory, const std::string& url_base) {
  return Maker(description, directory, url_base).make();
}

atom::Json World::json() const {
  atom::Json json;
  json["sets"] = atom::Json::Array{};
  for (const auto& set : sets) {
    atom::Json entry;
    entry["name"] = set.name;
    entry["path"] = set.path.string();
    entry["url"] = set.url;
    entry["genesis"] = set.genesis.hex();
    json["sets"].push_back(std::move(entry));
  }
  json["atoms"] = atom::Json::Array{};
  for (const auto& atom : atoms) {
    atom::Json entry;
    entry["set"] = atom.set;
    entry["label"] = atom.label.str();
    entry["id"] = atom.id.str();
    entry["composer"] = name_of(atom.composer);
    entry["plannable"] = atom.plannable;
    entry["versions"] = atom::Json::Array{};
    for (const auto& version : atom.versions) entry["versions"].push_back(json_of(version));
    json["atoms"].push_back(std::move(entry));
  }
  return json;
}

}  // namespace eka::world
