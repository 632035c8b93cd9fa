#include "engine/edit/update.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/text.h"
#include "coro/run/pool.h"
#include "engine/context/timed.h"
#include "engine/resolve/choose.h"
#include "engine/resolve/lock_changes.h"
#include "engine/resolve/settle.h"
#include "engine/resolve/working_atom.h"

namespace eka::engine {
namespace {

class UpdateRun {
 public:
  UpdateRun(Context& context, UpdateRequest request) : context_(context), request_(std::move(request)) {}

  // One atom after another: each uses the answers to queries of earlier ones.
  coro::Task<ResolveReport> finish() {
    auto atoms = co_await find();
    ResolveReport report;
    for (const auto& atom : atoms) {
      auto problem = problem_of(atom);
      if (!problem) continue;
      report.names.push_back(atom.name);
      const Timed timed(context_, Stage::resolve, atom.name, {});
      std::optional<Error> failure;
      try {
        report.atoms.push_back(co_await one(&atom, *std::move(problem)));
      } catch (const Error& e) {
        failure = e;
      }
      if (failure) report.atoms.push_back(std::unexpected(std::move(*failure).within("updating " + atom.name)));
    }
    report.remotes = context_.remotes().costs();
    co_return report;
  }

 private:
  coro::Task<std::vector<WorkingAtom>> find() {
    std::vector<WorkingAtom> out;
    if (request_.all) {
      std::vector<std::string> names;
      out = co_await find_working_atoms(context_, request_.directory, std::move(names), true);
    } else {
      out.push_back(co_await atom_at(context_, request_.directory));
    }
    // What no lock has is known before anything is written.
    for (const auto& atom : out) problem_of(atom);
    check_all_found();
    co_return out;
  }

  // Nothing if the atom has none of the dependencies.
  std::optional<VersionProblem> problem_of(const WorkingAtom& atom) {
    if (!atom.lock) {
      if (request_.all) return std::nullopt;
      throw Error(Kind::usage, fmt::format("there is no {}", atom.lock_file().string()))
          .with_hint("create it with `eka resolve`");
    }
    auto out = atom.problem(atom.manifest, request_.updated.empty());
    for (const auto& name : request_.updated) {
      const auto found = unwrap(find_dependency(*atom.lock, name));
      if (!found) {
        const auto names = dependency_names(*atom.lock);
        known_.insert(names.begin(), names.end());
        continue;
      }
      found_.insert(name.str());
      if (found->atom == nullptr) {
        out.moved_sources.insert(name.label.str());
      } else {
        out.moved[{found->atom->set, found->atom->label}] = name.version;
      }
    }
    const bool has_some = !out.moved.empty() || !out.moved_sources.empty();
    return has_some || request_.updated.empty() ? std::optional(std::move(out)) : std::nullopt;
  }

  void check_all_found() const {
    for (const auto& name : request_.updated) {
      if (found_.contains(name.str())) continue;
      Error error(Kind::usage, fmt::format("cannot update `{}`: no lock file has such a dependency", name.str()));
      const auto near = nearest(name.label.str(), known_);
      throw near.empty() ? std::move(error) : std::move(error).with_hint(fmt::format("did you mean `{}`?", near));
    }
  }

  coro::Task<ResolvedAtom> one(const WorkingAtom* atom, VersionProblem problem) {
    auto lock = co_await choose_versions(context_, std::move(problem));
    auto text = lock.text();
    context_.cache->uses().note_lock(atom->lock_file());
    ResolvedAtom out{atom->manifest.label, atom->name, atom->lock_file(), std::move(lock), {}};
    if (atom->lock_text == text) co_return out;
    out.changes = lock_changes(atom->lock, out.lock);
    if (!request_.dry_run) co_await coro::offload(context_.pool, [&] { atom->replace(lock_file, text); });
    co_return out;
  }

  Context& context_;
  UpdateRequest request_;
  std::set<std::string> found_, known_;
};

}  // namespace

coro::Task<ResolveReport> update(Context& context, UpdateRequest request) {
  UpdateRun run(context, std::move(request));
  co_return co_await run.finish();
}

}  // namespace eka::engine
