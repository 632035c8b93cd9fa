// The arguments of commands for atoms of the working tree.
#pragma once

#include <string>
#include <vector>

#include "cli/option/arguments.h"

namespace eka::cli {

// Adds `ATOM…` and --all, of which at most one may be given. Both targets must outlive the command.
inline void add_working_atoms(CLI::App& command, std::vector<std::string>& atoms, bool& all,
                              const std::string& help_for_all = "for all atoms of the set") {
  auto* named =
      command.add_option("atom", atoms, "directory or label of an atom (default: the atom in the current directory)")
          ->type_name("ATOM");
  command.add_flag("--all", all, help_for_all)->excludes(named);
}

}  // namespace eka::cli
