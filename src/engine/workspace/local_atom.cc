#include "engine/workspace/local_atom.h"

#include <fmt/format.h>

#include "atom/names/atom_commit.h"
#include "base/text.h"
#include "engine/workspace/genesis.h"
#include "engine/workspace/new_atom.h"
#include "engine/workspace/set_in_commit.h"
#include "engine/workspace/set_remote.h"
#include "git/config/user_config.h"
#include "git/object/source_repository.h"

namespace eka::engine {
namespace {

struct FoundPackage {
  atom::Version version{0, 0, 0};
  std::optional<atom::ObjectId> tree;  // of an atom of a commit
  std::filesystem::path directory;     // otherwise
  std::filesystem::path lock;          // empty if there is none
};

Error no_such_atom(const PackageSet& set, const atom::Label& label, const std::filesystem::path& root) {
  std::vector<std::string> labels;
  for (const auto& [known, atom] : set.atoms) labels.push_back(known.str());
  Error error(Kind::unsatisfiable, fmt::format("no atom `{}` in the set at {}", label.str(), root.string()));
  const auto near = nearest(label.str(), labels);
  if (!near.empty()) return std::move(error).with_hint(fmt::format("did you mean `{}`?", near));
  return set.warnings.empty() ? error : std::move(error).with_hint(set.warnings.front());
}

// The directories of atoms that a sparse checkout leaves out, separated by spaces; empty if it is not sparse.
std::string not_checked_out(const PackageSet& set, const std::filesystem::path& root) {
  const auto place = git::find_repository(root);
  if (!place || !git::is_trusted(*place)) return {};
  if (!git::UserConfig::load_in(*place).is_set("core.sparsecheckout", false)) return {};
  std::string out;
  for (const auto& directory : set.manifest.packages) {
    if (std::filesystem::exists(root / directory / atom_file)) continue;
    const auto path = (root / directory).lexically_relative(place->name()).generic_string();
    out += (out.empty() ? "" : " ") + printable(path);
  }
  return out;
}

FoundPackage find(const WorkingSet& set, const atom::Label& label, const atom::Requirement& requirement) {
  const auto& root = set.root;
  const auto atom = set.packages.atoms.find(label);
  if (atom == set.packages.atoms.end()) {
    const auto left_out = set.commit ? "" : not_checked_out(set.packages, root);
    if (left_out.empty()) throw no_such_atom(set.packages, label, root);
    throw Error(Kind::unsatisfiable, fmt::format("no atom `{}` in the part of the set at {} that is checked out",
                                                 label.str(), root.string()))
        .with_hint("check it out: git sparse-checkout add " + left_out);
  }
  FoundPackage out;
  out.version = atom->second.manifest.version;
  if (!requirement.matches(out.version)) {
    const auto place = set.commit ? "commit " + set.commit->hex() : "the working tree";
    throw Error(Kind::unsatisfiable, fmt::format("{} has `{}` {}, which does not satisfy {}", place, label.str(),
                                                 out.version.str(), requirement.str()));
  }
  if (set.commit) {
    out.tree = tree_in_commit(git::SourceRepository::discover(root), *set.commit, set.prefix + atom->second.directory);
    return out;
  }
  out.directory = root / atom->second.directory;
  const auto lock = root / atom->second.directory / lock_file;
  if (std::filesystem::exists(lock)) out.lock = lock;
  return out;
}

atom::AtomCommit commit_of(const atom::Label& label, const atom::Version& version, const atom::ObjectId& tree) {
  return {tree, atom::ObjectId{}, label, dev_version(version, tree)};
}

// Copies the tree of `commit` from the user's repository, unless it is cached.
coro::Task<> provide_tree(Context& context, const WorkingSet& set, atom::AtomCommit commit) {
  const auto rev = atom::ObjectId::of("commit", commit.text());
  const auto cached = co_await context.cache->objects().commit(rev);
  if (cached) co_return;
  const auto objects = co_await coro::offload(
      context.pool, [&] { return git::SourceRepository::discover(set.root).objects_directory(); });
  co_await context.cache->working_trees().copy(objects, commit.tree);
}

}  // namespace

atom::Version dev_version(const atom::Version& version, const atom::ObjectId& tree) {
  auto core = fmt::format("{}.{}.{}", version.major(), version.minor(), version.patch());
  if (!version.pre_release().empty()) core += "-" + version.pre_release();
  // Only digits with a leading zero would be a number that semver rejects: then more digits are used.
  for (std::size_t digits = 12; digits < 40; ++digits) {
    auto out = atom::Version::parse(fmt::format("{}-dev.{}", core, tree.hex().substr(0, digits)));
    if (out) return *std::move(out);
  }
  throw Error(Kind::failure, "cannot compute a version from tree " + tree.hex());
}

bool is_dev(const atom::Version& version) {
  constexpr std::string_view mark = "dev.";
  const std::string_view pre = version.pre_release();
  const auto at = pre.rfind(mark);
  if (at == std::string_view::npos || (at > 0 && pre[at - 1] != '-')) return false;
  const auto digits = pre.substr(at + mark.size());
  return digits.size() >= 12 && digits.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

WorkingSet read_working_set(const SetPlace& place) {
  WorkingSet out{.root = {}, .packages = {}, .commit = place.commit, .prefix = {}, .git_directory = {}, .origin = {}};
  if (place.commit) {
    const auto repository = git::SourceRepository::discover(place.directory);
    out.prefix = set_prefix(repository, *place.commit, place.directory);
    out.packages = unwrap(
        read_package_set([&](const std::string& path) { return repository.file(*place.commit, out.prefix + path); }));
    out.git_directory = repository.git_directory();
    out.root = repository.directory();
    if (std::filesystem::exists(out.root / out.prefix / set_file))
      out.root = (out.root / out.prefix).lexically_normal();
  } else {
    out.root = find_set(place.directory);
    out.packages = unwrap(read_package_set(files_of(out.root)));
    out.git_directory = git::SourceRepository::discover(out.root).git_directory();
  }
  out.origin = published_at(out.root);
  return out;
}

coro::Task<atom::ObjectId> genesis_of(Context& context, const WorkingSet& set) {
  auto revision = set.commit ? set.commit->hex() : "HEAD";
  co_return co_await find_genesis(context, set.root, std::move(revision));
}

coro::Task<LocalAtom> enter_local(Context& context, const WorkingSet& set, atom::ObjectId genesis, atom::Label label,
                                  atom::Requirement requirement) {
  auto found = co_await coro::offload(context.pool, [&] { return find(set, label, requirement); });
  auto tree = found.tree;
  if (tree) {
    co_await provide_tree(context, set, commit_of(label, found.version, *tree));
  } else {
    tree = co_await context.cache->working_trees().take(std::move(found.directory));
  }
  const auto commit = commit_of(label, found.version, *tree);
  const auto rev = co_await context.cache->objects().write_commit(commit.text());
  std::vector<store::AtomName> entered{{label, commit.version, rev}};
  co_await context.cache->names().hold(store::Giver::working_tree(), genesis, std::move(entered));
  if (!found.tree) context.cache->working_trees().keep(*tree);
  if (!found.lock.empty()) context.cache->uses().note_lock(found.lock);
  Published published{genesis, label, commit.version, rev};
  auto url = unwrap(atom::Url::parse(set.git_directory.string()));
  co_return LocalAtom{std::move(published), std::move(url), set.root, set.origin};
}

coro::Task<LocalAtom> enter_local(Context& context, SetPlace place, atom::Label label, atom::Requirement requirement) {
  const auto set = co_await coro::offload(context.pool, [&] { return read_working_set(place); });
  const auto genesis = co_await genesis_of(context, set);
  co_return co_await enter_local(context, set, genesis, std::move(label), std::move(requirement));
}

}  // namespace eka::engine
