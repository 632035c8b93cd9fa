// Settings of one run, all of them known before it starts (from flags, environment and files, in cli/).
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "atom/config/config.h"
#include "atom/hash/signature.h"
#include "atom/names/url.h"
#include "eval/evaluator.h"
#include "net/policy/timeouts.h"

namespace eka::engine {

struct Platforms {
  std::string build;
  std::string target;
  std::string legacy_target;
};

// A cache that is shared with other machines.
struct SharedCache {
  std::optional<atom::Url> url;
  bool push = false;   // store what this run evaluates
  bool trust = false;  // use evaluations that nobody has signed
  std::vector<atom::PublicKey> trusted_keys;
  std::optional<atom::SecretKey> signing_key;
};

struct Settings {
  std::filesystem::path cache_root;
  std::vector<std::filesystem::path> local_sources;  // directories whose files any local package set may use
  Platforms platforms;
  std::size_t jobs = 2;                                         // concurrent evaluations
  bool offline = false;                                         // no network access; only cached data is used
  atom::ShareContext share_context = atom::ShareContext::none;  // which roots are evaluated in one process
  bool fresh_evaluation = false;                                // ignore cached evaluations
  bool imports = false;                                         // allow import-from-derivation
  bool meta = false;                                            // plans contain the attribute `meta` of derivations
  std::optional<atom::Cutoff> newest_before;                    // new locks use only versions published before it
  bool gc_roots = true;                                         // create garbage collector roots for plans
  eval::SandboxKind sandbox = eval::SandboxKind::strict;
  bool whole_traces = false;  // include the frames of eka's expressions in error traces
  eval::Limits limits;        // the memory limit applies to all evaluations together
  net::Timeouts timeouts;
  std::chrono::seconds deadline{0};  // for the whole run; 0: none
  // Where the limits of this process's control groups are lower than what the user asked for: sentences for the user.
  std::vector<std::string> reduced;
  SharedCache shared;
};

}  // namespace eka::engine
