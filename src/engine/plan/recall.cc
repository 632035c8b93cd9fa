#include "engine/plan/recall.h"

#include <algorithm>

#include "engine/plan/evaluation_key.h"
#include "engine/plan/materialize.h"

namespace eka::engine {
namespace {

// One line for the derivation, then one for each output: "<name> <path>". Neither can contain a space.
std::string write(const Recalled& evaluation) {
  std::string out = evaluation.drv_path;
  for (const auto& output : evaluation.outputs) out += "\n" + output.name + " " + output.path;
  return out;
}

std::optional<Recalled> read(const std::string& text) {
  Recalled out;
  std::size_t start = text.find('\n');
  out.drv_path = text.substr(0, start);
  while (start != std::string::npos) {
    const auto end = text.find('\n', start + 1);
    const auto line = text.substr(start + 1, end == std::string::npos ? end : end - start - 1);
    const auto space = line.find(' ');
    if (space == std::string::npos) return std::nullopt;
    out.outputs.push_back({line.substr(0, space), line.substr(space + 1)});
    start = end;
  }
  if (!out.drv_path.ends_with(".drv") || out.outputs.empty()) return std::nullopt;
  return out;
}

std::string digest_of(Context& context, const ReadAtom& root, atom::Json pins) {
  const auto& identity = context.evaluator->identity();
  return EvaluationKey{.configuration = configuration(context.settings.platforms),
                       .set = root.published.set.hex(),
                       .label = root.published.label.str(),
                       .tree = root.tree.hex(),
                       .pins = std::move(pins),
                       .expressions = identity.expressions_digest,
                       .nix_version = identity.version,
                       .store_directory = identity.store_directory}
      .digest();
}

}  // namespace

std::optional<std::string> evaluation_digest(Context& context, const ReadAtom& root) {
  auto pins = pinned_by_lock(root);
  if (!pins) return std::nullopt;
  return digest_of(context, root, *std::move(pins));
}

std::string evaluation_digest(Context& context, const ReadAtom& root, const Closure& closure) {
  return digest_of(context, root, pinned_by_closure(closure));
}

coro::Task<std::vector<std::optional<Recalled>>> recall(Context& context, std::vector<std::string> digests) {
  std::vector<std::optional<Recalled>> found;
  std::vector<std::string> paths;
  const auto texts = context.cache->facts().get_all(store::Fact::evaluation, digests);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto& text = texts[i];
    if (text) context.cache->uses().note(digests[i]);
    found.push_back(text ? read(*text) : std::nullopt);
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

void remember(Context& context, const std::string& digest, const Recalled& evaluation) {
  context.cache->uses().note(digest);
  context.cache->facts().put(store::Fact::evaluation, digest, write(evaluation));
}

coro::Task<> keep(Context& context, std::vector<std::string> paths) {
  if (!context.settings.gc_roots) co_return;
  const auto kept = co_await context.evaluator->keep(std::move(paths));
  if (!kept)
    context.observer.note("cannot protect derivations from Nix's garbage collector: " + kept.error().message());
}

}  // namespace eka::engine
