#include "store/name/refs.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <set>
#include <string_view>
#include <system_error>
#include <tuple>

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "atom/hash/base_n.h"
#include "atom/hash/digest.h"
#include "base/text.h"
#include "store/disk/disk.h"
#include "store/disk/quarantine.h"

namespace eka::store {
namespace {

namespace fs = std::filesystem;

// The number is the version of the format. Up to 1, refs had the form refs/<set>/<label>/<version> and did not record
// who delivered the atom; a cache may still contain some.
constexpr std::string_view atoms_prefix = "refs/atoms-2/";
constexpr std::string_view source_prefix = "refs/sources/";

// "refs/atoms-2/<giver>/<set>/<label>/"
std::string prefix_of(const Giver& giver, const atom::ObjectId& genesis, const atom::Label& label) {
  return std::string(atoms_prefix) + giver.str() + "/" + atom::base58(genesis.bytes()) + "/" + label.str() + "/";
}

// "<giver>/<set>/<label>/<version>/<rev>"
std::optional<CachedName> parse_name(std::string_view path, const atom::ObjectId& id, const fs::path& file) {
  std::array<std::string_view, 5> parts;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool is_last = i + 1 == parts.size();
    const auto end = is_last ? path.size() : path.find('/');
    if (end == std::string_view::npos) return std::nullopt;
    parts.at(i) = path.substr(0, end);
    path.remove_prefix(is_last ? end : end + 1);
  }
  auto label = atom::Label::parse(parts[2]);
  auto version = atom::Version::parse(parts[3]);
  if (!label || !version || parts[4] != id.hex()) return std::nullopt;
  return CachedName{std::string(parts[0]), std::string(parts[1]), *std::move(label), *std::move(version), id, file};
}

// "<version>/<rev>"
std::optional<CachedAtom> parse_atom(std::string_view path, const atom::ObjectId& id) {
  const auto slash = path.find('/');
  if (slash == std::string_view::npos || path.substr(slash + 1) != id.hex()) return std::nullopt;
  auto version = atom::Version::parse(path.substr(0, slash));
  if (!version) return std::nullopt;
  return CachedAtom{*std::move(version), id};
}

std::optional<atom::ObjectId> read_loose(const fs::path& file) {
  const auto content = read_file(file, 64);
  if (!content || content->size() != 41 || content->back() != '\n') return std::nullopt;
  const auto id = atom::ObjectId::parse(std::string_view(*content).substr(0, 40));
  return id ? std::optional(*id) : std::nullopt;
}

// Calls each(file, id) for every loose ref below `root`.
template <class Each>
void each_loose(const fs::path& root, Each each) {
  std::error_code ignored;
  for (auto entry = fs::recursive_directory_iterator(root, ignored); entry != fs::recursive_directory_iterator();
       entry.increment(ignored)) {
    if (entry.depth() > 5) entry.disable_recursion_pending();
    if (const auto id = read_loose(entry->path())) each(entry->path(), *id);
  }
}

void write_file_of(const fs::path& file, const atom::ObjectId& rev) {
  const FileDescriptor out = create_file(file);
  if (!out) throw_errno("cannot write a ref to the cache");
  write_all(out.get(), rev.hex() + "\n", "cannot write a ref to the cache");
}

void remove_file(const fs::path& file) {
  if (::unlink(file.c_str()) != 0 && errno != ENOENT) throw_errno("cannot remove a ref from the cache");
}

// Writing loose refs costs a file and usually a directory for each ref; writing packed-refs rewrites all refs. The
// cheaper way is chosen. Creating a file costs about as much as writing this many bytes.
constexpr std::uintmax_t bytes_worth_a_file = 16 << 10;
constexpr std::size_t fewest_packed = 4;

}  // namespace

// Half of the hash is sufficient and keeps paths short.
Giver Giver::remote(const atom::Url& reached_at) {
  const auto hash = atom::Sha256::of(reached_at.str());
  return Giver(atom::base58(std::span(hash).first(16)));
}

std::string CachedName::ref() const {
  return std::string(atoms_prefix) + giver + "/" + set + "/" + label.str() + "/" + version.str() + "/" + rev.hex();
}

