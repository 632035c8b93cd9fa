#include "engine/plan/recall.h"

#include <algorithm>
#include <set>

#include "engine/plan/evaluation_key.h"
#include "engine/plan/materialize.h"
#include "engine/plan/provide_archives.h"

namespace eka::engine {
namespace {

std::string digest_of(Context& context, const Published& published, const atom::ObjectId& tree, atom::Json pins) {
  const auto& identity = context.evaluator->identity();
  return EvaluationKey{.configuration = configuration(context.settings.platforms),
                       .set = published.set.hex(),
                       .label = published.label.str(),
                       .tree = tree.hex(),
                       .pins = std::move(pins),
                       .expressions = identity.expressions_digest,
                       .nix_version = identity.version,
                       .store_directory = identity.store_directory,
                       .sandbox = identity.sandbox == eval::SandboxKind::container ? "container" : "",
                       .meta = context.settings.meta}
      .digest();
}

bool is_local(const atom::LockedDirect& direct) {
  const auto url = std::visit([](const auto& source) { return atom::Url::parse(source.url); }, direct.source);
  return url && url->is_local();
}

}  // namespace

std::vector<std::string> mirrors_in(const atom::Lock& lock) {
  std::vector<std::string> out;
  for (const auto& [set, locked] : lock.sets) {
    for (const auto& url : locked.mirrors) out.push_back(url.str());
  }
  std::ranges::sort(out);
  out.erase(std::ranges::unique(out).begin(), out.end());
  return out;
}

std::optional<atom::Lock> outline(const atom::Lock& lock) {
  atom::Lock out;
  out.composer.use = atom::LockedComposer::Use::static_;
  std::set<atom::AtomId> owners;
  for (const auto& direct : lock.direct) {
    if (!is_local(direct) && !is_archive(direct)) continue;
    out.direct.push_back(direct);
    if (direct.owner) owners.insert(*direct.owner);
  }
  for (const auto& atom : lock.atoms) {
    if (!owners.contains(atom.id)) continue;
    out.atoms.push_back(atom);
    out.atoms.back().requires_.clear();
  }
  const auto owned = [&](const atom::ObjectId& set) {
    return std::ranges::find(out.atoms, set, &atom::LockedAtom::set) != out.atoms.end();
  };
  for (const auto& [set, locked] : lock.sets) {
    if (std::ranges::any_of(locked.mirrors, &atom::Url::is_local) || owned(set)) out.sets.emplace(set, locked);
  }
  if (out.sets.empty() && out.direct.empty()) return std::nullopt;
  return out;
}

std::optional<std::string> evaluation_digest(Context& context, const ReadAtom& root) {
  auto pins = pinned_by_lock(root);
  if (!pins) return std::nullopt;
  return digest_of(context, root.published, root.tree, *std::move(pins));
}

std::string evaluation_digest(Context& context, const Published& unread, const atom::ObjectId& tree) {
  return digest_of(context, unread, tree, pinned_by_tree());
}

std::string evaluation_digest(Context& context, const ReadAtom& root, const Closure& closure) {
  return digest_of(context, root.published, root.tree, pinned_by_closure(closure));
}

namespace {

coro::Task<std::vector<std::optional<Recalled>>> recall_here(Context& context,
                                                             const std::vector<std::string>& digests) {
  std::vector<std::optional<Recalled>> found;
  std::vector<std::string> paths;
  const auto texts = context.cache->facts().get_all(store::Fact::evaluation, digests);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto& text = texts[i];
    if (text) context.cache->uses().note(digests[i]);
    found.push_back(text ? Recalled::parse(*text) : std::nullopt);
    if (found.back()) paths.push_back(found.back()->drv_path);
  }
  if (paths.empty()) co_return found;
  // In this order: the collector cannot remove paths in between.
  co_await keep(context, paths);
  const auto exist = co_await context.evaluator->exist(std::move(paths));
  std::size_t next = 0;
  for (auto& each : found) {
    if (each && !exist[next++]) each.reset();
  }
  co_return found;
}

// Adds to `found` what the remote cache has.
coro::Task<> recall_from_afar(Context& context, const std::vector<std::string>& digests,
                              std::vector<std::optional<Recalled>>& found) {
  std::vector<std::size_t> places;
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < digests.size(); ++i) {
    if (found[i]) continue;
    places.push_back(i);
    keys.push_back(digests[i]);
  }
  auto pulled = co_await pull_evaluations(context, keys);
  auto adopted = co_await adopt(context, std::move(keys), std::move(pulled));
  for (std::size_t i = 0; i < places.size(); ++i) found[places[i]] = std::move(adopted[i]);
}

}  // namespace

coro::Task<std::vector<std::optional<Recalled>>> recall(Context& context, std::vector<std::string> digests) {
  auto found = co_await recall_here(context, digests);
  if (context.shared) co_await recall_from_afar(context, digests, found);
  co_return found;
}

coro::Task<std::vector<std::optional<Recalled>>> adopt(Context& context, std::vector<std::string> digests,
                                                       Pulled pulled) {
  std::vector<std::string> paths;
  for (const auto& evaluation : pulled.evaluations) {
    if (evaluation) paths.push_back(evaluation->drv_path);
  }
  if (paths.empty()) co_return std::move(pulled.evaluations);
  co_await keep(context, paths);
  try {
    if (!pulled.objects.empty()) co_await context.evaluator->add_closure(std::move(pulled.objects), paths);
  } catch (const Error& error) {
    context.observer.note("cannot use evaluations of other machines: " + error.message());
  }
  const auto exist = co_await context.evaluator->exist(std::move(paths));
  std::size_t next = 0;
  for (std::size_t i = 0; i < digests.size(); ++i) {
    auto& evaluation = pulled.evaluations[i];
    if (!evaluation) continue;
    if (exist[next++]) {
      remember(context, digests[i], *evaluation);
    } else {
      evaluation.reset();
    }
  }
  co_return std::move(pulled.evaluations);
}

void remember(Context& context, const std::string& digest, const Recalled& evaluation) {
  context.cache->uses().note(digest);
  context.cache->facts().put(store::Fact::evaluation, digest, evaluation.text());
}

coro::Task<> keep(Context& context, std::vector<std::string> paths) {
  if (!context.settings.gc_roots) co_return;
  const auto kept = co_await context.evaluator->keep(std::move(paths));
  if (!kept)
    context.observer.note("cannot protect derivations from Nix's garbage collector: " + kept.error().message());
}

}  // namespace eka::engine
