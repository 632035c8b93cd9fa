#include "engine/publish/lock_commit.h"

#include <exception>
#include <utility>

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

struct NewLock {
  std::string path;  // in the set
  std::string text;
  std::optional<std::string> committed;  // nullopt: there was none
};

std::vector<std::string> paths_of(const std::vector<NewLock>& locks) {
  std::vector<std::string> out;
  for (const auto& lock : locks) out.push_back(lock.path);
  return out;
}

// Makes the lock files those of the commit again, so that the next run finds no uncommitted changes. Works in a
// coroutine that was cancelled, too.
coro::Task<> restore_locks(Context& context, const PublishSource& source, std::vector<NewLock> locks) {
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  auto files = paths_of(locks);
  co_await git::unstage_files(*source.working_set, std::move(files));
  co_await coro::offload(context.pool, [&] {
    for (const auto& [path, text, committed] : locks) {
      if (committed) {
        git::replace_working_file(*source.working_set, path, *committed);
      } else {
        std::filesystem::remove(*source.working_set / path);
      }
    }
  });
}

coro::Task<> write_and_commit(Context& context, const PublishSource& source, std::vector<NewLock> locks,
                              std::string message) {
  std::exception_ptr failure;
  try {
    auto files = paths_of(locks);
    co_await coro::offload(context.pool, [&] {
      for (const auto& lock : locks) git::replace_working_file(*source.working_set, lock.path, lock.text);
    });
    co_await git::commit_files(*source.working_set, std::move(files), std::move(message));
  } catch (...) {
    failure = std::current_exception();
  }
  if (!failure) co_return;
  try {
    co_await restore_locks(context, source, std::move(locks));
  } catch (const Error& error) {
    context.observer.note("the lock files cannot be restored: " + error.message());
  }
  std::rethrow_exception(failure);
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
  std::vector<NewLock> locks;
  std::vector<std::string> names;
  for (const auto& label : labels) {
    const auto* atom = &source.atoms.at(label);
    try {
      co_await coro::offload(context.pool, [&] { check_unchanged(source, *atom); });
      const auto lock = co_await preview->resolve(atom);
      auto text = lock.text();
      if (atom->lock_text == text) continue;
      auto path = (std::filesystem::path(atom->in_set) / lock_file).generic_string();
      names.push_back(label.str());
      locks.push_back({std::move(path), std::move(text), atom->lock_text});
    } catch (const Error& error) {
      out.failures.emplace(label, error);
    }
  }
  if (locks.empty()) co_return out;
  auto message = fmt::format("Lock {} to published versions", fmt::join(names, ", "));
  co_await write_and_commit(context, source, std::move(locks), std::move(message));
  out.commit =
      co_await coro::offload(context.pool, [&] { return git::SourceRepository::discover(*source.working_set).head(); });
  co_return out;
}

}  // namespace eka::engine
