#include "engine/select/select.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "atom/names/atom_commit.h"
#include "coro/task/task_group.h"
#include "engine/locate/locate.h"
#include "engine/locate/sets.h"
#include "engine/locate/vouched.h"
#include "engine/select/tagged.h"
#include "engine/workspace/local_atoms.h"

namespace eka::engine {
namespace {

// What an atom is called in output: as the user would type it alone.
std::string name_of(const Several& several, const atom::Label& label) {
  const auto separator = several.typed.rfind("::");
  auto out = separator == std::string::npos ? "" : several.typed.substr(0, separator);
  out += "::" + label.str();
  return several.pattern.requirement ? out + "@" + several.pattern.requirement->str() : out;
}

Wanted atom_of(const Several& several, const atom::Label& label) {
  return {.typed = name_of(several, label),
          .uri = {several.pattern.set, label, several.pattern.requirement},
          .working_tree = several.working_tree};
}

// The item that reports why a pattern selected nothing.
Wanted failed_item(const Several& several, Error error) {
  auto out = atom_of(several, unwrap(atom::Label::parse("none")));
  out.typed = several.typed;
  out.located = std::unexpected(std::move(error));
  return out;
}

// Two items with the same identity are the same request.
std::string identity(const Wanted& wanted) {
  const auto place = wanted.working_tree ? wanted.working_tree->string() : wanted.uri.set->str();
  const auto requirement = wanted.uri.requirement ? wanted.uri.requirement->str() : "";
  return fmt::format("{}\n{}\n{}", place, wanted.uri.label.str(), requirement);
}

Error nothing_selected(const Several& several, const std::set<atom::Tag>& tags, const std::string& place) {
  auto what = "no atom of " + place;
  if (several.pattern.labels.str() != "*") what += fmt::format(" matches `{}`", several.pattern.labels.str());
  if (several.pattern.requirement) what += fmt::format(" in a version {}", several.pattern.requirement->str());
  std::vector<std::string> names;
  for (const auto& tag : tags) names.push_back(fmt::format("`{}`", tag.str()));
  if (!tags.empty()) what += fmt::format(" with the tag {}", fmt::join(names, " or "));
  if (what == "no atom of " + place) what += " is published";
  return {Kind::unsatisfiable, std::move(what)};
}

class Selecting {
 public:
  Selecting(Context& context, Selection selection)
      : context_(context), selection_(std::move(selection)), chosen_(selection_.items.size()) {}

  coro::Task<std::vector<Wanted>> finish() {
    std::map<atom::Url, std::vector<std::size_t>> at_remotes;  // the items of each
    std::set<atom::Url> asked;                                 // those that a pattern names
    std::vector<coro::Task<>> tasks;
    for (std::size_t i = 0; i < chosen_.size(); ++i) {
      if (const auto* wanted = std::get_if<Wanted>(&selection_.items[i])) {
        chosen_[i].push_back(*wanted);
        if (!wanted->working_tree) at_remotes[*wanted->uri.set].push_back(i);
      } else if (const auto& several = std::get<Several>(selection_.items[i]); several.working_tree) {
        tasks.push_back(choose_in_tree(i));
      } else {
        at_remotes[*several.pattern.set].push_back(i);
        asked.insert(*several.pattern.set);
      }
    }
    for (const auto& url : asked) tasks.push_back(choose_at(url, at_remotes.at(url)));
    co_await coro::all(std::move(tasks));
    co_return without_repetitions();
  }

 private:
  const Several& several(std::size_t index) const { return std::get<Several>(selection_.items[index]); }

  std::vector<Wanted> without_repetitions() {
    std::set<std::string> known;
    for (std::size_t i = 0; i < chosen_.size(); ++i) {
      if (std::holds_alternative<Wanted>(selection_.items[i])) known.insert(identity(chosen_[i].front()));
    }
    std::vector<Wanted> out;
    for (std::size_t i = 0; i < chosen_.size(); ++i) {
      const bool is_named = std::holds_alternative<Wanted>(selection_.items[i]);
      for (auto& wanted : chosen_[i]) {
        if (is_named || known.insert(identity(wanted)).second) out.push_back(std::move(wanted));
      }
    }
    return out;
  }

  coro::Task<> choose_in_tree(std::size_t index) {
    const auto& wish = several(index);
    std::optional<Error> failure;
    try {
      const auto set = co_await context_.local_atoms().set(SetPlace(*wish.working_tree));
      const auto& packages = set->packages;
      if (!packages.warnings.empty()) {
        const auto others = packages.warnings.size() - 1;
        context_.observer.note(packages.warnings.front() +
                               (others > 0 ? fmt::format(" (and {} more such entries)", others) : ""));
      }
      const auto requirement = wish.pattern.requirement.value_or(atom::Requirement{});
      for (const auto& [label, atom] : packages.atoms) {
        const auto& version = atom.manifest.version;
        const bool satisfies = !wish.pattern.requirement || requirement.matches(version);
        const bool has_tag = selection_.tags.empty() || has_one_of(selection_.tags, atom.manifest);
        if (satisfies && has_tag && wish.pattern.labels.matches(label)) chosen_[index].push_back(atom_of(wish, label));
      }
      const auto place = "the set at " + set->root.string();
      if (packages.atoms.empty()) {
        context_.observer.note(place + " has no atoms");
      } else if (chosen_[index].empty()) {
        failure = nothing_selected(wish, selection_.tags, place);
      }
    } catch (const Error& error) {
      failure = error;
    }
    if (failure) chosen_[index] = {failed_item(wish, *std::move(failure))};
  }

