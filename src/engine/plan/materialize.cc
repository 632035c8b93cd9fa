#include "engine/plan/materialize.h"

#include <algorithm>
#include <set>

#include "atom/hash/base_n.h"
#include "atom/hash/blake3.h"
#include "atom/hash/nar_hash.h"
#include "coro/run/pool.h"
#include "coro/task/task_group.h"

namespace eka::engine {
namespace {

using Index = Closure::Index;

std::vector<Index> neighbours(const Closure::Member& member) {
  std::vector<Index> out;
  if (member.composer) out.push_back(*member.composer);
  for (const auto& [tag, labels] : member.dependencies) {
    for (const auto& [label, index] : labels) out.push_back(index);
  }
  return out;
}

std::set<Index> reachable(const Closure& closure, Index from) {
  std::set<Index> seen{from};
  std::vector<Index> open{from};
  while (!open.empty()) {
    const auto index = open.back();
    open.pop_back();
    for (const auto next : neighbours(closure.members[index])) {
      if (seen.insert(next).second) open.push_back(next);
    }
  }
  return seen;
}

// What a lock says about a source, as one word.
std::string pinned_to(const atom::LockedDirect& locked) {
  const auto rest = [](const auto& source) -> std::string {
    if constexpr (requires { source.rev; }) {
      return source.rev.hex();
    } else if constexpr (requires { source.unpack; }) {
      return source.hash + (source.unpack ? ",unpack" : "");
    } else {
      return source.hash;
    }
  };
  const auto url = std::visit([](const auto& source) { return source.url; }, locked.source);
  return std::string(locked.type()) + "," + url + "," + std::visit(rest, locked.source);
}

// Identifies a member without its dependencies: its revision, and the names and revisions that it sees.
std::string describe(const Closure& closure, const Closure::Member& member) {
  const auto rev = [&](Index index) { return closure.members[index].published.rev.hex(); };
  std::string out = member.published.set.hex() + member.published.rev.hex();
  if (member.composer) out += " with " + rev(*member.composer);
  for (const auto& [tag, labels] : member.dependencies) {
    for (const auto& [label, index] : labels) out += " " + tag.str() + "." + label.str() + "=" + rev(index);
  }
  for (const auto& [name, source] : member.sources) out += " " + name + "=" + pinned_to(source.locked);
  return out + "\n";
}

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
  out["compose"] = compose_json(member.manifest.composer, member, keys);
  out["deps"] = std::move(deps);
  auto sources = sources_json(member);
  out["pins"] = std::move(sources.pins);
  out["gets"] = std::move(sources.gets);
  return out;
}

coro::Task<eval::Source> materialize_tree(Context& context, atom::ObjectId tree, std::string label) {
  const auto hash = co_await context.cache->trees().nar_hash(tree);
  auto directory = co_await context.cache->trees().materialize(tree);
  co_return eval::Source{atom::source_store_path(hash, atom::store_name(label)), std::move(directory)};
}

}  // namespace

std::vector<std::string> member_keys(const Closure& closure) {
  std::vector<std::string> alone;
  for (const auto& member : closure.members) alone.push_back(describe(closure, member));
  std::vector<std::string> out;
  for (Index index = 0; index < closure.members.size(); ++index) {
    std::set<std::string> reached;
    for (const auto other : reachable(closure, index)) reached.insert(alone[other]);
    atom::Blake3 hash;
    hash.update(alone[index]);
    for (const auto& text : reached) hash.update(text);
    out.push_back(closure.members[index].published.label.str() + "-" + atom::hex(hash.digest()).substr(0, 32));
  }
  return out;
}

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
