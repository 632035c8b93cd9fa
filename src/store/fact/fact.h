// The kinds of facts that eka.db holds.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace eka::store {

// The kinds of facts. Each is a table of keys and values.
enum class Fact {
  nar_hash,    // tree id -> SHA-256 of its NAR
  evaluation,  // digest -> result of the evaluation
  host,        // origin -> capabilities of its server
  answers,     // origin -> response times of its server; url -> time when the remote there failed
  genesis,     // "2 " and a redacted url -> id of the genesis last seen there
  vouched,     // genesis, label and redacted url -> the revisions of the versions, according to the remote there
  whole,  // commit id -> "held <boot>" if a ref keeps it, or ""; everything it reaches has been verified to be present.
          // Tree id of a working tree that a ref keeps -> the boot during which all its objects were written or found
  doubtful,      // tree id -> "": an object in it could not be read; it needs a full check
  materialized,  // tree id -> the boot during which its directory was written or checked (in the table: "laid_out")
  request,       // requested atom, and what it was locked to -> ""
  questions,     // resolver that chose versions -> what it was asked for
  used,          // commit id, tree id or digest -> when a run last used it, in seconds since 1970
  yanked,        // genesis and redacted url -> the versions that were withdrawn, according to the remote there
  listed,        // genesis, label and redacted url -> since when versions are listed by the remote there
  released,      // id of an atom commit -> when its origin was committed, in seconds since 1970
  lock,          // path of an atom.lock on this machine -> when a run last used it
};

inline constexpr std::array all_facts = {Fact::nar_hash,     Fact::evaluation, Fact::host,      Fact::answers,
                                         Fact::genesis,      Fact::vouched,    Fact::whole,     Fact::doubtful,
                                         Fact::materialized, Fact::request,    Fact::questions, Fact::used,
                                         Fact::yanked,       Fact::listed,     Fact::released,  Fact::lock};
std::string_view name_of(Fact fact);

// The value to be written; nullopt to remove the key.
using FactChange = std::optional<std::string>;
using FactChanges = std::map<std::pair<Fact, std::string>, FactChange>;

}  // namespace eka::store
