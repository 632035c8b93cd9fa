// What a manual says besides commands and options: configuration keys, environment variables, manifests, files, exit
// codes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/manual/describe.h"

namespace eka::cli {

// The keys of eka.toml: "plan.jobs"; the text ends with the variable and the option that set the key.
std::vector<Row> configuration_keys(const CLI::App& program);
// Variables of configuration keys, then those of eka and of other programs that eka reads.
std::vector<Row> environment_variables();
// The keys of atom.toml; each name is a line that a manifest could contain, with a value.
std::vector<Row> manifest_keys();
std::vector<Row> files();
std::vector<Row> exit_codes();

// A subject of `eka help`.
struct Topic {
  std::string name;     // "configuration"
  std::string summary;  // "the keys of eka.toml"
  std::vector<Row> rows;
};
std::vector<Topic> topics(const CLI::App& program);

// The row of one key or variable.
std::optional<Row> find_entry(const CLI::App& program, const std::string& name);

}  // namespace eka::cli
