#include "engine/verify/set_evidence.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "atom/names/atom_commit.h"
#include "engine/fetch/fetch_evidence.h"
#include "engine/workspace/package_set.h"

namespace eka::engine {
namespace {

using Wants = std::vector<atom::ObjectId>;

// The origin of an atom according to its commit, else according to the remote's ref.
std::optional<atom::ObjectId> origin_of(const git::SourceRepository& evidence, const Published& atom,
                                        const AtomRefs& refs) {
  const auto text = evidence.commit_text(atom.rev);
  const auto claim = text ? read_claim(*text) : std::nullopt;
  return claim && claim->origin ? claim->origin : refs.origin;
}

// The trees of an atom's commit and of its origin's commit.
Wants trees_of(const git::SourceRepository& evidence, const Published& atom, const AtomRefs& refs) {
  Wants out;
  const auto text = evidence.commit_text(atom.rev);
  if (const auto claim = text ? read_claim(*text) : std::nullopt) out.push_back(claim->tree);
  const auto origin = origin_of(evidence, atom, refs);
  if (origin && evidence.commit_text(*origin)) out.push_back(evidence.tree_of(*origin));
  return out;
}

void add_file(Wants& wants, const git::SourceRepository& evidence, const atom::ObjectId& tree,
              const std::string& path) {
  const auto entry = evidence.entry_of_tree(tree, path);
  if (entry && !entry->is_tree) wants.push_back(entry->id);
}

// The files that judging needs. If ekala.toml is available and does not list the atom's tree: also the manifests of
// everything that it lists, to find the one with the atom's label.
Wants files_of_atom(const git::SourceRepository& evidence, const Published& atom, const AtomRefs& refs) {
  Wants out;
  const auto text = evidence.commit_text(atom.rev);
  const auto claim = text ? read_claim(*text) : std::nullopt;
  if (!claim || !evidence.has(claim->tree)) return out;
  add_file(out, evidence, claim->tree, atom_file);
  add_file(out, evidence, claim->tree, lock_file);
  const auto origin = origin_of(evidence, atom, refs);
  if (!origin || !evidence.commit_text(*origin)) return out;
  const auto tree = evidence.tree_of(*origin);
  if (!evidence.has(tree)) return out;
  const auto listed = read_listed(evidence, *origin);
  for (const auto& file : listed.set_files) add_file(out, evidence, tree, file);
  if (listed.directories.empty() || find_tree(evidence, *origin, listed, claim->tree)) return out;
  for (const auto& directory : listed.directories) {
    add_file(out, evidence, tree, directory.empty() ? atom_file : directory + "/" + atom_file);
  }
  return out;
}

template <class Function>
Wants each_of(const git::SourceRepository& evidence, const std::vector<Published>& atoms,
              const std::vector<AtomRefs>& refs, Function wants_of) {
  Wants out;
  for (std::size_t i = 0; i < atoms.size(); ++i) {
    try {
      const auto more = wants_of(evidence, atoms[i], refs[i]);
      out.insert(out.end(), more.begin(), more.end());
    } catch (const Error&) {
      // Data of the remote that is broken in ways that only reading it shows: nothing is requested.
    }
  }
  return out;
}

std::optional<atom::Lock> read_lock(const git::SourceRepository& evidence, const Published& atom, Verdict& verdict) {
  const auto text = evidence.commit_text(atom.rev);
  const auto claim = text ? read_claim(*text) : std::nullopt;
  if (!claim || !evidence.has(claim->tree)) return std::nullopt;
  const auto entry = evidence.entry_of_tree(claim->tree, lock_file);
  if (!entry || entry->is_tree) return std::nullopt;
  if (!evidence.has(entry->id)) {
    verdict.differences.push_back({"lock", fmt::format("the remote does not have the {} of the atom", lock_file)});
    return std::nullopt;
  }
  auto lock =
      atom::Lock::parse(*evidence.file_of_tree(claim->tree, lock_file), fmt::format("{}: {}", atom.str(), lock_file));
  if (lock) return *std::move(lock);
  verdict.differences.push_back({"lock", lock.error().message()});
  return std::nullopt;
}

Examined examine_one(const git::SourceRepository& evidence, const Published& atom, const AtomRefs& refs,
                     bool descends) {
  Examined out{atom, {}, {}};
  try {
    out.verdict = judge(evidence, atom, refs, descends);
    out.lock = read_lock(evidence, atom, out.verdict);
  } catch (const Error& e) {
    out.verdict.differences.push_back({"tree", e.message()});
  }
  return out;
}

std::vector<Examined> examine_all(const git::SourceRepository& evidence, const std::vector<Published>& atoms,
                                  const std::vector<AtomRefs>& refs) {
  std::map<atom::ObjectId, Wants> origins;  // by genesis
  for (std::size_t i = 0; i < atoms.size(); ++i) {
    if (const auto origin = origin_of(evidence, atoms[i], refs[i])) origins[atoms[i].set].push_back(*origin);
  }
  std::map<atom::ObjectId, std::set<atom::ObjectId>> related;
  for (const auto& [genesis, commits] : origins) related[genesis] = evidence.descendants(commits, genesis);
  std::vector<Examined> out;
  for (std::size_t i = 0; i < atoms.size(); ++i) {
    const auto origin = origin_of(evidence, atoms[i], refs[i]);
    out.push_back(examine_one(evidence, atoms[i], refs[i], origin && related[atoms[i].set].contains(*origin)));
  }
  return out;
}

}  // namespace

coro::Task<SetOffer> SetEvidence::ask(std::vector<Question> questions) {
  std::vector<std::string> prefixes{std::string(atom::init_ref)};
  for (const auto& [label, version] : questions) {
    const auto end = version ? version->str() : std::string();
    prefixes.push_back(atom::atom_ref_prefix(label) + end);
    prefixes.push_back(fmt::format("refs/eka/meta/{}/{}", label.str(), version ? end + "/" : end));
  }
  std::ranges::sort(prefixes);
  prefixes.erase(std::ranges::unique(prefixes).begin(), prefixes.end());
  const auto refs = co_await remotes_.at(url_).ls_refs(std::move(prefixes));
  for (const auto& ref : refs) refs_.insert_or_assign(ref.name, ref.id);
  co_return read_offer(url_, refs);
}

AtomRefs SetEvidence::refs_of(const Published& atom) const {
  const auto find = [&](const std::string& name) {
    const auto found = refs_.find(name);
    return found == refs_.end() ? std::nullopt : std::optional(found->second);
  };
  return {find(atom::atom_ref(atom.label, atom.version)), find(atom::manifest_ref(atom.label, atom.version)),
          find(atom::origin_ref(atom.label, atom.version))};
}

coro::Task<std::vector<Examined>> SetEvidence::examine(std::vector<Published> atoms) {
  if (!evidence_) evidence_ = co_await context_.cache->objects().begin_evidence();
  std::vector<AtomRefs> refs;
  for (const auto& atom : atoms) refs.push_back(refs_of(atom));

  Wants wants;
  for (std::size_t i = 0; i < atoms.size(); ++i) {
    wants.push_back(atoms[i].rev);
    for (const auto& id : {refs[i].origin, refs[i].manifest}) {
      if (id) wants.push_back(*id);
    }
  }
  co_await fetch(std::move(wants), git::Filter::trees);

  // Mostly present already: only an atom whose commit names another origin than its ref needs one more.
  const auto origins = [](const git::SourceRepository& evidence, const Published& atom, const AtomRefs& of) {
    const auto origin = origin_of(evidence, atom, of);
    return origin ? Wants{*origin} : Wants{};
  };
  wants = co_await coro::offload(context_.pool, [&] { return each_of(open(), atoms, refs, origins); });
  co_await fetch(std::move(wants), git::Filter::trees);

  wants = co_await coro::offload(context_.pool, [&] { return each_of(open(), atoms, refs, trees_of); });
  co_await fetch(std::move(wants), git::Filter::blobs);

  // Twice: ekala.toml determines whether more files are needed. Usually they are not.
  for (int round = 0; round < 2; ++round) {
    wants = co_await coro::offload(context_.pool, [&] { return each_of(open(), atoms, refs, files_of_atom); });
    co_await fetch(std::move(wants), git::Filter::none);
  }
  co_return co_await coro::offload(context_.pool, [&] { return examine_all(open(), atoms, refs); });
}

// Present objects are not requested again; missing ones are reported by judge().
coro::Task<> SetEvidence::fetch(Wants wants, git::Filter filter) {
  wants = co_await coro::offload(context_.pool, [&] {
    const auto evidence = open();
    std::set<atom::ObjectId> missing;
    for (const auto& want : wants) {
      if (!want.is_null() && !evidence.has(want)) missing.insert(want);
    }
    return Wants(missing.begin(), missing.end());
  });
  git::FetchOptions options;
  options.filter = filter;
  co_await fetch_available(context_, remotes_.at(url_), *evidence_, std::move(wants), std::move(options));
}

}  // namespace eka::engine
