#include "engine/publish/lock_commit.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "coro/run/pool.h"
#include "engine/publish/preview.h"
#include "engine/publish/working_changes.h"
#include "git/config/git_program.h"
#include "git/object/source_repository.h"
#include "git/object/working_file.h"

namespace eka::engine {
namespace {

void check_unchanged(const PublishSource& source, const SourceOfAtom& atom) {
  const auto repository = git::SourceRepository::discover(*source.working_set);
  const auto changed = changed_files(repository, source, atom);
  if (changed.empty()) return;
  throw Error(Kind::usage, fmt::format("{} has uncommitted changes ({}): its lock file cannot be updated",
                                       atom.commit.label.str(), fmt::join(changed, ", ")))
      .with_hint("commit or stash them first");
}

}  // namespace

std::optional<Error> cannot_commit(const PublishSource& source) {
  if (!source.working_set) {
    return Error(Kind::usage,
                 fmt::format("--resolve cannot commit lock files on top of {}: it is not checked out", source.name()))
        .with_hint("publish from HEAD in a working tree, or resolve and commit the lock files yourself");
  }
  if (!git::SourceRepository::discover(*source.working_set).branch()) {
    return Error(Kind::usage, "--resolve cannot commit lock files: HEAD is detached, so no branch would have them")
        .with_hint("switch to a branch first (`git switch`)");
  }
  return std::nullopt;
}

coro::Task<LockCommit> commit_locks(Context& context, const PublishStep& step, std::vector<atom::Label> labels) {
  const auto& source = step.source;
  LockCommit out;
  std::vector<const SourceOfAtom*> none;
  auto preview = co_await Preview::open(context, source, step.url, std::move(none));
  std::vector<std::pair<std::string, std::string>> locks;  // path in the set, content
  std::vector<std::string> names, files;
  for (const auto& label : labels) {
    const auto* atom = &source.atoms.at(label);
    try {
      co_await coro::offload(context.pool, [&] { check_unchanged(source, *atom); });
      const auto lock = co_await preview->resolve(atom);
      auto text = lock.text();
      if (atom->lock_text == text) continue;
      auto path = (std::filesystem::path(atom->in_set) / lock_file).generic_string();
      names.push_back(label.str());
      files.push_back(path);
      locks.emplace_back(std::move(path), std::move(text));
    } catch (const Error& error) {
      out.failures.emplace(label, error);
    }
  }
  if (locks.empty()) co_return out;
  co_await coro::offload(context.pool, [&] {
    for (const auto& [path, text] : locks) git::replace_working_file(*source.working_set, path, text);
  });
  auto message = fmt::format("Lock {} to published versions", fmt::join(names, ", "));
  co_await git::commit_files(*source.working_set, std::move(files), std::move(message));
  out.commit =
      co_await coro::offload(context.pool, [&] { return git::SourceRepository::discover(*source.working_set).head(); });
  co_return out;
}

}  // namespace eka::engine
