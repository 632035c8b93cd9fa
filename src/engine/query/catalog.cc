#include "engine/query/catalog.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "atom/names/atom_commit.h"
#include "atom/names/folding.h"
#include "coro/run/pool.h"
#include "coro/task/task_group.h"
#include "engine/fetch/fetcher.h"
#include "engine/locate/offer.h"
#include "engine/locate/sets.h"
#include "engine/workspace/new_atom.h"
#include "engine/workspace/package_set.h"
#include "engine/workspace/set_remote.h"

namespace eka::engine {
namespace {

// Larger manifests have no description.
constexpr std::size_t description_limit = std::size_t{1} << 20;

std::set<atom::Version> yanked_versions(const SetOffer& offer, const atom::Label& label) {
  std::set<atom::Version> out;
  const auto found = offer.yanked.find(label);
  if (found == offer.yanked.end()) return out;
  for (const auto& [version, why] : found->second) out.insert(version);
  return out;
}

// Why a version is yanked: a file at the remote, of which only a line is shown.
coro::Task<std::string> reason_of(Context* context, atom::Url url, atom::ObjectId why) {
  constexpr std::size_t reason_limit = 4096;
  auto text = co_await context->cache->objects().blob(why, reason_limit);
  if (!text) {
    std::vector<atom::ObjectId> wants{why};
    std::vector<atom::Url> mirrors{url};
    co_await context->fetcher().fetch_objects(std::move(wants), std::move(mirrors));
    text = co_await context->cache->objects().blob(why, reason_limit);
  }
  std::string out = text.value_or("");
  co_return out.substr(0, out.find('\n'));
}

class Listing {
 public:
  Listing(Context& context, const CatalogRequest& request, atom::Url url)
      : context_(context), request_(request), url_(std::move(url)), term_(atom::folded(request.term)) {}

  coro::Task<Catalog> finish() {
    context_.remotes().named_by_user(url_);
    auto offer = co_await ask();
    Catalog out{offer.genesis, context_.remotes().reached_at(url_), {}};
    for (const auto& [label, versions] : offer.atoms) {
      out.entries.push_back({label, versions, yanked_versions(offer, label)});
    }
    if (request_.describe) co_await describe(&offer, &out.entries);
    if (!term_.empty()) std::erase_if(out.entries, [this](const auto& entry) { return !matches(entry); });
    if (request_.describe_found && !request_.describe && !out.entries.empty()) {
      co_await describe(&offer, &out.entries);
    }
    co_return out;
  }

 private:
  coro::Task<SetOffer> ask() {
    std::vector<std::string> prefixes{std::string(atom::init_ref), std::string(atoms_prefix), std::string(meta_prefix)};
    auto& remote = context_.remotes().at(url_);
    const auto refs = co_await remote.ls_refs(std::move(prefixes));
    co_return read_offer(url_, refs);
  }

  bool matches(const CatalogEntry& entry) const {
    return atom::folded(entry.label.str()).contains(term_) ||
           (entry.description && atom::folded(*entry.description).contains(term_));
  }

  // Atoms without a listed manifest get no description. Offline, or if they cannot be fetched, none does.
  coro::Task<> describe(const SetOffer* offer, std::vector<CatalogEntry>* entries) {
    std::map<std::size_t, atom::ObjectId> blobs;
    for (std::size_t i = 0; i < entries->size(); ++i) {
      const auto& entry = (*entries)[i];
      const auto manifests = offer->manifests.find(entry.label);
      if (manifests == offer->manifests.end()) continue;
      const auto blob = manifests->second.find(entry.highest());
      if (blob != manifests->second.end()) blobs.emplace(i, blob->second);
    }
    std::vector<atom::ObjectId> missing;
    for (const auto& [index, blob] : blobs) {
      const auto text = co_await context_.cache->objects().blob(blob, description_limit);
      if (!text) missing.push_back(blob);
    }
    if (!missing.empty()) {
      std::vector<atom::Url> mirrors{url_};
      co_await context_.fetcher().fetch_objects(std::move(missing), std::move(mirrors));
    }
    for (const auto& [index, blob] : blobs) {
      const auto text = co_await context_.cache->objects().blob(blob, description_limit);
      if (!text) continue;
      auto manifest = atom::Manifest::parse(*text, atom_file);
      if (manifest) (*entries)[index].description = std::move(manifest->description);
    }
  }

