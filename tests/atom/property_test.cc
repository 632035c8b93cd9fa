// Properties checked on generated values, which are the same in every run.
#include <algorithm>
#include <random>

#include <doctest/doctest.h>

#include "atom/lock/lock.h"
#include "atom/lock/written_lock.h"
#include "atom/names/atom_commit.h"
#include "atom/names/uri.h"

using namespace eka::atom;

namespace {

class Maker {
 public:
  std::size_t below(std::size_t limit) { return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_); }
  bool coin() { return below(2) == 0; }
  const char* any(const std::vector<const char*>& of) { return of[below(of.size())]; }

  ObjectId object() {
    std::array<std::uint8_t, 20> bytes{};
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(below(256));
    return ObjectId(bytes);
  }
  Label label() {
    std::string text(1, static_cast<char>('a' + below(26)));
    for (std::size_t n = below(8); n > 0; --n) text += any({"a", "z", "-", "_", "0", "λ", "が", "é"});
    return Label::parse(text).value();
  }
  Version version() {
    const char* pre = any({"", "", "", "a", "a.1", "rc.10", "0", "x-y"});
    return Version(below(4), below(4), below(4), pre);
  }
  Url url() {
    return Url::parse(any({"https://h.org/a", "https://ann@h.org:8443/a%20b", "git@h:o/r λ", "/srv/a b%", "../x",
                           "http://[::1]:80/", "git://h/x", "ssh://h:22/~/x"}))
        .value();
  }
  std::string requirement() {
    std::string text;
    for (std::size_t n = 1 + below(3); n > 0; --n) {
      text += (text.empty() ? "" : ",") + std::string(any({"", "^", "~", "=", "<", "<=", ">", ">="})) +
              std::to_string(below(4));
      if (coin()) text += "." + std::to_string(below(4)) + (coin() ? "." + std::to_string(below(4)) : "");
    }
    return text;
  }
  Lock lock();

 private:
  std::mt19937_64 random_{1729};
};

Lock Maker::lock() {
  Lock lock;
  for (std::size_t n = 1 + below(3); n > 0; --n) {
    LockedSet set{.tag = Tag::parse(label().str()).value(), .local = coin()};
    if (!set.local) set.mirrors.push_back(url());
    if (coin()) set.mirrors.push_back(url());
    lock.sets.emplace(object(), std::move(set));
  }
  for (const auto& [genesis, set] : lock.sets) {
    for (std::size_t n = below(4); n > 0; --n) {
      const Label name = label();
      const AtomId id(genesis, name);
      if (lock.find(id) != nullptr) continue;
      LockedAtom atom{.label = name, .version = version(), .set = genesis, .rev = object(), .id = id, .direct = coin()};
      if (!lock.atoms.empty() && coin()) atom.requires_.push_back(lock.atoms[below(lock.atoms.size())].id);
      lock.atoms.push_back(std::move(atom));
    }
  }
  if (!lock.atoms.empty() && coin()) {
    const LockedAtom& composer = lock.atoms[below(lock.atoms.size())];
    lock.composer = {LockedComposer::Use::atom, composer.id, composer.version, "src"};
  } else {
    lock.composer = {coin() ? LockedComposer::Use::nix : LockedComposer::Use::static_, {}, {}, "a/b.nix"};
  }
  const std::string hash = "sha256-QoJjGd4NstnyOG4mm4KXF+weBzA2AH/7gn1Pmpfcb0A=";
  for (std::size_t n = below(4); n > 0; --n) {
    const std::string name = label().str() + std::to_string(n);
    LockedDirect direct;
    switch (below(4)) {
      case 0:
        direct.source = LockedGit{name, url().str(), object(), coin() ? std::optional(version()) : std::nullopt};
        break;
      case 1:
        direct.source = LockedTar{name, "https://h.org/x.tar", hash};
        break;
      case 2:
        direct.source = LockedFile{name, "http://h.org/x", hash};
        break;
      default:
        direct.source = LockedBuild{name, "file:///x", hash, coin()};
    }
    if (!lock.atoms.empty() && coin()) direct.owner = lock.atoms.front().id;
    lock.direct.push_back(std::move(direct));
  }
  return lock;
}

// Whether a released version satisfies one comparator, by the bounds in Cargo's documentation.
bool within(std::string_view comparator, const Version& version) {
  const auto digit = std::min(comparator.find_first_of("0123456789"), comparator.size());
  const std::string op(digit == 0 ? "^" : comparator.substr(0, digit));
  std::vector<std::uint64_t> n;
  for (std::size_t at = digit; at < comparator.size(); at += 2)
    n.push_back(static_cast<std::uint64_t>(comparator[at] - '0'));
  const std::size_t said = n.size();
  n.resize(3);
  const Version low(n[0], n[1], n[2]);
  const auto next = [&](std::size_t part) {  // the lowest version with this part incremented
    return part == 0 ? Version(n[0] + 1, 0, 0) : part == 1 ? Version(n[0], n[1] + 1, 0) : Version(n[0], n[1], n[2] + 1);
  };
  const Version past = next(said - 1);  // the first version beyond the stated parts
  if (op == "=") return version >= low && version < past;
  if (op == ">") return version >= past;
  if (op == ">=") return version >= low;
  if (op == "<") return version < low;
  if (op == "<=") return version < past;
  if (op == "~") return version >= low && version < (said == 1 ? next(0) : next(1));
  const std::size_t leading = n[0] > 0 || said == 1 ? 0 : n[1] > 0 || said == 2 ? 1 : 2;  // the first non-zero part
  return version >= low && version < next(leading);
}

}  // namespace