std::vector<std::vector<CachedAtom>> Refs::given(const Giver& giver, const atom::ObjectId& genesis,
                                                 const std::vector<atom::Label>& labels) const {
  const auto packed = packed_.names();
  std::error_code ignored;
  const bool has_loose = fs::exists(directory_ / std::string(atoms_prefix) / giver.str(), ignored);
  std::vector<std::vector<CachedAtom>> out;
  for (const auto& label : labels) {
    const auto prefix = prefix_of(giver, genesis, label);
    std::map<std::pair<atom::Version, atom::ObjectId>, CachedAtom> found;
    const auto add = [&](std::string_view path, const atom::ObjectId& id) {
      if (const auto atom = parse_atom(path, id)) found.emplace(std::pair(atom->version, id), *atom);
    };
    for (const auto& [name, id] : PackedRefs::below(packed, prefix)) add(name, id);
    if (has_loose)
      each_loose(directory_ / prefix, [&](const fs::path& file, const atom::ObjectId& id) {
        add(file.native().substr((directory_ / prefix).native().size()), id);
      });
    auto& of_label = out.emplace_back();
    for (auto& [key, atom] : found) of_label.push_back(std::move(atom));
  }
  return out;
}

std::optional<atom::ObjectId> Refs::find(const Entry& entry) const {
  if (auto id = read_loose(directory_ / (entry.directory + entry.name))) return id;
  return PackedRefs::find(packed_.names(), entry.directory + entry.name);
}

std::vector<CachedName> Refs::all() const {
  std::map<std::string, CachedName> found;
  const auto add = [&](std::string_view path, const atom::ObjectId& id, const fs::path& file) {
    if (auto name = parse_name(path, id, file)) found.insert_or_assign(std::string(path), *std::move(name));
  };
  for (const auto& [name, id] : PackedRefs::below(packed_.names(), std::string(atoms_prefix))) add(name, id, {});
  const fs::path root = directory_ / std::string(atoms_prefix);
  each_loose(root, [&](const fs::path& file, const atom::ObjectId& id) {
    add(file.native().substr(root.native().size()), id, file);
  });
  std::vector<CachedName> names;
  for (auto& [path, name] : found) names.push_back(std::move(name));
  std::ranges::sort(names, {}, [](const CachedName& name) {
    return std::tie(name.giver, name.set, name.label, name.version, name.rev);
  });
  return names;
}

std::vector<OutdatedRef> Refs::outdated() const {
  std::vector<OutdatedRef> out;
  const auto is_ours = [](std::string_view name) {
    return name.starts_with(atoms_prefix) || name.starts_with(source_prefix);
  };
  for (const auto& [rest, id] : PackedRefs::below(packed_.names(), "refs/")) {
    auto name = "refs/" + rest;
    if (!is_ours(name)) out.push_back({std::move(name), {}});
  }
  each_loose(directory_ / "refs", [&](const fs::path& file, const atom::ObjectId&) {
    auto name = file.native().substr(directory_.native().size() + 1);
    if (!is_ours(name)) out.push_back({std::move(name), file});
  });
  return out;
}

void Refs::remove(const std::vector<CachedName>& names, const std::vector<CachedSource>& sources,
                  const std::vector<OutdatedRef>& outdated) const {
  std::set<std::string> gone;
  const auto add = [&](std::string name, const fs::path& file) {
    if (!file.empty()) remove_file(file);
    // Remove directories that are now empty. `git pack-refs` removes only the lower ones.
    const fs::path place = directory_ / name;
    for (auto above = place.parent_path(); above != directory_ / "refs"; above = above.parent_path()) {
      if (::rmdir(above.c_str()) != 0 && errno != ENOENT) break;
    }
    gone.insert(std::move(name));
  };
  for (const CachedName& name : names) add(name.ref(), name.file);
  for (const CachedSource& source : sources) add(std::string(source_prefix) + source.name, source.file);
  for (const OutdatedRef& ref : outdated) add(ref.name, ref.file);
  const FileDescriptor lock = take_names_lock(directory_);
  std::vector<PackedName> left = *packed_.names();
  if (std::erase_if(left, [&](const PackedName& each) { return gone.contains(each.name); }) == 0) return;
  if (!packed_.replace(std::move(left))) {
    throw Error(Kind::failure, "cannot remove refs from the cache: packed-refs.lock is held by another process");
  }
}

