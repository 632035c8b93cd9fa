#include "atom/lock/written_lock.h"

#include <algorithm>
#include <tuple>

#include "atom/lock/lock_limits.h"
#include "atom/names/inner_path.h"
#include "atom/toml/toml_bounds.h"
#include "base/utf8.h"

namespace eka::atom {
namespace {

// Anything that is not as expected: the other reader decides.
struct Unexpected {};

template <class T>
T expected(Result<T> result) {
  if (!result) throw Unexpected{};
  return *std::move(result);
}

void expect(bool holds) {
  if (!holds) throw Unexpected{};
}

// The lines of a lock. Every function takes what it names, or nothing if it returns false, or throws Unexpected.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }

  void skip_comments() {
    while (rest_.starts_with('#')) {
      const auto end = rest_.find('\n');
      expect(end != rest_.npos && all_plain(rest_.substr(0, end)));
      rest_.remove_prefix(end + 1);
    }
  }

  bool take(std::string_view literal) {
    if (!rest_.starts_with(literal)) return false;
    rest_.remove_prefix(literal.size());
    return true;
  }
  void require(std::string_view literal) { expect(take(literal)); }

  // A header that follows an empty line.
  bool take_header(std::string_view header) {
    if (!rest_.starts_with('\n') || !rest_.substr(1).starts_with(header)) return false;
    rest_.remove_prefix(1 + header.size());
    count(2);
    return true;
  }

  // `key = "…"`
  bool take_text(std::string_view key, std::string_view& value) {
    if (!take_key(key)) return false;
    value = string();
    require("\n");
    return true;
  }
  std::string_view text(std::string_view key) {
    std::string_view value;
    expect(take_text(key, value));
    return value;
  }

  bool take_true(std::string_view key) {
    if (!take_key(key)) return false;
    require("true\n");
    return true;
  }

  // `key = ["…", "…"]`, for each of its strings.
  template <class Use>
  bool take_list(std::string_view key, Use use) {
    if (!take_key(key)) return false;
    require("[");
    count(2);
    if (take("]\n")) return true;
    while (true) {
      use(string());
      count(1);
      if (take("]\n")) return true;
      require(", ");
    }
  }

  // Up to a "]" that ends the line.
  std::string_view rest_of_header() {
    const auto end = rest_.find(']');
    expect(end != rest_.npos);
    const auto name = rest_.substr(0, end);
    rest_.remove_prefix(end);
    require("]\n");
    return name;
  }

 private:
  bool take_key(std::string_view key) {
    if (!rest_.starts_with(key) || !rest_.substr(key.size()).starts_with(" = ")) return false;
    rest_.remove_prefix(key.size() + 3);
    count(1);
    return true;
  }

  // Without escapes, so that its bytes are its value.
  std::string_view string() {
    require("\"");
    const auto end = rest_.find('"');
    expect(end != rest_.npos);
    const auto value = rest_.substr(0, end);
    expect(all_plain(value));
    rest_.remove_prefix(end + 1);
    return value;
  }

  // No control character, and no backslash. Without an early exit, so that it is done for many bytes at a time.
  static bool all_plain(std::string_view text) {
    bool plain = true;
    for (const char c : text) plain &= static_cast<unsigned char>(c) >= 0x20 && c != 0x7f && c != '\\';
    return plain;
  }

  // Counts at least as much as toml_excess(), whose limit holds for every lock.
  void count(std::size_t values) {
    values_ += values;
    expect(values_ <= TomlLimits{}.values);
  }

  std::string_view rest_;
  std::size_t values_ = 0;
};

// Finds atoms by id: by bisection, since the author of a lock can choose labels whose ids collide in a hash table.
class ById {
 public:
  explicit ById(const std::vector<LockedAtom>& atoms) {
    atoms_.reserve(atoms.size());
    for (const auto& atom : atoms) atoms_.push_back(&atom);
    std::ranges::sort(atoms_, {}, id_of);
  }
  const LockedAtom* find(const AtomId& id) const {
    const auto found = std::ranges::lower_bound(atoms_, id, {}, id_of);
    return found == atoms_.end() || (*found)->id != id ? nullptr : *found;
  }

 private:
  static const AtomId& id_of(const LockedAtom* atom) { return atom->id; }
  std::vector<const LockedAtom*> atoms_;
};

class WrittenLock {
 public:
  explicit WrittenLock(std::string_view text) : text_(text), lines_(text) {}

  Lock read() {
    expect(text_.size() <= lock_limits::bytes && is_utf8(text_));
    lines_.skip_comments();
    lines_.require("version = 0\n");
    expect(lines_.take_header("[compose]\n"));
    read_composer();
    while (lines_.take_header("[sets.")) read_set();
    expect(lock_.sets.size() <= lock_limits::sets);
    while (lines_.take_header("[[deps]]\n")) read_dependency();
    expect(lines_.done() && lock_.atoms.size() + lock_.direct.size() <= lock_limits::dependencies);
    check_references();
    return std::move(lock_);
  }