// Edits of single lines, after which a lock may be valid, invalid, or valid and not as it is written.
std::string edited(Maker& maker, const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  const auto at = maker.below(lines.size());
  const auto other = maker.below(lines.size());
  std::string& line = lines[at];
  const auto place = static_cast<std::ptrdiff_t>(at);
  switch (maker.below(8)) {
    case 0:
      lines.erase(lines.begin() + place);
      break;
    case 1:
      lines.insert(lines.begin() + place, lines[other]);
      break;
    case 2:
      std::swap(line, lines[other]);
      break;
    case 3:
      if (!line.empty()) line[maker.below(line.size())] = *maker.any({"a", "0", "\"", "\\", " ", "]", "\x7f", "\xce"});
      break;
    case 4:
      line += maker.any({" ", "\r", " # a", ",", "\""});
      break;
    case 5:
      line = maker.any({"direct = false", "direct = true", "unpack = true", "requires = []", "mirrors = [\"::\"]",
                        "version = 1", "use = \"static\"", "# a", "\xef\xbb\xbf", "tag = 'a'", "label = \"\\u0061\""});
      break;
    case 6:
      if (const auto equals = lines[other].find(" = "); equals != std::string::npos) {
        line = line.substr(0, line.find(" = ")) + lines[other].substr(equals);
      }
      break;
    default:
      lines.resize(at + 1);
  }
  std::string out;
  for (const auto& each : lines) out += each + "\n";
  if (maker.below(8) == 0) out.pop_back();
  return out;
}

TEST_CASE("property: both readers of locks agree") {
  Maker maker;
  int read = 0;
  for (int i = 0; i < 2000; ++i) {
    std::string text = maker.lock().text();
    REQUIRE_MESSAGE(read_written_lock(text) == read_toml_lock(text, "f").value(), text);
    for (std::size_t n = 1 + maker.below(2); n > 0; --n) text = edited(maker, text);
    const auto quick = read_written_lock(text);
    if (!quick) continue;
    ++read;
    const auto slow = read_toml_lock(text, "f");
    REQUIRE_MESSAGE(slow, text);
    CHECK_MESSAGE(*quick == *slow, text);
  }
  CHECK(read > 50);
}

TEST_CASE("property: a lock round-trips") {
  Maker maker;
  for (int i = 0; i < 300; ++i) {
    const std::string text = maker.lock().text();
    const auto lock = Lock::parse(text, "atom.lock");
    REQUIRE_MESSAGE(lock, text);
    CHECK(lock->text() == text);
  }
}

TEST_CASE("property: a URI round-trips") {
  Maker maker;
  const Aliases aliases = Aliases::defaults();
  for (int i = 0; i < 500; ++i) {
    AtomUri uri{std::nullopt, maker.label(), std::nullopt};
    if (maker.coin()) uri.set = maker.url();
    if (maker.coin()) uri.requirement = Requirement::parse(maker.requirement()).value();
    const auto again = AtomUri::parse(uri.str(), aliases);
    REQUIRE_MESSAGE(again, uri.str());
    CHECK(again->set == uri.set);
    CHECK(again->label == uri.label);
    CHECK(again->requirement == uri.requirement);
  }
}

TEST_CASE("property: an atom commit round-trips") {
  Maker maker;
  for (int i = 0; i < 200; ++i) {
    const AtomCommit commit{maker.object(), maker.object(), maker.label(), maker.version()};
    const auto again = AtomCommit::parse(commit.text());
    REQUIRE(again);
    CHECK(again->text() == commit.text());
  }
}

TEST_CASE("property: a requirement matches exactly within Cargo's bounds") {
  Maker maker;
  for (int i = 0; i < 3000; ++i) {
    const std::string text = maker.requirement();
    const Requirement requirement = Requirement::parse(text).value();
    const Version version(maker.below(5), maker.below(5), maker.below(5));
    bool expected = true;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find(',', at), text.size());
      expected = expected && within(std::string_view(text).substr(at, end - at), version);
      at = end + 1;
    }
    CHECK_MESSAGE(requirement.matches(version) == expected, std::string(text + " on " + version.str()));
  }
}

TEST_CASE("property: the order of versions is total") {
  Maker maker;
  for (int i = 0; i < 1000; ++i) {
    const Version a = maker.version(), b = maker.version(), c = maker.version();
    CHECK(((a <=> b) == 0) == (a == b));
    CHECK((a < b) == (b > a));
    if (a < b && b < c) CHECK(a < c);
  }
}