std::vector<CachedSource> Refs::sources() const {
  std::map<std::string, CachedSource> found;
  for (const auto& [name, id] : PackedRefs::below(packed_.names(), std::string(source_prefix)))
    found[name] = {name, id, {}};
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(directory_ / std::string(source_prefix), ignored)) {
    const std::string name = entry.path().filename();
    if (const auto id = read_loose(entry.path())) found[name] = {name, *id, entry.path()};
  }
  std::vector<CachedSource> sources;
  for (auto& [name, source] : found) sources.push_back(std::move(source));
  return sources;
}

void Refs::write(const std::vector<Delivery>& deliveries) const {
  const FileDescriptor lock = take_names_lock(directory_);
  std::vector<Entry> entries;
  std::set<std::string> pending;
  for (const auto& [giver, genesis, names] : deliveries) {
    for (const auto& [label, version, rev] : names) {
      Entry entry{prefix_of(giver, genesis, label) + version.str() + "/", rev.hex(), rev};
      if (pending.insert(entry.directory + entry.name).second && !is_written(entry)) {
        entries.push_back(std::move(entry));
      }
    }
  }
  write_new(entries, static_cast<bool>(lock));
}

std::optional<atom::ObjectId> Refs::find_source(const std::string& name) const {
  return find({std::string(source_prefix), name, {}});
}

void Refs::write_source(const std::string& name, const atom::ObjectId& rev) const {
  const Entry entry{std::string(source_prefix), name, rev};
  const FileDescriptor lock = take_names_lock(directory_);
  if (const auto there = find(entry); there && *there != rev) {
    throw Error(Kind::integrity, "source " + name + " is " + there->hex() + " in the cache, but is now " + rev.hex());
  }
  if (!is_written(entry)) write_new({entry}, static_cast<bool>(lock));
}

// A ref that points elsewhere is damaged and is written again.
bool Refs::is_written(const Entry& entry) const {
  return find(entry) == entry.rev;
}

void Refs::write_new(const std::vector<Entry>& entries, bool locked) const {
  if (entries.empty()) return;
  access_.check();
  const bool pays = entries.size() >= fewest_packed && packed_.bytes() <= entries.size() * bytes_worth_a_file;
  // A torn loose file would hide the packed ref from git.
  const auto torn = [this](const Entry& entry) { return fs::exists(directory_ / (entry.directory + entry.name)); };
  if (!locked || !pays || std::ranges::any_of(entries, torn) || !write_packed(entries)) write_loose(entries);
}

bool Refs::write_packed(const std::vector<Entry>& entries) const {
  std::map<std::string, atom::ObjectId> all;
  const PackedRefs::Names before = packed_.names();
  for (const auto& [name, rev] : *before) all.emplace(name, rev);
  for (const Entry& entry : entries) all.insert_or_assign(entry.directory + entry.name, entry.rev);
  std::vector<PackedName> names;
  names.reserve(all.size());
  for (auto& [name, rev] : all) names.push_back({name, rev});
  return packed_.replace(std::move(names));
}

// One quarantine for all: creating and removing a directory costs more than everything else here.
void Refs::write_loose(const std::vector<Entry>& entries) const {
  std::optional<Quarantine> quarantines;
  for (const Entry& entry : entries) {
    if (!quarantines) quarantines.emplace(Quarantine::make(directory_ / "incoming"));
    const fs::path made = quarantines->path() / "ref";
    write_file_of(made, entry.rev);
    const fs::path file = directory_ / (entry.directory + entry.name);
    make_directories(file.parent_path());
    if (rename_new(made, file)) continue;
    // Another process was faster, or the file is torn; only a torn file is replaced.
    if (is_written(entry)) {
      fs::remove(made);
    } else if (::rename(made.c_str(), file.c_str()) != 0) {
      throw_errno("cannot write a ref to the cache");
    }
  }
}

}  // namespace eka::store
