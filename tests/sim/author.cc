#include "tests/sim/author.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include <fmt/format.h>

#include "atom/lock/lock.h"
#include "atom/names/atom_commit.h"
#include "tests/sim/outside/servers.h"
#include "tests/store/pack_builder.h"

namespace eka::sim {
namespace {

namespace fs = std::filesystem;

constexpr const char* code = "code of the author";

void write(const fs::path& file, const std::string& content) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << content;
}

std::optional<std::string> read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

const char* name_of(ObjectKind kind) {
  return kind == ObjectKind::commit ? "commit" : kind == ObjectKind::tree ? "tree" : "blob";
}

}  // namespace

Author::Author(World& world, Simulator& simulator, Served& served, fs::path directory)
    : world_(world), simulator_(simulator), served_(served), directory_(std::move(directory)) {
  auto& set = world_.sets[world_.author];
  write(directory_ / ".git/HEAD", "ref: refs/heads/main\n");
  write(directory_ / ".git/config",
        fmt::format("[core]\n\trepositoryformatversion = 0\n\tbare = false\n[remote \"origin\"]\n\turl = {}\n",
                    set.urls.front()));
  fs::create_directories(directory_ / ".git/refs/tags");
  set.directories[label] = {};
  write(directory_ / "ekala.toml", set_file_of(set));
  write(atom_directory() / "atom.toml", world_.manifest(release()));
  write(atom_directory() / "default.nix", code);
  commit(false);
}

Author::Files Author::files() const {
  return {read(atom_directory() / "atom.toml").value_or(""), read(atom_directory() / "atom.lock")};
}

Release Author::release(const std::optional<Need>& added) const {
  Release out{.set = world_.author,
              .label = label,
              .major = 1,
              .minor = minor_,
              .needs = needs_,
              .composer = std::nullopt,
              .source = source_,
              .marker = code};
  const auto same = [&](const Need& need) { return need.set == added->set && need.label == added->label; };
  if (added && std::ranges::none_of(needs_, same)) out.needs.push_back(*added);
  return out;
}

std::optional<Closure> Author::locked(const std::string& text) const {
  const auto lock = atom::Lock::parse(text, "atom.lock");
  if (!lock) throw Violation{"a lock cannot be read: " + lock.error().message()};
  Closure out;
  for (const auto& atom : lock->atoms) {
    const auto found = std::ranges::find_if(world_.releases, [&](const Release& each) { return each.rev == atom.rev; });
    if (found == world_.releases.end()) throw Violation{"a lock names what does not exist:\n" + text};
    if (found->label != atom.label.str() || found->version() != atom.version.str()) return std::nullopt;
    out.insert(&*found);
  }
  return out;
}

void Author::commit(bool next_version) {
  auto& set = world_.sets[world_.author];
  auto now = files();
  if (next_version) {
    const auto line = [&] { return fmt::format("version = \"1.{}.0\"\n", minor_); };
    const auto before = line();
    ++minor_;
    now.manifest.replace(now.manifest.find(before), before.size(), line());
    write(atom_directory() / "atom.toml", now.manifest);
  }
  std::map<std::string, std::string> content{{"atom.toml", now.manifest}, {"default.nix", code}};
  if (now.lock) content["atom.lock"] = *now.lock;
  tree_ = world_.bank.tree(content);
  manifest_ = world_.bank.blob(now.manifest);
  if (set.directories.at(label) != tree_) origin_ = world_.commit_to(set, label, tree_);
  const auto name = unwrap(atom::Label::parse(label));
  const auto version = unwrap(atom::Version::parse(release().version()));
  rev_ = world_.bank.atom_commit(atom::AtomCommit{tree_, origin_, name, version}.text(), tree_);
  write_objects();
  write(directory_ / ".git/refs/heads/main", origin_.hex() + "\n");
}

void Author::write_objects() {
  std::set<atom::ObjectId> all;
  world_.bank.reach(origin_, {.history = true}, all);
  for (const auto& id : all) {
    const auto file = directory_ / ".git/objects" / id.hex().substr(0, 2) / id.hex().substr(2);
    if (fs::exists(file)) continue;
    const auto& object = world_.bank.at(id);
    auto whole = fmt::format("{} {}", name_of(object.kind), object.content.size());
    whole += '\0';
    write(file, test::deflated(whole + object.content));
  }
}

bool Author::is_published() const {
  const auto name = unwrap(atom::Label::parse(label));
  const auto version = unwrap(atom::Version::parse(release().version()));
  const auto found = served_.refs.find(atom::atom_ref(name, version));
  return found != served_.refs.end() && found->second == rev_;
}

std::vector<git::PushOutcome> Author::receive(const std::vector<git::PushedRef>& refs) {
  const auto name = unwrap(atom::Label::parse(label));
  const auto version = unwrap(atom::Version::parse(release().version()));
  const Refs expected{{atom::atom_ref(name, version), rev_},
                      {atom::manifest_ref(name, version), manifest_},
                      {atom::origin_ref(name, version), origin_}};
  Refs pushed;
  for (const auto& ref : refs) {
    pushed[ref.ref] = ref.object;
    if (served_.refs.contains(ref.ref)) simulator_.violate(ref.ref + " is pushed though it is there");
  }
  if (pushed != expected) simulator_.violate("other refs are pushed than those of " + release().version());
  std::vector<git::PushOutcome> out;
  for (const auto& [ref, id] : pushed) {
    served_.refs[ref] = id;
    out.push_back({ref, true, {}});
  }
  served_.refs["refs/heads/main"] = origin_;
  served_.reachable.clear();

  auto fresh = release();
  fresh.rev = rev_;
  fresh.tree = tree_;
  fresh.manifest = manifest_;
  if (const auto lock = files().lock) {
    fresh.locked = true;
    const auto bound_atoms = locked(*lock).value_or(Closure());
    for (const auto* bound : bound_atoms) {
      for (std::size_t i = 0; i < world_.releases.size(); ++i) {
        if (&world_.releases[i] == bound) fresh.lock[{bound->set, bound->label}] = i;
      }
    }
  }
  world_.releases.push_back(std::move(fresh));
  return out;
}

}  // namespace eka::sim
