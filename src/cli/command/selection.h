// Which atoms a command is about: URIs and patterns, of the command line or of a file, as a request for the engine.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "atom/names/uri.h"
#include "cli/option/arguments.h"
#include "cli/output/shard.h"
#include "engine/select/select.h"

namespace eka::cli {

// The arguments of commands that accept many atoms.
struct SelectionOptions {
  std::vector<std::string> uris;  // "-": as `from`
  std::optional<std::string> from;
  bool all = false;
  std::vector<std::string> tags;
  bool fail_fast = false;

  // What is selected if no atoms are named.
  enum class Default { nothing, here };

  // Returns the positional argument. Default::here: the atom of the working tree that contains the current directory.
  CLI::Option* add_to(CLI::App& command, Default otherwise = Default::nothing);

  bool empty() const { return uris.empty() && !from && !all; }
  // To be called when the command line is parsed, with Default::nothing. Throws CLI::RequiredError if no atoms are
  // named; `others` says what else could be.
  void check_given(const std::string& others = "") const;
  // The arguments as typed.
  std::vector<std::string> typed() const;

  // Reads the file or standard input, if that is asked for. A bare label, or a path to a working tree that is a set,
  // selects the atom in its present state; a file: URL selects published atoms. Throws Kind::usage for an invalid URI,
  // naming it, and for --tag without anything that it could limit.
  engine::Selection read(const atom::Aliases& aliases) const;

 private:
  Default otherwise_ = Default::nothing;
};

// The atoms of one machine. Every machine must have the same list, so an item that selected nothing is an error of the
// whole run, which is thrown.
std::vector<engine::Wanted> part_of(const std::vector<engine::Wanted>& items, const Shard& shard);

}  // namespace eka::cli