  coro::Task<> choose_at(atom::Url url, std::vector<std::size_t> items) {
    const Timed timed(context_, Stage::locate, url.str(), {});
    std::optional<Error> failure;
    try {
      const auto offer = co_await offer_of(url, items);
      for (const auto index : items) {
        if (std::holds_alternative<Wanted>(selection_.items[index])) {
          choose_one(url, offer, chosen_[index].front());
        } else {
          co_await choose_several(url, offer, index);
        }
      }
    } catch (const Error& error) {
      failure = error;
    }
    if (!failure) co_return;
    for (const auto index : items) {
      if (std::holds_alternative<Wanted>(selection_.items[index])) {
        chosen_[index].front().located = std::unexpected(*failure);  // the remote is not asked again
      } else {
        chosen_[index] = {failed_item(several(index), *failure)};
      }
    }
  }

  bool is_offline(const atom::Url& url) const { return context_.settings.offline && !url.is_local(); }

  coro::Task<SetOffer> offer_of(atom::Url url, std::vector<std::size_t> items) {
    auto& remotes = context_.remotes();
    remotes.named_by_user(url);
    if (is_offline(url)) {
      auto labels = remembered_labels(context_, remotes, url);
      context_.observer.note(fmt::format("offline: using cached versions of {}", url.str()));
      co_return co_await offline_offer(context_, remotes, url, std::move(labels));
    }
    std::set<atom::Label> labels;
    std::vector<std::string> prefixes;
    for (const auto index : items) {
      if (const auto* wanted = std::get_if<Wanted>(&selection_.items[index])) {
        labels.insert(wanted->uri.label);
        continue;
      }
      const auto beginning = several(index).pattern.labels.prefix();
      prefixes.push_back(std::string(atoms_prefix) + beginning);
      prefixes.push_back(std::string(meta_prefix) + beginning);  // yanked versions, and manifests with tags
    }
    std::ranges::move(prefixes_of(labels), std::back_inserter(prefixes));
    auto offer = co_await ask_offer(context_, remotes, url, std::move(prefixes));
    // Every offered atom was asked for, by its label or by the beginning of it.
    for (const auto& [label, versions] : offer.atoms) labels.insert(label);
    context_.sets().learn(url, std::move(labels), offer);
    co_return offer;
  }

  // Leaves an atom that is not offered to locate(), which finds out what to say about it.
  void choose_one(const atom::Url& url, const SetOffer& offer, Wanted& wanted) {
    auto found = choose_published(offer, wanted.uri);
    if (!found) return;
    const std::vector<Published> said{*found};
    if (auto same = remember(url, said); !same) found = std::unexpected(std::move(same).error());
    wanted.located = std::move(found);
  }

  coro::Task<> choose_several(const atom::Url& url, const SetOffer& offer, std::size_t index) {
    const auto& wish = several(index);
    std::vector<Published> found;
    std::vector<std::string> left_out;
    for (const auto& [label, versions] : offer.atoms) {
      if (!wish.pattern.labels.matches(label)) continue;
      if (auto chosen = choose_published(offer, {url, label, wish.pattern.requirement})) {
        found.push_back(*std::move(chosen));
      } else if (!wish.pattern.requirement) {
        left_out.push_back(label.str());
      }
    }
    if (!left_out.empty()) {
      context_.observer.note(
          fmt::format("{} leaves out atoms that have only pre-releases: {}", wish.typed, fmt::join(left_out, ", ")));
    }
    std::vector<Result<bool>> has_tag(found.size(), true);
    if (!selection_.tags.empty()) has_tag = co_await tagged(context_, url, offer, found, selection_.tags);
    const bool are_known = remember(url, found).has_value();
    for (std::size_t i = 0; i < found.size(); ++i) {
      if (has_tag[i] && !*has_tag[i]) continue;
      auto wanted = atom_of(wish, found[i].label);
      wanted.located = found[i];
      if (!has_tag[i]) {
        wanted.located = std::unexpected(has_tag[i].error());
      } else if (!are_known) {
        // At least one of them had another revision before.
        if (auto same = remember(url, {found[i]}); !same) wanted.located = std::unexpected(std::move(same).error());
      }
      chosen_[index].push_back(std::move(wanted));
    }
    if (chosen_[index].empty()) {
      auto error = nothing_selected(wish, selection_.tags, url.str());
      if (is_offline(url)) error = Error(Kind::offline, error.message() + " (in the cache)");
      chosen_[index] = {failed_item(wish, std::move(error))};
    }
  }

  Result<void> remember(const atom::Url& url, const std::vector<Published>& atoms) {
    if (is_offline(url)) return {};
    return remember_vouched(context_, context_.remotes(), url, atoms);
  }

  Context& context_;
  Selection selection_;
  std::vector<std::vector<Wanted>> chosen_;  // for each item
};

}  // namespace

coro::Task<std::vector<Wanted>> select(Context& context, Selection selection) {
  Selecting selecting(context, std::move(selection));
  co_return co_await selecting.finish();
}

}  // namespace eka::engine
