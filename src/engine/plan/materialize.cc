#include "engine/plan/materialize.h"

#include "atom/hash/nar_hash.h"
#include "coro/run/pool.h"
#include "coro/task/task_group.h"
#include "engine/plan/member_keys.h"

namespace eka::engine {
namespace {

using Index = Closure::Index;

struct SourcesJson {
  atom::Json pins{atom::Json::Object{}};
  atom::Json gets{atom::Json::Object{}};
};

SourcesJson sources_json(const Closure::Member& member) {
  SourcesJson out;
  for (const auto& [name, source] : member.sources) {
    if (const auto* build = std::get_if<atom::LockedBuild>(&source.locked.source)) {
      auto& get = out.gets[name];
      get["url"] = build->url;
      get["hash"] = build->hash;
      get["unpack"] = build->unpack;
    } else {
      auto& pin = out.pins[name];
      pin["path"] = source.brought->store_path;
      pin["hash"] = source.brought->hash.sri();
      pin["tree"] = source.brought->tree;
    }
  }
  return out;
}

atom::Json compose_json(const atom::Composer& composer, const Closure::Member& member,
                        const std::vector<std::string>& keys) {
  atom::Json out;
  if (const auto* with = std::get_if<atom::WithAtom>(&composer)) {
    out["use"] = "atom";
    out["atom"] = keys[*member.composer];
    out["entry"] = with->entry;
  } else if (const auto* nix = std::get_if<atom::AsNix>(&composer)) {
    out["use"] = "nix";
    out["entry"] = nix->entry;
  } else {
    out["use"] = "static";
  }
  return out;
}

atom::Json member_json(const Closure::Member& member, const std::vector<std::string>& keys, std::string root) {
  atom::Json deps(atom::Json::Object{});
  for (const auto& [tag, labels] : member.dependencies) {
    for (const auto& [label, index] : labels) deps[tag.str()][label.str()] = keys[index];
  }
  atom::Json out;
  out["label"] = member.published.label.str();
  out["version"] = member.published.version.str();
  out["root"] = std::move(root);
  out["compose"] = compose_json(member.manifest->composer, member, keys);
  out["deps"] = std::move(deps);
  auto sources = sources_json(member);
  out["pins"] = std::move(sources.pins);
  out["gets"] = std::move(sources.gets);
  return out;
}

coro::Task<eval::Source> materialize_tree(Context& context, atom::ObjectId tree, std::string label) {
  auto provided = co_await context.cache->trees().provide(tree);
  co_return eval::Source{atom::source_store_path(provided.hash, atom::store_name(label)),
                         std::move(provided.directory)};
}

}  // namespace

coro::Task<Materialized> materialize(Context& context, const Closure& closure) {
  std::vector<coro::Task<eval::Source>> trees;
  for (const auto& member : closure.members) {
    trees.push_back(materialize_tree(context, member.tree, member.published.label.str()));
  }
  Materialized out;
  out.sources = co_await coro::all(std::move(trees));
  co_await coro::offload(context.pool, [&] {
    const auto keys = member_keys(closure);
    out.root = keys.front();
    for (Index index = 0; index < closure.members.size(); ++index) {
      out.atoms.emplace(keys[index], member_json(closure.members[index], keys, out.sources[index].store_path));
    }
  });
  for (const auto& member : closure.members) {
    for (const auto& [name, source] : member.sources) {
      if (source.brought) out.sources.push_back({source.brought->store_path, source.brought->on_disk});
    }
  }
  co_return out;
}

atom::Json configuration(const Platforms& platforms) {
  atom::Json out;
  out["platforms"]["build"] = platforms.build;
  out["platforms"]["target"] = platforms.target;
  out["platforms"]["legacy_target"] = platforms.legacy_target;
  return out;
}

eval::Evaluation join(const Settings& settings, const std::vector<const Materialized*>& closures) {
  atom::Json::Object atoms;
  atom::Json::Array roots;
  std::map<std::string, eval::Source> sources;
  for (const auto* closure : closures) {
    atoms.insert(closure->atoms.begin(), closure->atoms.end());
    roots.push_back(closure->root);
    for (const auto& source : closure->sources) sources.emplace(source.store_path, source);
  }
  atom::Json document;
  document["config"] = configuration(settings.platforms);
  document["system"] = settings.platforms.build;
  document["atoms"] = std::move(atoms);
  document["roots"] = std::move(roots);
  if (settings.meta) document["meta"] = true;
  eval::Evaluation out;
  out.whole_trace = settings.whole_traces;
  out.imports = settings.imports;
  out.closure_json = document.canonical();
  for (auto& [path, source] : sources) out.sources.push_back(std::move(source));
  out.system = settings.platforms.build;
  out.limits = settings.limits;
  return out;
}

}  // namespace eka::engine
