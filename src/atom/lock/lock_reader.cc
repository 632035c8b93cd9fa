// One class reads all formats: they differ in which keys are required and which are ignored.
#include <algorithm>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "atom/hash/base_n.h"
#include "atom/lock/lock.h"
#include "atom/lock/lock_limits.h"
#include "atom/lock/written_lock.h"
#include "atom/names/inner_path.h"
#include "atom/toml/toml.h"
#include "base/text.h"

namespace eka::atom {
namespace {

class LockReader {
 public:
  explicit LockReader(const TomlDocument& document) : document_(document) {}

  Lock read() {
    TomlTable root = document_.root();
    read_format(root);
    auto compose = root.required_table("compose");
    auto dependencies = root.tables("deps");
    recognize(compose, dependencies);
    if (auto sets = root.table("sets")) read_sets(*sets);
    read_composer(std::move(compose));
    bound(root, "deps", dependencies.size(), lock_limits::dependencies);
    for (TomlTable& dep : dependencies) read_dependency(dep);
    if (!strict()) root.table("locker");
    finish(root);
    check_references();
    lock_.sort();
    return std::move(lock_);
  }

 private:
  void read_format(TomlTable& root) {
    const auto format = root.integer("version");
    if (!format) root.missing("version");
    if (*format < 0 || *format > 2) {
      document_.refuse(root.where("version"), "“version”: unsupported lock file format " + std::to_string(*format) +
                                                  " (supported: 0, 1 and 2)");
    }
    lock_.format = static_cast<int>(*format);
  }

  // Who wrote the file: several tools use the same numbers.
  void recognize(TomlTable& compose, std::vector<TomlTable>& dependencies) {
    const auto use = compose.holds_string("use") ? compose.string("use") : std::nullopt;
    by_digest_ = use && AtomId::parse(use->text).has_value();
    bool graph = by_digest_ || compose.holds_string("at") || compose.has("args");
    bool marks_direct = false;  // `direct` is omitted where it is false
    for (TomlTable& dep : dependencies) {
      graph = graph || dep.has("requires") || dep.has("direct");
      if (!dep.has("direct")) continue;
      const bool direct = dep.boolean("direct").value_or(false);
      marks_direct = marks_direct || direct;
      foreign_ = foreign_ || !direct;
    }
    foreign_ = foreign_ || by_digest_ || compose.holds_string("at") || compose.has("args");
    foreign_ = foreign_ || lock_.format == 2 || (lock_.format == 1 && graph);
    lock_.whole = lock_.format != 1 || foreign_;
    direct_if_absent_ = foreign_ && !marks_direct;
  }

  bool old() const { return !lock_.whole; }
  // Format 0 is eka's own: unknown keys are errors.
  bool strict() const { return lock_.format == 0; }

  void finish(const TomlTable& table) const {
    if (strict()) table.finish();
  }

  // The value of a key. Throws an error that names file, line and key.
  template <class Parse>
  auto read(TomlTable& table, std::string_view key, Parse parse) const {
    const TomlString text = table.required_string(key);
    return check(table, key, text, parse(text.text));
  }
  template <class T>
  T check(const TomlTable& table, std::string_view key, const TomlString& text, Result<T> result) const {
    return document_.check(text.where, std::move(result), "“" + table.path() + "." + std::string(key) + "”");
  }

  [[noreturn]] void refuse(const TomlTable& table, std::string_view key, const std::string& why) const {
    document_.refuse(table.where(key), "“" + table.path() + "." + std::string(key) + "”: " + why);
  }

  void bound(const TomlTable& table, std::string_view key, std::size_t count, std::size_t limit) const {
    if (count > limit) refuse(table, key, "more than " + std::to_string(limit) + " entries");
  }

  void read_sets(TomlTable& sets) {
    const auto keys = sets.keys();
    if (keys.size() > lock_limits::sets) {
      document_.refuse(sets.where(), "“sets”: more than " + std::to_string(lock_limits::sets) + " entries");
    }
    for (const TomlString& key : keys) {
      const ObjectId genesis = document_.check(key.where, ObjectId::parse(key.text), "“sets”");
      TomlTable table = sets.required_table(key.text);
      LockedSet set{.tag = read(table, "tag", Tag::parse), .local = false, .mirrors = {}};
      const auto mirrors = table.required_strings("mirrors");
      bound(table, "mirrors", mirrors.size(), lock_limits::mirrors);
      for (const TomlString& mirror : mirrors) {
        if (mirror.text == "::") {
          set.local = true;
        } else {
          set.mirrors.push_back(check(table, "mirrors", mirror, Url::parse_repository(mirror.text)));
        }
      }
      if (!set.local && set.mirrors.empty()) refuse(table, "mirrors", "no mirrors");
      finish(table);
      if (!lock_.sets.emplace(genesis, std::move(set)).second) {
        document_.refuse(key.where, "“sets." + genesis.hex() + "”: duplicate set");
      }
    }
  }