  Context& context_;
  const CatalogRequest& request_;
  atom::Url url_;
  std::string term_;
};

coro::Task<Catalog> list_one(Context* context, const CatalogRequest* request, atom::Url url) {
  Listing listing(*context, *request, std::move(url));
  co_return co_await listing.finish();
}

}  // namespace

const atom::Version& CatalogEntry::highest() const {
  for (auto version = versions.rbegin(); version != versions.rend(); ++version) {
    if (version->first.pre_release().empty() && !yanked.contains(version->first)) return version->first;
  }
  return versions.rbegin()->first;
}

coro::Task<CatalogReport> catalogs(Context& context, CatalogRequest request) {
  std::vector<coro::Task<Catalog>> tasks;
  for (const auto& url : request.sets) tasks.push_back(list_one(&context, &request, url));
  CatalogReport report;
  report.sets = co_await coro::gather(std::move(tasks));
  for (std::size_t i = 0; i < report.sets.size(); ++i) {
    if (report.sets[i]) continue;
    auto error = std::move(report.sets[i]).error();
    report.sets[i] = std::unexpected(std::move(error).within("listing the atoms of " + request.sets[i].str()));
  }
  report.remotes = context.remotes().costs();
  co_return report;
}

std::vector<atom::Url> sets_named_at(const std::filesystem::path& directory) {
  const auto root = find_set(directory);
  const auto set = unwrap(read_package_set(files_of(root)));
  std::set<atom::Url> out;
  for (const auto& [label, atom] : set.atoms) {
    for (const auto& [tag, source] : atom.manifest.sets) {
      // Mirrors have the same atoms.
      if (!source.mirrors.empty()) out.insert(source.mirrors.front());
    }
  }
  if (auto own = published_at(root)) out.insert(*std::move(own));
  return {out.begin(), out.end()};
}

coro::Task<DetailsReport> details(Context& context, std::vector<Wanted> items) {
  std::vector<Times> times(items.size());
  auto roots = co_await find_roots(context, items, times);
  // The versions of all labels at once: one more query for each set.
  Questions questions;
  for (const auto& root : roots) {
    if (root && !root->set_directory) questions[root->found_at].insert(root->published.label);
  }
  co_await context.sets().ask(std::move(questions));
  DetailsReport report;
  for (std::size_t i = 0; i < roots.size(); ++i) {
    auto& root = roots[i];
    if (!root) {
      report.atoms.push_back(std::unexpected(std::move(root).error().within("looking up " + items[i].typed)));
      continue;
    }
    AtomDetails out{root->published, root->atom.manifest, root->set_directory.has_value(), {}, root->atom.lock, {}};
    out.reached =
        root->set_directory ? root->set_directory->string() : context.remotes().reached_at(root->found_at).str();
    const auto* offer = root->set_directory ? nullptr : context.sets().offer(root->found_at);
    if (offer != nullptr && offer->atoms.contains(out.atom.label)) {
      out.versions = offer->atoms.at(out.atom.label);
      out.yanked = yanked_versions(*offer, out.atom.label);
    }
    if (out.yanked.contains(out.atom.version)) {
      out.reason = co_await reason_of(&context, root->found_at, offer->yanked.at(out.atom.label).at(out.atom.version));
    }
    report.atoms.push_back(std::move(out));
  }
  report.remotes = context.remotes().costs();
  co_return report;
}

}  // namespace eka::engine
