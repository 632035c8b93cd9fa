#include "engine/locate/offer.h"

#include <filesystem>
#include <ranges>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "atom/names/atom_commit.h"
#include "base/text.h"

namespace eka::engine {
namespace {

// "<label>/<version>"
void read_name(std::string_view name, const atom::ObjectId& id, SetOffer::Objects& into) {
  const auto slash = name.find('/');
  if (slash == std::string_view::npos) return;
  auto label = atom::Label::parse(name.substr(0, slash));
  auto version = atom::Version::parse(name.substr(slash + 1));
  // A label that is not in its normal form would be another atom with the same name.
  if (!label || label->str() != name.substr(0, slash) || !version) return;
  into[*std::move(label)].emplace(*std::move(version), id);
}

void read_ref(const git::Ref& ref, SetOffer& offer) {
  const std::string_view name = ref.name;
  if (name == atom::init_ref) offer.genesis = ref.id;
  if (name.starts_with(atoms_prefix)) read_name(name.substr(atoms_prefix.size()), ref.id, offer.atoms);
  if (!name.starts_with(meta_prefix)) return;
  const auto last = name.rfind('/');
  if (last < meta_prefix.size()) return;
  const auto atom = name.substr(meta_prefix.size(), last - meta_prefix.size());
  if (name.substr(last) == "/manifest") read_name(atom, ref.id, offer.manifests);
  if (name.substr(last) == "/origin") read_name(atom, ref.id, offer.origins);
  if (name.substr(last) == "/yanked") read_name(atom, ref.id, offer.yanked);
}

// A local path may be a working tree, whose atoms are planned by their path.
std::string hint_for_no_set(const atom::Url& url) {
  if (url.is_local() && std::filesystem::exists(std::filesystem::path(url.path()) / "ekala.toml")) {
    return fmt::format(
        "it is the working tree of a set: `eka plan {}::<label>` plans an atom in its present state; what is published "
        "is at the git remote of the repository",
        url.path());
  }
  return "its owner can initialize it with `eka init`";
}

}  // namespace

std::vector<atom::Version> SetOffer::usable(const atom::Label& label) const {
  std::vector<atom::Version> out;
  const auto found = atoms.find(label);
  if (found == atoms.end()) return out;
  for (const auto& [version, rev] : found->second) {
    if (!is_yanked(label, version)) out.push_back(version);
  }
  return out;
}

std::optional<atom::ObjectId> SetOffer::origin_of(const atom::Label& label, const atom::Version& version) const {
  const auto of_label = origins.find(label);
  if (of_label == origins.end()) return std::nullopt;
  const auto found = of_label->second.find(version);
  return found == of_label->second.end() ? std::nullopt : std::optional(found->second);
}

bool SetOffer::is_yanked(const atom::Label& label, const atom::Version& version) const {
  const auto found = yanked.find(label);
  return found != yanked.end() && found->second.contains(version);
}

SetOffer read_offer(const atom::Url& url, const std::vector<git::Ref>& refs) {
  SetOffer offer;
  for (const auto& ref : refs) read_ref(ref, offer);
  if (offer.genesis.is_null()) {
    throw Error(Kind::remote, fmt::format("{} is not a package set: no ref {}", url.str(), atom::init_ref))
        .with_hint(hint_for_no_set(url));
  }
  return offer;
}

coro::Task<SetOffer> whole_offer(Context& context, atom::Url url) {
  const auto remote = context.connector->open(url);
  std::vector<std::string> prefixes{std::string(atom::init_ref), std::string(atoms_prefix)};
  const auto refs = co_await remote->ls_refs(std::move(prefixes));
  co_return read_offer(url, refs);
}

std::string labels_hint(const atom::Label& label, const std::vector<std::string>& labels) {
  constexpr std::size_t shown = 8;
  if (labels.empty()) return {};
  if (const auto near = nearest(label.str(), labels); !near.empty()) return fmt::format("did you mean `{}`?", near);
  const auto first = labels | std::views::take(shown);
  const auto more = labels.size() > shown ? fmt::format(" and {} more", labels.size() - shown) : "";
  return fmt::format("its atoms are: {}{}", fmt::join(first, ", "), more);
}

}  // namespace eka::engine
