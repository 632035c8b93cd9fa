#include "store/name/refs.h"

#include <algorithm>
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
#include "base/text.h"
#include "store/disk/disk.h"
#include "store/disk/quarantine.h"

namespace eka::store {
namespace {

namespace fs = std::filesystem;

// "refs/<set>/<label>/"
std::string prefix_of(const atom::ObjectId& genesis, const atom::Label& label) {
  return "refs/" + atom::base58(genesis.bytes()) + "/" + label.str() + "/";
}

constexpr const char* source_prefix = "refs/sources/";

std::optional<atom::ObjectId> read_loose(const fs::path& file) {
  const auto content = read_file(file, 64);
  if (!content || content->size() != 41 || content->back() != '\n') return std::nullopt;
  const auto id = atom::ObjectId::parse(std::string_view(*content).substr(0, 40));
  return id ? std::optional(*id) : std::nullopt;
}

void write_file_of(const fs::path& file, const atom::ObjectId& rev) {
  const FileDescriptor out(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (!out) throw_errno("cannot write a name into the cache");
  write_all(out.get(), rev.hex() + "\n", "cannot write a name into the cache");
}

void remove_file(const fs::path& file) {
  if (::unlink(file.c_str()) != 0 && errno != ENOENT) throw_errno("cannot remove a name from the cache");
}

// A file and mostly a directory for each name, or all names written again for a few more: what is cheaper. A file that
// is made costs about as much as this many bytes that are written.
constexpr std::uintmax_t bytes_worth_a_file = 16 << 10;
constexpr std::size_t fewest_packed = 4;

}  // namespace

std::vector<CachedAtom> Refs::versions(const atom::ObjectId& genesis, const atom::Label& label) const {
  return versions(prefix_of(genesis, label), packed_.names(), true);
}

std::vector<std::vector<CachedAtom>> Refs::versions(const atom::ObjectId& genesis,
                                                    const std::vector<atom::Label>& labels) const {
  const auto packed = packed_.names();
  const bool has_loose = fs::exists(directory_ / "refs" / atom::base58(genesis.bytes()));
  std::vector<std::vector<CachedAtom>> found;
  for (const auto& label : labels) found.push_back(versions(prefix_of(genesis, label), packed, has_loose));
  return found;
}

std::vector<CachedAtom> Refs::versions(const std::string& prefix, const PackedRefs::Names& packed,
                                       bool look_loose) const {
  std::map<atom::Version, atom::ObjectId> found;
  for (const auto& [name, id] : PackedRefs::below(packed, prefix)) {
    if (const auto version = atom::Version::parse(name)) found.insert_or_assign(*version, id);
  }
  std::error_code ignored;
  const auto loose = look_loose ? fs::directory_iterator(directory_ / prefix, ignored) : fs::directory_iterator();
  for (const auto& entry : loose) {
    const auto version = atom::Version::parse(entry.path().filename().native());
    const auto id = version ? read_loose(entry.path()) : std::nullopt;
    if (id) found.insert_or_assign(*version, *id);
  }
  std::vector<CachedAtom> versions;
  for (const auto& [version, id] : found) versions.push_back({version, id});
  return versions;
}

std::optional<atom::ObjectId> Refs::find(const std::string& directory, const std::string& wanted) const {
  if (auto id = read_loose(directory_ / (directory + wanted))) return id;
  return PackedRefs::find(packed_.names(), directory + wanted);
}

std::vector<CachedName> Refs::all() const {
  std::map<std::tuple<std::string, atom::Label, atom::Version>, CachedName> found;
  const auto add = [&](std::string_view path, const atom::ObjectId& id, const fs::path& file) {
    const auto slash = path.find('/');
    const auto second = path.find('/', slash + 1);
    if (slash == std::string_view::npos || second == std::string_view::npos) return;
    const std::string set(path.substr(0, slash));
    const auto label = atom::Label::parse(path.substr(slash + 1, second - slash - 1));
    const auto version = atom::Version::parse(path.substr(second + 1));
    if (label && version) found.insert_or_assign({set, *label, *version}, CachedName{set, *label, *version, id, file});
  };
  for (const auto& [name, id] : PackedRefs::below(packed_.names(), "refs/")) add(name, id, {});
  std::error_code ignored;
  const fs::path root = directory_ / "refs";
  for (auto entry = fs::recursive_directory_iterator(root, ignored); entry != fs::recursive_directory_iterator();
       entry.increment(ignored)) {
    if (entry.depth() > 2) entry.disable_recursion_pending();
    if (const auto id = read_loose(entry->path())) {
      add(entry->path().native().substr(root.native().size() + 1), *id, entry->path());
    }
  }
  std::vector<CachedName> names;
  for (auto& [key, name] : found) names.push_back(std::move(name));
  return names;
}

void Refs::remove(const std::vector<CachedName>& names, const std::vector<CachedSource>& sources) const {
  std::set<std::string> packed;
  for (const CachedName& name : names) {
    packed.insert("refs/" + name.set + "/" + name.label.str() + "/" + name.version.str());
    if (name.file.empty()) continue;
    remove_file(name.file);
    // The directories of the label and of the set, once nothing is in them.
    ::rmdir(name.file.parent_path().c_str());
    ::rmdir(name.file.parent_path().parent_path().c_str());
  }
  for (const CachedSource& source : sources) {
    packed.insert(source_prefix + source.name);
    if (!source.file.empty()) remove_file(source.file);
  }
  const FileDescriptor lock = take_names_lock(directory_);
  std::vector<PackedName> left = *packed_.names();
  if (std::erase_if(left, [&](const PackedName& each) { return packed.contains(each.name); }) == 0) return;
  if (!packed_.replace(std::move(left))) {
    throw Error(Kind::failure, "cannot remove names from the cache: something else holds its packed-refs.lock");
  }
}

std::vector<CachedSource> Refs::sources() const {
  std::map<std::string, CachedSource> found;
  for (const auto& [name, id] : PackedRefs::below(packed_.names(), source_prefix)) found[name] = {name, id, {}};
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(directory_ / source_prefix, ignored)) {
    const std::string name = entry.path().filename();
    if (const auto id = read_loose(entry.path())) found[name] = {name, *id, entry.path()};
  }
  std::vector<CachedSource> sources;
  for (auto& [name, source] : found) sources.push_back(std::move(source));
  return sources;
}

std::optional<atom::ObjectId> Refs::find(const atom::ObjectId& genesis, const atom::Label& label,
                                         const atom::Version& version) const {
  return find(prefix_of(genesis, label), version.str());
}

std::vector<std::optional<Error>> Refs::write(const std::vector<NamesOfSet>& sets) const {
  const FileDescriptor lock = take_names_lock(directory_);
  std::vector<std::optional<Error>> failures(sets.size());
  std::vector<Entry> entries;
  std::map<std::string, atom::ObjectId> pending;
  for (std::size_t i = 0; i < sets.size(); ++i) {
    try {
      for (const auto& [label, version, rev] : sets[i].names) {
        Entry entry{prefix_of(sets[i].genesis, label), version.str(), rev, label.str() + " " + version.str()};
        const auto [same, added] = pending.emplace(entry.directory + entry.name, rev);
        if (same->second != rev) throw is_another(entry, same->second);
        if (added && !is_written(entry)) entries.push_back(std::move(entry));
      }
    } catch (const Error& error) {
      failures[i] = error;
    }
  }
  write_new(entries, static_cast<bool>(lock));
  return failures;
}

std::optional<atom::ObjectId> Refs::find_source(const std::string& name) const {
  return find(source_prefix, name);
}

void Refs::write_source(const std::string& name, const atom::ObjectId& rev) const {
  const Entry entry{std::string(source_prefix), name, rev, "the source " + name};
  const FileDescriptor lock = take_names_lock(directory_);
  if (!is_written(entry)) write_new({entry}, static_cast<bool>(lock));
}

Error Refs::is_another(const Entry& entry, const atom::ObjectId& there) {
  return Error(Kind::integrity,
               entry.what + " is " + there.hex() + " in the cache, but was now found to be " + entry.rev.hex())
      .with_hint("a published version never changes: one of the two sources is wrong");
}

// Whether it has been written before; throws when it was written as something else.
bool Refs::is_written(const Entry& entry) const {
  const auto there = find(entry.directory, entry.name);
  if (there && *there != entry.rev) throw is_another(entry, *there);
  return there.has_value();
}

void Refs::write_new(const std::vector<Entry>& entries, bool locked) const {
  if (entries.empty()) return;
  access_.check();
  const bool pays = entries.size() >= fewest_packed && packed_.bytes() <= entries.size() * bytes_worth_a_file;
  // A torn file would hide the packed name from git.
  const auto torn = [this](const Entry& entry) { return fs::exists(directory_ / (entry.directory + entry.name)); };
  if (!locked || !pays || std::ranges::any_of(entries, torn) || !write_packed(entries)) write_loose(entries);
}

bool Refs::write_packed(const std::vector<Entry>& entries) const {
  std::map<std::string, atom::ObjectId> all;
  const PackedRefs::Names before = packed_.names();
  for (const auto& [name, rev] : *before) all.emplace(name, rev);
  for (const Entry& entry : entries) all.emplace(entry.directory + entry.name, entry.rev);
  std::vector<PackedName> names;
  names.reserve(all.size());
  for (auto& [name, rev] : all) names.push_back({name, rev});
  return packed_.replace(std::move(names));
}

// One workshop for all: to make and remove a directory costs more than all the rest.
void Refs::write_loose(const std::vector<Entry>& entries) const {
  std::optional<Quarantine> workshop;
  for (const Entry& entry : entries) {
    if (!workshop) workshop.emplace(Quarantine::make(directory_ / "incoming"));
    const fs::path made = workshop->path() / "ref";
    write_file_of(made, entry.rev);
    const fs::path file = directory_ / (entry.directory + entry.name);
    fs::create_directories(file.parent_path());
    if (rename_new(made, file)) continue;
    // Somebody was faster, or the file is torn: only then is it replaced.
    if (is_written(entry)) {
      fs::remove(made);
    } else if (::rename(made.c_str(), file.c_str()) != 0) {
      throw_errno("cannot write a name into the cache");
    }
  }
}

}  // namespace eka::store
