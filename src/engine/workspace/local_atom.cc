#include "engine/workspace/local_atom.h"

#include <fmt/format.h>

#include "atom/names/atom_commit.h"
#include "base/text.h"
#include "engine/workspace/genesis.h"
#include "engine/workspace/new_atom.h"
#include "engine/workspace/set_remote.h"
#include "git/config/user_config.h"
#include "git/object/source_repository.h"

namespace eka::engine {
namespace {

struct Found {
  atom::Version version{0, 0, 0};
  std::filesystem::path directory;
  std::filesystem::path lock;  // empty if there is none
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

Found find(const WorkingSet& set, const atom::Label& label, const atom::Requirement& requirement) {
  const auto& root = set.root;
  const auto atom = set.packages.atoms.find(label);
  if (atom == set.packages.atoms.end()) {
    const auto left_out = not_checked_out(set.packages, root);
    if (left_out.empty()) throw no_such_atom(set.packages, label, root);
    throw Error(Kind::unsatisfiable, fmt::format("no atom `{}` in the part of the set at {} that is checked out",
                                                 label.str(), root.string()))
        .with_hint("check it out: git sparse-checkout add " + left_out);
  }
  Found out;
  out.version = atom->second.manifest.version;
  if (!requirement.matches(out.version)) {
    throw Error(Kind::unsatisfiable, fmt::format("the working tree has `{}` {}, which does not satisfy {}", label.str(),
                                                 out.version.str(), requirement.str()));
  }
  out.directory = root / atom->second.directory;
  const auto lock = root / atom->second.directory / lock_file;
  if (std::filesystem::exists(lock)) out.lock = lock;
  return out;
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

WorkingSet read_working_set(const std::filesystem::path& directory) {
  WorkingSet out{.root = find_set(directory), .packages = {}, .git_directory = {}, .origin = {}};
  out.packages = unwrap(read_package_set(files_of(out.root)));
  out.git_directory = git::SourceRepository::discover(out.root).git_directory();
  out.origin = published_at(out.root);
  return out;
}

coro::Task<LocalAtom> enter_local(Context& context, const WorkingSet& set, atom::ObjectId genesis, atom::Label label,
                                  atom::Requirement requirement) {
  auto found = co_await coro::offload(context.pool, [&] { return find(set, label, requirement); });
  const auto tree = co_await context.cache->working_trees().take(std::move(found.directory));
  const atom::AtomCommit commit{tree, atom::ObjectId{}, label, dev_version(found.version, tree)};
  const auto rev = co_await context.cache->objects().write_commit(commit.text());
  std::vector<store::AtomName> entered{{label, commit.version, rev}};
  co_await context.cache->names().hold(store::Giver::working_tree(), genesis, std::move(entered));
  context.cache->working_trees().keep(tree);
  if (!found.lock.empty()) context.cache->uses().note_lock(found.lock);
  Published published{genesis, label, commit.version, rev};
  auto url = unwrap(atom::Url::parse(set.git_directory.string()));
  co_return LocalAtom{std::move(published), std::move(url), set.root, set.origin};
}

coro::Task<LocalAtom> enter_local(Context& context, std::filesystem::path directory, atom::Label label,
                                  atom::Requirement requirement) {
  const auto set = co_await coro::offload(context.pool, [&] { return read_working_set(directory); });
  const auto genesis = co_await find_genesis(context, set.root);
  co_return co_await enter_local(context, set, genesis, std::move(label), std::move(requirement));
}

}  // namespace eka::engine
