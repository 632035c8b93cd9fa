#include "engine/plan/dependency_graph.h"

#include <algorithm>

#include "engine/closure/closure.h"
#include "engine/context/fail_fast.h"
#include "engine/locate/vouched.h"
#include "engine/plan/overrides.h"

namespace eka::engine {
namespace {

DependencyGraph read_lock(const ReadAtom& root) {
  DependencyGraph out;
  out.nodes.push_back({root.published, "", false, {}, {}, false});
  if (!root.lock) return out;
  const auto& lock = *root.lock;
  std::map<atom::AtomId, std::size_t> index;
  for (const auto& atom : lock.atoms) {
    index.emplace(atom.id, out.nodes.size());
    const auto set = lock.sets.find(atom.set);
    const auto tag = set == lock.sets.end() ? "" : set->second.tag.str();
    out.nodes.push_back(
        {{atom.set, atom.label, atom.version, atom.rev.value_or(atom::ObjectId{})}, tag, false, {}, {}, false});
  }
  for (const auto& atom : lock.atoms) {
    const auto at = index.at(atom.id);
    if (atom.direct || lock.composer.id == atom.id) out.nodes.front().needs.push_back(at);
    for (const auto& needed : atom.requires_) {
      if (const auto found = index.find(needed); found != index.end()) out.nodes[at].needs.push_back(found->second);
    }
    std::ranges::sort(out.nodes[at].needs);
  }
  if (lock.composer.id) out.nodes[index.at(*lock.composer.id)].composes = true;
  return out;
}

DependencyGraph read_closure(const Closure& closure, const ReadAtom& root) {
  DependencyGraph out;
  for (const auto& member : closure.members) {
    std::string tag;
    if (root.lock) {
      const auto set = root.lock->sets.find(member.published.set);
      if (set != root.lock->sets.end()) tag = set->second.tag.str();
    }
    std::vector<std::size_t> needs;
    if (member.composer) needs.push_back(*member.composer);
    for (const auto& [from, labels] : member.dependencies) {
      for (const auto& [label, index] : labels) needs.push_back(index);
    }
    std::ranges::sort(needs);
    needs.erase(std::ranges::unique(needs).begin(), needs.end());
    out.nodes.push_back({member.published, std::move(tag), false, std::move(needs), {}, false});
  }
  for (const auto& member : closure.members) {
    if (member.composer) out.nodes[*member.composer].composes = true;
  }
  return out;
}

// The URLs in the lock that have reported the locked revision for a version.
void add_provenance(Context& context, const Root& root, DependencyGraph& graph) {
  const auto& lock = root.atom.lock;
  for (auto& node : graph.nodes) {
    const bool is_root = &node == &graph.nodes.front();
    node.from_working_tree = (is_root && root.set_directory) || root.atom.entered.contains(node.atom.rev);
    if (node.from_working_tree) continue;
    std::vector<atom::Url> urls;
    if (node.atom.set == root.atom.published.set) {
      urls.push_back(root.found_at);
      if (root.origin) urls.push_back(*root.origin);
    }
    if (lock && lock->sets.contains(node.atom.set)) {
      const auto& mirrors = lock->sets.at(node.atom.set).mirrors;
      urls.insert(urls.end(), mirrors.begin(), mirrors.end());
    }
    for (const auto& url : vouchers(context, context.remotes(), urls, node.atom)) {
      auto text = context.remotes().reached_at(url).str();
      if (std::ranges::find(node.vouched_by, text) == node.vouched_by.end()) node.vouched_by.push_back(std::move(text));
    }
  }
}

void add_overrides(const std::vector<Overridden>& overridden, DependencyGraph& graph) {
  for (const auto& [atom, from] : overridden) {
    const auto node = std::ranges::find(graph.nodes, atom, &DependencyGraph::Node::atom);
    if (node != graph.nodes.end()) node->override_from = from;
  }
}

coro::Task<DependencyGraph> read(Context* context, const std::string* typed, const Result<Root>* root,
                                 const std::vector<Overridden>* overridden) {
  if (!*root) throw Error(root->error()).within("reading the dependency graph of " + *typed);
  const auto& atom = (*root)->atom;
  DependencyGraph graph;
  if (!atom.lock || atom.lock->covers_closure()) {
    graph = read_lock(atom);
  } else {
    const auto closure = co_await fetch_closure(*context, atom, (*root)->found_at, false);
    graph = read_closure(closure, atom);
  }
  add_provenance(*context, **root, graph);
  add_overrides(*overridden, graph);
  co_return graph;
}

}  // namespace

coro::Task<GraphReport> dependency_graphs(Context& context, std::vector<Wanted> items, bool fail_fast) {
  std::vector<Times> times(items.size());
  auto roots = co_await find_roots(context, items, times);
  auto overrides = co_await Overrides::find(context, items);
  std::vector<std::vector<Overridden>> overridden(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (!roots[i]) continue;
    std::optional<Error> failure;
    try {
      overridden[i] = co_await overrides.complete(context, items[i], *roots[i], times[i]);
    } catch (const Error& error) {
      failure = error;
    }
    if (failure) roots[i] = std::unexpected(*std::move(failure));
  }
  overrides.tell_unused(context, items);
  std::vector<coro::Task<DependencyGraph>> tasks;
  for (std::size_t i = 0; i < items.size(); ++i) {
    tasks.push_back(read(&context, &items[i].typed, &roots[i], &overridden[i]));
  }
  GraphReport report;
  report.graphs = co_await gather(std::move(tasks), fail_fast);
  report.remotes = context.remotes().costs();
  co_return report;
}

}  // namespace eka::engine
