#include "engine/publish/publish.h"

#include <algorithm>

#include <fmt/format.h>

#include "coro/run/pool.h"
#include "engine/publish/review.h"
#include "engine/workspace/genesis.h"
#include "engine/workspace/package_set.h"
#include "engine/workspace/partial_clone.h"
#include "engine/workspace/set_remote.h"
#include "git/config/git_program.h"

namespace eka::engine {
namespace {

// An atom's future commit, and the blob of its manifest ref.
struct Prepared {
  atom::AtomCommit commit;
  atom::ObjectId rev;
  atom::ObjectId manifest;
};

// Data of the user's repository, read on the pool.
struct Source {
  std::filesystem::path base;  // where git runs; base of a remote that is a relative path
  atom::ObjectId commit;
  atom::ObjectId genesis;
  std::vector<Prepared> atoms;           // by label
  std::vector<std::string> directories;  // of the atoms, from the root of the repository
  std::string remote;                    // URL as configured
  std::filesystem::path objects;
  std::vector<std::string> warnings;
};

// The path of the set in its repository: the nearest directory at or above `start` that contains an ekala.toml.
std::string set_prefix(const git::SourceRepository& repository, const atom::ObjectId& commit,
                       const std::filesystem::path& start) {
  std::string path;
  if (repository.working_tree()) {
    const auto relative = std::filesystem::relative(start, *repository.working_tree()).generic_string();
    if (relative != "." && !relative.starts_with("..")) path = relative;
  }
  for (;;) {
    const auto prefix = path.empty() ? "" : path + "/";
    if (repository.file(commit, prefix + set_file)) return prefix;
    if (path.empty()) {
      throw Error(Kind::usage, fmt::format("no {} in commit {}", set_file, commit.hex()))
          .with_hint("create a package set with `eka init`; uncommitted files are not published");
    }
    const auto slash = path.rfind('/');
    path = slash == std::string::npos ? "" : path.substr(0, slash);
  }
}

std::string normal(const std::string& directory) {
  auto out = std::filesystem::path(directory).lexically_normal().generic_string();
  while (out.size() > 1 && out.ends_with('/')) out.pop_back();
  return out;
}

// The requested atoms, by directory (relative to the set's root or to `below`) or by label.
std::vector<const SourceAtom*> choose(const PackageSet& set, const PublishRequest& request, const std::string& below) {
  std::vector<const SourceAtom*> out;
  if (request.all) {
    for (const auto& [label, atom] : set.atoms) out.push_back(&atom);
    return out;
  }
  for (const auto& asked : request.packages) {
    const auto found = std::ranges::find_if(set.atoms, [&](const auto& entry) {
      const auto directory = normal(entry.second.directory);
      return entry.first.str() == asked || directory == normal(asked) || directory == normal(below + asked);
    });
    if (found == set.atoms.end()) {
      throw Error(Kind::usage, fmt::format("`{}` is not an atom of this set", asked))
          .with_hint("use a directory or label listed in the ekala.toml of that commit, or --all");
    }
    out.push_back(&found->second);
  }
  return out;
}

Prepared prepare(const git::SourceRepository& repository, const Source& source, const std::string& prefix,
                 const SourceAtom& atom) {
  unwrap(atom.manifest.check_composer());
  const auto directory = prefix + atom.directory;
  const auto tree = repository.entry(source.commit, normal(directory));
  const auto manifest = repository.entry(source.commit, normal(directory + "/" + atom_file));
  atom::AtomCommit commit{tree->id, source.commit, atom.manifest.label, atom.manifest.version};
  const auto rev = repository.write_commit(commit.text());
  return {std::move(commit), rev, manifest->id};
}

Source read_source(const PublishRequest& request, const atom::ObjectId& genesis) {
  const auto repository = git::SourceRepository::discover(request.directory);
  Source out;
  out.objects = repository.objects_directory();
  out.base = repository.directory();
  out.commit = repository.commit(request.revision);
  out.genesis = genesis;
  const auto prefix = set_prefix(repository, out.commit, request.directory);
  const auto set =
      unwrap(read_package_set([&](const std::string& path) { return repository.file(out.commit, prefix + path); }));
  out.warnings = set.warnings;
  std::string below;
  if (repository.working_tree()) {
    const auto relative = std::filesystem::relative(request.directory, *repository.working_tree() / prefix);
    if (relative != ".") below = relative.generic_string() + "/";
  }
  for (const auto* atom : choose(set, request, below)) {
    out.atoms.push_back(prepare(repository, out, prefix, *atom));
    out.directories.push_back(normal(prefix + atom->directory));
  }
  std::ranges::sort(out.atoms, {}, [](const Prepared& p) { return p.commit.label; });
  out.remote = remote_named(repository, request.remote);
  return out;
}

void check_genesis(const std::vector<git::Ref>& refs, const atom::Url& url, const atom::ObjectId& ours) {
  const auto theirs = genesis_among(refs);
  if (!theirs) {
    throw Error(Kind::remote, fmt::format("{} is not a package set yet: no ref {}", url.str(), atom::init_ref))
        .with_hint("initialize it with `eka init`");
  }
  if (*theirs != ours) throw another_set(url, *theirs, ours);
}

std::vector<git::PushedRef> refs_of(const Prepared& atom) {
  const auto& [tree, origin, label, version] = atom.commit;
  return {{atom.rev, atom::atom_ref(label, version)},
          {atom.manifest, atom::manifest_ref(label, version)},
          {origin, atom::origin_ref(label, version)}};
}

const git::Ref* find_ref(const std::vector<git::Ref>& refs, const std::string& name) {
  const auto found = std::ranges::find(refs, name, &git::Ref::name);
  return found == refs.end() ? nullptr : &*found;
}

// Whether the published atom `there` has the same tree but another source commit. No fetch is needed: an atom commit is
// a function of its tree and its origin, and the remote advertises its origin.
bool same_tree(const Prepared& atom, const git::Ref& there, const std::vector<git::Ref>& refs) {
  auto commit = atom.commit;
  const auto* origin = find_ref(refs, atom::origin_ref(commit.label, commit.version));
  if (origin == nullptr) return false;
  commit.origin = origin->id;
  return atom::ObjectId::of("commit", commit.text()) == there.id;
}

// Compares with what is published already: skipped, differs, or published (to be pushed).
PublishedAtom compare(const Prepared& atom, const atom::ObjectId& genesis, const std::vector<git::Ref>& refs) {
  const auto& label = atom.commit.label;
  PublishedAtom out{label, atom.commit.version, atom::AtomId(genesis, label), atom.rev, PublishOutcome::published, {}};
  const auto* there = find_ref(refs, atom::atom_ref(label, out.version));
  if (there == nullptr) return out;
  if (there->id == atom.rev || same_tree(atom, *there, refs)) {
    out.outcome = PublishOutcome::skipped;
    out.rev = there->id;
  } else {
    out.outcome = PublishOutcome::differs;
    out.reason = fmt::format("{} {} is already published as {}, and published versions cannot change", label.str(),
                             out.version.str(), there->id.hex());
  }
  return out;
}

// A tree that clients could not fetch is not published; warnings about other trees are added to the report.
void review(const Source& source, const Prepared& prepared, PublishedAtom& atom, PublishReport& report) {
  auto review = review_tree(source.objects, prepared.commit.tree);
  for (const auto& warning : review.warnings) report.warnings.push_back(atom.label.str() + ": " + warning);
  if (!review.unfit) return;
  atom.outcome = PublishOutcome::unfit;
  atom.reason = "the published atom could not be fetched: " + *review.unfit;
}

}  // namespace

coro::Task<PublishReport> publish(Context& context, PublishRequest request) {
  const auto genesis = co_await find_genesis(context, request.directory, request.revision, request.remote);
  std::vector<std::string> manifests{":(top,glob)**/atom.toml", ":(top,glob)**/ekala.toml"};
  co_await complete_files(context, request.directory, request.revision, std::move(manifests));
  const auto source = co_await coro::offload(context.pool, [&] { return read_source(request, genesis); });
  const auto url = remote_url(source.remote, source.base);
  std::vector<std::string> prefixes{std::string(atom::init_ref)};
  for (const auto& atom : source.atoms) {
    prefixes.push_back(atom::atom_ref_prefix(atom.commit.label));
    prefixes.push_back(atom::origin_ref(atom.commit.label, atom.commit.version));
  }
  std::vector<std::string> trees;
  for (const auto& directory : source.directories) trees.push_back(":(top,literal)" + directory);
  co_await complete_files(context, request.directory, source.commit.hex(), std::move(trees));
  const auto refs = co_await ask_set_remote(context, url, std::move(prefixes));
  check_genesis(refs, url, source.genesis);

  PublishReport report{url.str(), source.genesis, source.commit, {}, source.warnings};
  std::vector<git::PushedRef> wanted;
  for (const auto& atom : source.atoms) {
    report.atoms.push_back(compare(atom, source.genesis, refs));
    auto& outcome = report.atoms.back().outcome;
    if (outcome != PublishOutcome::published) continue;
    co_await coro::offload(context.pool, [&] { review(source, atom, report.atoms.back(), report); });
    if (outcome != PublishOutcome::published) continue;
    for (auto& ref : refs_of(atom)) wanted.push_back(std::move(ref));
  }
  if (wanted.empty()) co_return report;

  const auto outcomes = co_await context.connector->push(source.base, url, std::move(wanted));
  for (auto& atom : report.atoms) {
    for (const auto& outcome : outcomes) {
      const bool own = outcome.ref == atom::atom_ref(atom.label, atom.version) ||
                       outcome.ref == atom::manifest_ref(atom.label, atom.version) ||
                       outcome.ref == atom::origin_ref(atom.label, atom.version);
      if (!own || outcome.accepted) continue;
      atom.outcome = PublishOutcome::refused;
      atom.reason = outcome.reason;
    }
  }
  co_return report;
}

}  // namespace eka::engine