 private:
  void read_composer() {
    LockedComposer& composer = lock_.composer;
    const auto use = lines_.text("use");
    if (use == "static") {
      composer.use = LockedComposer::Use::static_;
      return;
    }
    expect(use == "nix" || use == "atom");
    composer.use = use == "nix" ? LockedComposer::Use::nix : LockedComposer::Use::atom;
    if (use == "atom") {
      composer.id = expected(AtomId::parse(lines_.text("id")));
      composer.version = expected(Version::parse(lines_.text("version")));
    }
    composer.entry = expected(parse_inner_path(lines_.text("entry")));
  }

  void read_set() {
    const auto genesis = expected(ObjectId::parse(lines_.rest_of_header()));
    LockedSet set{.tag = expected(Tag::parse(lines_.text("tag"))), .local = false, .mirrors = {}};
    std::size_t mirrors = 0;
    expect(lines_.take_list("mirrors", [&](std::string_view mirror) {
      expect(++mirrors <= lock_limits::mirrors);
      if (mirror == "::") {
        set.local = true;
      } else {
        set.mirrors.push_back(expected(Url::parse_repository(mirror)));
      }
    }));
    expect(set.local || !set.mirrors.empty());
    expect(lock_.sets.emplace(genesis, std::move(set)).second);
  }

  void read_dependency() {
    const auto type = lines_.text("type");
    if (type == "atom") {
      read_atom();
    } else if (type == "nix+git") {
      LockedGit git{name(), url(true), expected(ObjectId::parse(lines_.text("rev"))), std::nullopt};
      if (std::string_view version; lines_.take_text("version", version)) {
        git.version = expected(Version::parse(version));
      }
      add_direct(std::move(git));
    } else if (type == "nix+tar") {
      add_direct(LockedTar{name(), url(false), hash()});
    } else if (type == "nix") {
      add_direct(LockedFile{name(), url(false), hash()});
    } else {
      expect(type == "nix+src");
      LockedBuild build{name(), url(false), hash(), false};
      build.unpack = lines_.take_true("unpack");
      add_direct(std::move(build));
    }
  }

  void read_atom() {
    expect(lock_.direct.empty());
    auto label = expected(Label::parse(lines_.text("label")));
    auto version = expected(Version::parse(lines_.text("version")));
    enter_set(lines_.text("set"));
    const auto rev = expected(ObjectId::parse(lines_.text("rev")));
    const auto id = expected(AtomId::parse(lines_.text("id")));
    expect(id == (*ids_)(label));
    LockedAtom atom{.label = std::move(label),
                    .version = std::move(version),
                    .set = set_,
                    .rev = rev,
                    .id = id,
                    .direct = lines_.take_true("direct"),
                    .requires_ = {}};
    lines_.take_list("requires", [&](std::string_view text) {
      const auto needed = expected(AtomId::parse(text));
      expect(atom.requires_.size() < lock_limits::requires_);
      expect(atom.requires_.empty() || atom.requires_.back() < needed);
      atom.requires_.push_back(needed);
    });
    if (!lock_.atoms.empty()) {
      const auto& last = lock_.atoms.back();
      expect(std::tie(last.set, last.label) < std::tie(atom.set, atom.label));  // sorted, and without duplicates
    }
    lock_.atoms.push_back(std::move(atom));
  }

  // Atoms of one set follow one another.
  void enter_set(std::string_view text) {
    if (ids_ && text == set_text_) return;
    set_ = expected(ObjectId::parse(text));
    expect(lock_.sets.contains(set_));
    set_text_ = text;
    ids_.emplace(set_);
  }

  std::string name() { return expected(Label::parse(lines_.text("name"))).str(); }

  std::string url(bool git) {
    const auto text = lines_.text("url");
    const Url url = expected(git ? Url::parse_repository(text) : Url::parse(text));
    const bool fetchable = url.scheme() == Url::Scheme::https || url.scheme() == Url::Scheme::http || url.is_local();
    expect(git || fetchable);
    return url.str();
  }

  std::string hash() { return expected(NarHash::parse_sri(lines_.text("hash"))).sri(); }

  template <class Source>
  void add_direct(Source source) {
    LockedDirect direct{std::move(source), std::nullopt};
    if (std::string_view owner; lines_.take_text("owner", owner)) direct.owner = expected(AtomId::parse(owner));
    if (!lock_.direct.empty()) {
      const auto& last = lock_.direct.back();
      expect(std::tie(last.owner, last.name()) < std::tie(direct.owner, direct.name()));
    }
    lock_.direct.push_back(std::move(direct));
  }

  void check_references() const {
    const ById atoms(lock_.atoms);
    for (const auto& atom : lock_.atoms) {
      for (const auto& needed : atom.requires_) expect(atoms.find(needed) != nullptr);
    }
    for (const auto& direct : lock_.direct) expect(!direct.owner || atoms.find(*direct.owner) != nullptr);
    if (!lock_.composer.id) return;
    const auto* composer = atoms.find(*lock_.composer.id);
    expect(composer != nullptr && composer->version == *lock_.composer.version);
  }

  std::string_view text_;
  Lines lines_;
  Lock lock_;
  // The set of the atom being read:
  std::string_view set_text_;
  ObjectId set_;
  std::optional<AtomId::OfSet> ids_;
};

}  // namespace

std::optional<Lock> read_written_lock(std::string_view text) {
  try {
    return WrittenLock(text).read();
  } catch (const Unexpected&) {
    return std::nullopt;
  }
}

}  // namespace eka::atom