  void read_composer(TomlTable compose) {
    composer_where_ = compose.where();
    if (lock_.format == 1 && !compose.has("use")) {
      read_early_composer(compose);
      return;
    }
    const TomlString use = compose.required_string("use");
    LockedComposer& composer = lock_.composer;
    if (use.text == "static") {
      composer.use = LockedComposer::Use::static_;
      if (!strict()) compose.string("entry");
    } else if (by_digest_ || use.text == "nix" || use.text == "atom") {
      composer.use = use.text == "nix" ? LockedComposer::Use::nix : LockedComposer::Use::atom;
      composer.entry = foreign_ && !compose.has("entry") ? "." : read(compose, "entry", parse_inner_path);
      if (by_digest_) {
        composer.id = read(compose, "use", AtomId::parse);
        if (compose.has("at")) composer.version = read(compose, "at", Version::parse);
      } else if (use.text == "atom") {
        read_composing_atom(compose);
      }
    } else {
      refuse(compose, "use", "“" + printable(use.text, 40) + "” is not one of atom, nix, static");
    }
    if (foreign_ && compose.has("at")) compose.string("at");
    if (auto args = compose.table("args"); args && !args->empty()) {
      refuse(compose, "args", "arguments for the evaluator are not supported");
    }
    finish(compose);
  }

  // Of tools of November 2, 2025: [compose.at.evaltime] with = "nix", or [compose.as] use = "nix".
  void read_early_composer(TomlTable& compose) {
    auto at = compose.holds_table("at") ? compose.table("at") : std::nullopt;
    auto early = at ? at->table("evaltime") : compose.table("as");
    if (!early) compose.missing("use");
    const auto* const key = at ? "with" : "use";
    if (const TomlString use = early->required_string(key); use.text != "nix") {
      refuse(*early, key, "“" + printable(use.text, 40) + "”: only “nix” is supported in this early format");
    }
    lock_.composer.use = LockedComposer::Use::nix;
    lock_.composer.entry = read(*early, "entry", parse_inner_path);
  }

  void read_composing_atom(TomlTable& compose) {
    lock_.composer.id = read(compose, "id", AtomId::parse);
    lock_.composer.version = read(compose, "version", Version::parse);
    if (old() || (foreign_ && compose.has("set"))) read_atom(compose);
  }

  void read_dependency(TomlTable& dep) {
    const TomlString type = dep.required_string("type");
    if (type.text == "atom") {
      read_atom(dep);
    } else if (type.text == "nix+git") {
      const TomlString version = dep.string("version").value_or(TomlString{});
      LockedGit git{read_name(dep), read_url(dep, true), read(dep, "rev", ObjectId::parse), std::nullopt};
      if (dep.has("version")) git.version = check(dep, "version", version, Version::parse(version.text));
      add_direct(dep, std::move(git));
    } else if (type.text == "nix+tar") {
      add_direct(dep, LockedTar{read_name(dep), read_url(dep, false), read_hash(dep)});
    } else if (type.text == "nix") {
      add_direct(dep, LockedFile{read_name(dep), read_url(dep, false), read_hash(dep)});
    } else if (type.text == "nix+src" || (!strict() && type.text == "nix+build")) {
      const bool unpack = dep.boolean("unpack").value_or(false);
      add_direct(dep, LockedBuild{read_name(dep), read_url(dep, false), read_hash(dep), unpack});
    } else {
      refuse(dep, "type", "“" + printable(type.text, 40) + "” is not one of atom, nix+git, nix+tar, nix, nix+src");
    }
  }

  void read_atom(TomlTable& table) {
    const Label label = read(table, "label", Label::parse);
    const ObjectId set = read(table, "set", ObjectId::parse);
    LockedAtom atom{.label = label,
                    .version = read(table, "version", Version::parse),
                    .set = set,
                    .rev = std::nullopt,
                    .id = read(table, "id", AtomId::parse),
                    .direct = old() || table.boolean("direct").value_or(direct_if_absent_),
                    .requires_ = {}};
    const auto listed = lock_.sets.find(set);
    if (listed == lock_.sets.end()) refuse(table, "set", "set " + set.hex() + " is not listed in [sets]");
    const bool may_lack_rev = listed->second.local && (old() || foreign_);
    if (!may_lack_rev || table.has("rev")) atom.rev = read(table, "rev", ObjectId::parse);
    if (atom.id != AtomId(set, label)) {
      refuse(table, "id", "the id does not match label “" + label.str() + "” and set " + set.hex());
    }
    if (!strict()) read_mirror(table, listed->second);
    if (!old()) read_requires(table, atom);
    finish(table);
    add_atom(table, std::move(atom));
  }

  void read_mirror(TomlTable& table, LockedSet& set) {
    const auto text = table.string("mirror");
    if (!text || text->text == "::") return;
    Url url = check(table, "mirror", *text, Url::parse_repository(text->text));
    if (std::ranges::find(set.mirrors, url) != set.mirrors.end()) return;
    bound(table, "mirror", set.mirrors.size() + 1, lock_limits::mirrors);
    set.mirrors.push_back(std::move(url));
  }

