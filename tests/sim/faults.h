// The kinds of fault that a world may have. Each seed turns a random half of them off (swarm testing): rare
// combinations are reached that way, which one mixture of everything would never have.
//
// To add one: a line in the list below, and where it happens `if (faults.strikes(Fault::its_name)) …`.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "tests/sim/random.h"

namespace eka::sim {

// name, probability at each occasion while it is on
#define EKA_SIM_FAULTS(fault)                                                                                        \
  /* remotes */                                                                                                      \
  fault(reset_before_answer, 0.10)     /* the connection breaks before the first byte */                             \
      fault(reset_within_answer, 0.08) /* … at any byte of the answer */                                             \
      fault(truncated_answer, 0.05)    /* the answer ends early, as if that were all */                              \
      fault(too_many_requests, 0.08)   /* 429, with and without Retry-After */                                       \
      fault(unavailable, 0.08)         /* 503, with and without Retry-After */                                       \
      fault(not_found, 0.02)           /* 404 */                                                                     \
      fault(stall, 0.03)               /* nothing comes until the client gives up */                                 \
      fault(slow_host, 0.30)           /* for the whole life of the host */                                          \
      fault(dead_host, 0.15)           /* for a whole step */                                                        \
      fault(corrupt_pack, 0.03)        /* one byte of the pack is another */                                         \
      fault(push_refused, 0.15)        /* the server takes none of the refs */                                       \
      fault(reset_after_push, 0.10)    /* it took them, but does not come to say so */                               \
      fault(ignores_haves, 0.30) /* for the whole life of the host */ /* mirrors that lie, for the whole life of the \
                                                                         mirror; never the first url of a set */     \
      fault(mirror_of_other_genesis, 0.15) fault(mirror_with_other_revisions, 0.15)                                  \
          fault(mirror_lacks_versions, 0.20) /* evaluation */                                                        \
      fault(evaluation_fails, 0.05) fault(evaluation_out_of_memory, 0.08) fault(evaluation_never_ends, 0.03)         \
          fault(store_collected, 0.15) /* the store loses derivations between runs */ /* the run */                  \
      fault(starts_late, 0.50)   /* other processes of the step are at work already */                               \
      fault(caller_leaves, 0.40) /* one of two callers that share the work of a run is cancelled */                  \
      fault(caller_joins, 0.50)  /* another one begins while the first is at work, and stays */                      \
      fault(cancelled, 0.25) fault(killed, 0.20) fault(disk_fails, 0.20) fault(power_cut, 0.15)

enum class Fault {
#define EKA_SIM_NAME(name, probability) name,
  EKA_SIM_FAULTS(EKA_SIM_NAME)
#undef EKA_SIM_NAME
};

class Faults {
 public:
  struct Kind {
    Fault fault;
    const char* name;
    double probability;
  };
  static const std::vector<Kind>& kinds();

  Faults() = default;  // none
  // A random half of the kinds. Whether a kind is one of them, and when it strikes, depends on the seed and its name
  // alone: another kind changes nothing about it.
  static Faults half(std::uint64_t seed);

  void allow(Fault fault, bool is_on) { is_on ? void(on_.insert(fault)) : void(on_.erase(fault)); }
  bool on(Fault fault) const { return on_.contains(fault); }
  bool strikes(Fault fault) const;
  bool none() const { return on_.empty(); }
  std::string text() const;

 private:
  std::set<Fault> on_;
  mutable std::vector<Random> chances_;  // of each kind
};

}  // namespace eka::sim
