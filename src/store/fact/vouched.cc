#include "store/fact/vouched.h"

#include <algorithm>
#include <utility>

#include "base/take_until.h"

namespace eka::store {
namespace {

// Before format 2, a fact stored under one URL could come from another URL to which insteadOf had redirected.
std::string genesis_key(const atom::Url& reached_at) {
  return "2 " + reached_at.str();
}

std::string yanked_key(const atom::Url& reached_at, const atom::ObjectId& genesis) {
  return genesis.hex() + " " + reached_at.str();
}

}  // namespace

std::string key_at(const atom::Url& reached_at, const atom::ObjectId& genesis, const atom::Label& label) {
  return genesis.hex() + " " + label.str() + " " + reached_at.str();
}

std::optional<atom::ObjectId> Vouched::genesis_at(const atom::Url& reached_at) {
  const auto hex = database_.get(Fact::genesis, genesis_key(reached_at));
  const auto id = hex ? atom::ObjectId::parse(*hex) : Result<atom::ObjectId>(fail(Kind::failure, ""));
  return id ? std::optional(*id) : std::nullopt;
}

void Vouched::remember_genesis(const atom::Url& reached_at, atom::ObjectId genesis) {
  database_.put(Fact::genesis, genesis_key(reached_at), genesis.hex());
}

std::set<atom::Label> Vouched::labels(const atom::Url& reached_at, const atom::ObjectId& genesis) {
  const auto before = genesis.hex() + " ";
  const auto after = " " + reached_at.str();
  std::set<atom::Label> out;
  for (const auto& [key, versions] : database_.all(Fact::vouched)) {
    if (key.size() <= before.size() + after.size() || !key.starts_with(before) || !key.ends_with(after)) continue;
    auto label =
        atom::Label::parse(std::string_view(key).substr(before.size(), key.size() - before.size() - after.size()));
    if (label) out.insert(*std::move(label));
  }
  return out;
}

std::vector<std::vector<CachedAtom>> Vouched::versions(const atom::Url& reached_at, const atom::ObjectId& genesis,
                                                       const std::vector<atom::Label>& labels) {
  std::vector<std::string> keys;
  for (const auto& label : labels) keys.push_back(key_at(reached_at, genesis, label));
  std::vector<std::vector<CachedAtom>> out;
  for (const auto& value : database_.get_all(Fact::vouched, keys)) {
    auto& of_label = out.emplace_back();
    for (auto& [version, rev] : read_vouched(value.value_or(""))) of_label.push_back({version, rev});
  }
  return out;
}

std::vector<VouchedSet> Vouched::all() {
  std::map<std::string, VouchedSet> sets;
  for (const auto& [key, hex] : database_.all(Fact::genesis)) {
    const auto genesis = atom::ObjectId::parse(hex);
    const auto url = key.starts_with("2 ") ? atom::Url::parse(key.substr(2)) : fail(Kind::usage, "");
    if (genesis && url) sets.emplace(url->str(), VouchedSet{*url, *genesis, {}});
  }
  for (const auto& [key, value] : database_.all(Fact::vouched)) {
    const auto first = key.find(' ');
    const auto second = first == std::string::npos ? first : key.find(' ', first + 1);
    if (second == std::string::npos) continue;
    const auto label = atom::Label::parse(key.substr(first + 1, second - first - 1));
    const auto set = sets.find(key.substr(second + 1));
    if (!label || set == sets.end() || set->second.genesis.hex() != key.substr(0, first)) continue;
    for (const auto& [version, rev] : read_vouched(value)) set->second.atoms.push_back({*label, version, rev});
  }
  std::vector<VouchedSet> out;
  for (auto& [url, set] : sets) out.push_back(std::move(set));
  return out;
}

void Vouched::remember(const atom::Url& reached_at, const atom::ObjectId& genesis, const std::vector<AtomName>& atoms) {
  std::map<std::string, std::vector<const AtomName*>> by_key;
  for (const auto& atom : atoms) by_key[key_at(reached_at, genesis, atom.label)].push_back(&atom);
  std::vector<std::string> keys;
  for (const auto& [key, of_label] : by_key) keys.push_back(key);
  const auto values = database_.get_all(Fact::vouched, keys);
  std::vector<std::pair<std::string, std::string>> changed;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    auto known = read_vouched(values[i].value_or(""));
    const auto before = known.size();
    for (const auto* atom : by_key.at(keys[i])) known.try_emplace(atom->version, atom->rev);
    if (known.size() != before) changed.emplace_back(keys[i], write_vouched(known));
  }
  database_.put_all(Fact::vouched, changed);
}

// One "<label> <version> <blob>" per line.
Vouched::Yanked Vouched::yanked(const atom::Url& reached_at, const atom::ObjectId& genesis) {
  Yanked out;
  const auto value = database_.get(Fact::yanked, yanked_key(reached_at, genesis)).value_or("");
  for (std::string_view text = value; !text.empty();) {
    const auto line = take_until(text, '\n');
    const auto space = line.find(' ');
    auto label = atom::Label::parse(line.substr(0, space));
    if (label && space != line.npos) out[*std::move(label)].merge(read_vouched(line.substr(space + 1)));
  }
  return out;
}

void Vouched::remember_yanked(const atom::Url& reached_at, const atom::ObjectId& genesis, const Yanked& yanked) {
  std::string text;
  for (const auto& [label, versions] : yanked) {
    for (const auto& [version, blob] : versions) text += label.str() + " " + version.str() + " " + blob.hex() + "\n";
  }
  if (text.empty()) return database_.forget(Fact::yanked, yanked_key(reached_at, genesis));
  database_.put(Fact::yanked, yanked_key(reached_at, genesis), text);
}

// One "<version> <rev>" per line.
Revisions read_vouched(std::string_view text) {
  Revisions out;
  while (!text.empty()) {
    const auto line = take_until(text, '\n');
    const auto space = line.find(' ');
    if (space == std::string_view::npos) continue;
    auto version = atom::Version::parse(line.substr(0, space));
    const auto rev = atom::ObjectId::parse(line.substr(space + 1));
    if (version && rev) out.emplace(*std::move(version), *rev);
  }
  return out;
}

std::string write_vouched(const Revisions& revisions) {
  std::string out;
  for (const auto& [version, rev] : revisions) out += version.str() + " " + rev.hex() + "\n";
  return out;
}

}  // namespace eka::store