  void read_requires(TomlTable& table, LockedAtom& atom) {
    const auto ids = table.strings("requires").value_or(std::vector<TomlString>{});
    bound(table, "requires", ids.size(), lock_limits::requires_);
    std::unordered_set<AtomId> seen;
    for (const TomlString& text : ids) {
      const AtomId id = check(table, "requires", text, AtomId::parse(text.text));
      if (!seen.insert(id).second) {
        document_.refuse(text.where, "“deps.requires”: duplicate id " + id.str());
      }
      atom.requires_.push_back(id);
      references_.push_back({id, text.where, "deps.requires"});
    }
    std::ranges::sort(atom.requires_);
  }

  void add_atom(const TomlTable& table, LockedAtom atom) {
    const auto [known, fresh] = places_.emplace(atom.id, lock_.atoms.size());
    if (!fresh) {
      // In other formats than 0 the composer may also be listed as a dependency.
      LockedAtom& other = lock_.atoms[known->second];
      if (!strict() && other.requires_.empty()) other.requires_ = atom.requires_;
      if (!strict() && other.version == atom.version && other.rev == atom.rev) return;
      refuse(table, "id",
             "duplicate atom “" + atom.label.str() + "”: " + other.version.str() + " and " + atom.version.str());
    }
    lock_.atoms.push_back(std::move(atom));
  }

  std::string read_name(TomlTable& dep) const { return read(dep, "name", Label::parse).str(); }

  std::string read_url(TomlTable& dep, bool git) const {
    const Url url = read(dep, "url", git ? Url::parse_repository : Url::parse);
    const bool fetchable = url.scheme() == Url::Scheme::https || url.scheme() == Url::Scheme::http || url.is_local();
    if (!git && !fetchable) refuse(dep, "url", "unsupported URL scheme: must be https, http or file");
    return url.str();
  }

  std::string read_hash(TomlTable& dep) const {
    return read(dep, "hash", [this](std::string_view text) -> Result<std::string> {
      if (!strict() && text.starts_with("sha256:")) {
        const auto bytes = parse_nix_base32(text.substr(7));
        if (bytes && bytes->size() == 32) return "sha256-" + base64(*bytes);
      }
      const auto hash = NarHash::parse_sri(text);
      if (!hash) return std::unexpected(hash.error());
      return hash->sri();
    });
  }

  template <class Source>
  void add_direct(TomlTable& dep, Source source) {
    LockedDirect direct{std::move(source), std::nullopt};
    if (!old()) {
      if (const auto owner = dep.string("owner")) {
        direct.owner = check(dep, "owner", *owner, AtomId::parse(owner->text));
        references_.push_back({*direct.owner, owner->where, "deps.owner"});
      }
    }
    finish(dep);
    if (!names_.emplace(direct.owner, direct.name()).second) {
      refuse(dep, "name", "duplicate source “" + direct.name() + "” of this owner");
    }
    lock_.direct.push_back(std::move(direct));
  }

  void check_references() {
    for (const Reference& reference : references_) {
      if (!places_.contains(reference.id)) {
        document_.refuse(reference.where,
                         "“" + std::string(reference.key) + "”: no atom with id " + reference.id.str());
      }
    }
    if (!lock_.composer.id) return;
    const auto atom = places_.find(*lock_.composer.id);
    if (atom == places_.end()) document_.refuse(composer_where_, "“compose.id”: no atom with this id");
    const Version& version = lock_.atoms[atom->second].version;
    if (lock_.composer.version.value_or(version) != version) {
      document_.refuse(composer_where_, "“compose.version”: the atom has version " + version.str());
    }
    lock_.composer.version = version;
  }

  struct Reference {
    AtomId id;
    Position where;
    std::string_view key;
  };

  const TomlDocument& document_;
  Lock lock_;
  bool by_digest_ = false;  // compose.use is the id of the composer
  bool foreign_ = false;    // lists the closure, but is not eka's own format
  bool direct_if_absent_ = false;
  std::unordered_map<AtomId, std::size_t> places_;  // indices into lock_.atoms
  std::set<std::pair<std::optional<AtomId>, std::string>> names_;
  std::vector<Reference> references_;
  Position composer_where_;
};

}  // namespace

Result<Lock> read_toml_lock(std::string_view text, std::string_view name) {
  try {
    const TomlDocument document(text, name, Kind::integrity, TomlLimits{.bytes = lock_limits::bytes});
    return LockReader(document).read();
  } catch (const Error& error) {
    return std::unexpected(error);
  }
}

Result<Lock> Lock::parse(std::string_view text, std::string_view name) {
  if (auto lock = read_written_lock(text)) return *std::move(lock);
  return read_toml_lock(text, name);
}

}  // namespace eka::atom
