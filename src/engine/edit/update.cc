#include "engine/edit/update.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/text.h"
#include "engine/resolve/settle.h"

namespace eka::engine {
namespace {

class UpdateRun {
 public:
  UpdateRun(Context& context, UpdateRequest request) : context_(context), request_(std::move(request)) {}

  coro::Task<ResolveReport> finish() {
    const auto atoms = co_await find();
    const ProblemOf problem = [this](const WorkingAtom& atom) { return problem_of(atom); };
    co_return co_await settle_each(context_, atoms, problem, request_.dry_run ? OnChange::show : OnChange::write,
                                   "updating");
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
