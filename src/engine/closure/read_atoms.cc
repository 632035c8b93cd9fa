#include "engine/closure/read_atoms.h"

#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "atom/names/atom_commit.h"
#include "coro/run/pool.h"
#include "engine/workspace/local_atom.h"
#include "engine/workspace/package_set.h"

namespace eka::engine {
namespace {

std::string file_name(const Published& atom, std::string_view file) {
  return fmt::format("{}: {}", atom.str(), file);
}

// `texts` are the contents of atom.toml and, if it is wanted, of atom.lock. An error, including a failed allocation,
// affects only this atom, not those that are read with it.
Result<ReadAtom> parse_atom(Published published, const atom::ObjectId& tree,
                            const store::CachedObjects::Texts& texts) try {
  const auto& manifest_text = texts.at(0);
  if (!manifest_text) return fail(Kind::integrity, fmt::format("{} has no {}", published.str(), atom_file));
  auto manifest = atom::Manifest::parse(*manifest_text, file_name(published, atom_file));
  if (!manifest) return std::unexpected(std::move(manifest).error());
  const bool local = published.version == dev_version(manifest->version, tree);
  if (manifest->label != published.label || (manifest->version != published.version && !local)) {
    return fail(Kind::integrity, fmt::format("{} has the manifest of {} {}", published.str(), manifest->label.str(),
                                             manifest->version.str()));
  }
  ReadAtom out{std::move(published), tree, *std::move(manifest), std::nullopt};
  if (texts.size() == 1 || !texts[1]) return out;
  auto lock = atom::Lock::parse(*texts[1], file_name(out.published, lock_file));
  if (!lock) return std::unexpected(std::move(lock).error());
  out.lock = *std::move(lock);
  return out;
} catch (const std::exception& exception) {
  return std::unexpected(error_of(exception));
}

}  // namespace

coro::Task<ReadAtom> read_atom(Context& context, Published published) {
  std::vector<Published> one{std::move(published)};
  auto read = co_await read_atoms(context, std::move(one));
  co_return unwrap(std::move(read.front()));
}

coro::Task<std::vector<Result<ReadAtom>>> read_atoms(Context& context, std::vector<Published> atoms,
                                                     WithLock with_lock) {
  std::vector<atom::ObjectId> revs, trees;
  for (const auto& atom : atoms) revs.push_back(atom.rev);
  const auto commits = co_await context.cache->objects().commits(std::move(revs));
  for (const auto& commit : commits) {
    if (commit) trees.push_back(commit->tree);
  }
  std::vector<std::string> names{atom_file};
  if (with_lock == WithLock::yes) names.emplace_back(lock_file);
  auto texts = co_await context.cache->objects().files(trees, std::move(names));
  std::size_t locks = 0;
  std::size_t bytes = 0;
  for (const auto& files : texts) {
    for (std::size_t i = 0; files && i < files->size(); ++i) {
      const auto& text = (*files)[i];
      if (!text) continue;
      locks += i;
      bytes += text->size();
    }
  }
  context.observer.detail(
      fmt::format("read the manifests of {} atoms and {} of their lock files: {} bytes", atoms.size(), locks, bytes));
  // Large manifests or locks take a while to parse.
  co_return co_await coro::offload(context.pool, [&](coro::Stop stop) {
    std::vector<Result<ReadAtom>> out;
    std::size_t next = 0;
    for (std::size_t i = 0; i < atoms.size(); ++i) {
      stop.check();
      if (commits[i]) {
        const auto& files = texts[next];
        out.push_back(files ? parse_atom(std::move(atoms[i]), trees[next], *files)
                            : Result<ReadAtom>(std::unexpected(files.error())));
        ++next;
      } else {
        out.push_back(
            fail(Kind::integrity, fmt::format("{} is missing in the cache, although its ref exists", atoms[i].str())));
      }
    }
    return out;
  });
}

}  // namespace eka::engine
