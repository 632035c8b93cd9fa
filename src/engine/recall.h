// Remembered evaluations: a derivation by the digest of everything that decided it.
//
// The digest is BLAKE3 over the canonical JSON of: the configuration, the root's tree (which holds its lock, and so
// pins every revision of the closure), the expressions of nix/, the Nix version and the store directory. Change any of
// them and the key is another: a wrong hit cannot happen. A hit counts only while its derivation is still valid in the
// store.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/closure.h"
#include "engine/parts.h"
#include "eval/evaluator.h"

namespace eka::engine {

struct Recalled {
  std::string drv_path;
  std::vector<eval::Output> outputs;
};

// Nothing for an atom whose own lock does not pin its whole closure (format 1): that is not remembered.
std::optional<std::string> evaluation_digest(Parts& parts, const ReadAtom& root);

// Nothing where there is no such evaluation, or its derivation is gone.
coro::Task<std::optional<Recalled>> recall(Parts& parts, std::string digest);
void remember(Parts& parts, const std::string& digest, const Recalled& evaluation);

}  // namespace eka::engine
