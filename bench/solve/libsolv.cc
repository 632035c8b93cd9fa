// The only file that includes libsolv.
#include <memory>

// A struct member in its headers is named like a keyword.
#ifdef __clang__
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wkeyword-macro"
#endif
#define requires requires_
extern "C" {
#include <solv/pool.h>
#include <solv/queue.h>
#include <solv/repo.h>
#include <solv/solver.h>
}
#undef requires
#ifdef __clang__
#pragma clang diagnostic pop
#endif

#include "solve/against_libsolv.h"
#include "solve/stopwatch.h"

namespace eka::bench {

bool has_libsolv() {
  return true;
}

class LibsolvPool {
 public:
  explicit LibsolvPool(const LibsolvProblem& problem) : problem_(problem), pool_(pool_create(), pool_free) {
    repo_ = repo_create(pool_.get(), "universe");
    for (const auto& package : problem.packages_) names_.push_back(pool_str2id(pool_.get(), package.label.c_str(), 1));
    for (const auto& rank : problem.ranks_) ranks_.push_back(pool_str2id(pool_.get(), rank.c_str(), 1));
    for (std::size_t p = 0; p < problem.packages_.size(); ++p) {
      const auto& versions = problem.packages_[p].versions;
      for (std::size_t v = 0; v < versions.size(); ++v) add(names_[p], ranks_[v + 1], versions[v]);
    }
    root_ = add(pool_str2id(pool_.get(), "the root of the universe", 1), ranks_[1], problem.root_);
    pool_createwhatprovides(pool_.get());
  }

  bool solve() {
    const std::unique_ptr<Solver, void (*)(Solver*)> solver(solver_create(pool_.get()), solver_free);
    Queue job;
    queue_init(&job);
    queue_push2(&job, SOLVER_INSTALL | SOLVER_SOLVABLE, root_);
    const int problems = solver_solve(solver.get(), &job);
    queue_free(&job);
    return problems == 0;
  }

 private:
  Id add(Id name, Id rank, const LibsolvProblem::Version& requirements) {
    const Id id = repo_add_solvable(repo_);
    Solvable* solvable = pool_id2solvable(pool_.get(), id);
    solvable->name = name;
    solvable->evr = rank;
    solvable->arch = ARCH_NOARCH;
    const Id itself = pool_rel2id(pool_.get(), name, rank, REL_EQ, 1);
    solvable->provides = repo_addid_dep(repo_, solvable->provides, itself, 0);
    for (const auto& requirement : requirements) {
      solvable->requires_ = repo_addid_dep(repo_, solvable->requires_, relation(requirement), 0);
    }
    return id;
  }

  Id relation(const LibsolvProblem::Requirement& requirement) {
    const Id name = names_[requirement.package];
    const std::size_t count = problem_.packages_[requirement.package].versions.size();
    if (requirement.ranges.empty())
      return pool_rel2id(pool_.get(), name, ranks_[0], REL_EQ, 1);  // no version has rank
                                                                    // 0
    Id any = 0;
    for (const auto& range : requirement.ranges) {
      const auto rel = [&](std::size_t rank, int flags) {
        return pool_rel2id(pool_.get(), name, ranks_[rank], flags, 1);
      };
      Id one = 0;
      if (range.low == 1 && range.high == count) {
        one = name;
      } else if (range.low == range.high) {
        one = rel(range.low, REL_EQ);
      } else if (range.low == 1) {
        one = rel(range.high, REL_LT | REL_EQ);
      } else if (range.high == count) {
        one = rel(range.low, REL_GT | REL_EQ);
      } else {
        const Id low = rel(range.low, REL_GT | REL_EQ), high = rel(range.high, REL_LT | REL_EQ);
        one = pool_rel2id(pool_.get(), low, high, REL_WITH, 1);
      }
      any = any == 0 ? one : pool_rel2id(pool_.get(), any, one, REL_OR, 1);
    }
    return any;
  }

  const LibsolvProblem& problem_;
  std::unique_ptr<Pool, void (*)(Pool*)> pool_;
  Repo* repo_ = nullptr;  // owned by the pool
  std::vector<Id> names_, ranks_;
  Id root_ = 0;
};

LibsolvRun LibsolvProblem::run() const {
  LibsolvRun out;
  const Stopwatch load;
  LibsolvPool pool(*this);
  out.load_ms = load.ms();
  const Stopwatch solve;
  out.solvable = pool.solve();
  out.solve_ms = solve.ms();
  return out;
}

}  // namespace eka::bench
