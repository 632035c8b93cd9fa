#include "engine/select/tagged.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "coro/task/task_group.h"
#include "engine/closure/manifests.h"
#include "engine/fetch/fetcher.h"
#include "engine/workspace/package_set.h"

namespace eka::engine {
namespace {

// Larger manifests are rejected.
constexpr std::size_t largest_manifest = std::size_t{1} << 20;

std::optional<atom::ObjectId> manifest_of(const SetOffer& offer, const Published& atom) {
  const auto versions = offer.manifests.find(atom.label);
  if (versions == offer.manifests.end()) return std::nullopt;
  const auto blob = versions->second.find(atom.version);
  return blob == versions->second.end() ? std::nullopt : std::optional(blob->second);
}

Result<bool> has_tag(const Published& atom, const std::optional<std::string>& text, const std::set<atom::Tag>& tags) {
  const auto name = fmt::format("{}: {}", atom.str(), atom_file);
  if (!text) return fail(Kind::integrity, fmt::format("{} is missing after it was fetched", name));
  const auto manifest = atom::Manifest::parse(*text, name);
  if (!manifest) return std::unexpected(manifest.error());
  if (manifest->label != atom.label || manifest->version != atom.version) {
    return fail(Kind::integrity, fmt::format("{} has the manifest of {} {}", atom.str(), manifest->label.str(),
                                             manifest->version.str()));
  }
  return has_one_of(tags, *manifest);
}

class TagReading {
 public:
  TagReading(Context& context, const atom::Url& url, const SetOffer& offer, const std::vector<Published>& atoms)
      : context_(context), url_(url), atoms_(atoms) {
    for (std::size_t i = 0; i < atoms.size(); ++i) {
      if (const auto blob = manifest_of(offer, atoms[i])) {
        listed_.emplace_back(i, *blob);
      } else {
        unlisted_.push_back(i);
      }
    }
  }

  coro::Task<std::vector<Result<bool>>> finish(const std::set<atom::Tag>& tags) {
    std::vector<Result<bool>> out(atoms_.size(), false);
    std::vector<coro::Task<>> both;
    both.push_back(read_listed(tags, &out));
    both.push_back(read_unlisted(tags, &out));
    co_await coro::all(std::move(both));
    co_return out;
  }

 private:
  using Answers = std::vector<Result<bool>>;

  coro::Task<> read_listed(const std::set<atom::Tag>& tags, Answers* out) {
    std::vector<std::optional<std::string>> texts;
    std::vector<atom::ObjectId> missing;
    for (const auto& [index, blob] : listed_) {
      texts.push_back(co_await context_.cache->objects().blob(blob, largest_manifest));
      if (!texts.back()) missing.push_back(blob);
    }
    if (!missing.empty()) {
      std::vector<atom::Url> from{url_};
      co_await context_.fetcher().fetch_objects(std::move(missing), std::move(from));
    }
    for (std::size_t i = 0; i < listed_.size(); ++i) {
      if (!texts[i]) texts[i] = co_await context_.cache->objects().blob(listed_[i].second, largest_manifest);
    }
    co_await coro::offload(context_.pool, [&] {
      for (std::size_t i = 0; i < listed_.size(); ++i) {
        const auto index = listed_[i].first;
        (*out)[index] = has_tag(atoms_[index], texts[i], tags);
      }
    });
  }

  coro::Task<> read_unlisted(const std::set<atom::Tag>& tags, Answers* out) {
    if (unlisted_.empty()) co_return;
    std::vector<Published> atoms;
    for (const auto index : unlisted_) atoms.push_back(atoms_[index]);
    Mirrors from{{atoms.front().set, {url_}}};
    co_await context_.fetcher().fetch(atoms, std::move(from));
    const auto read = co_await context_.manifests().read(std::move(atoms));
    for (std::size_t i = 0; i < unlisted_.size(); ++i) {
      auto& answer = (*out)[unlisted_[i]];
      if (read[i]) {
        answer = has_one_of(tags, *read[i]->manifest);
      } else {
        answer = std::unexpected(read[i].error());
      }
    }
  }

  Context& context_;
  const atom::Url& url_;
  const std::vector<Published>& atoms_;
  std::vector<std::pair<std::size_t, atom::ObjectId>> listed_;  // index, and the manifest according to the refs
  std::vector<std::size_t> unlisted_;                           // indices
};

}  // namespace

bool has_one_of(const std::set<atom::Tag>& tags, const atom::Manifest& manifest) {
  return std::ranges::any_of(manifest.tags, [&](const atom::Tag& tag) { return tags.contains(tag); });
}

coro::Task<std::vector<Result<bool>>> tagged(Context& context, const atom::Url& url, const SetOffer& offer,
                                             const std::vector<Published>& atoms, const std::set<atom::Tag>& tags) {
  TagReading reading(context, url, offer, atoms);
  co_return co_await reading.finish(tags);
}

}  // namespace eka::engine
