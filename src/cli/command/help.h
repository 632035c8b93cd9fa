// How --help looks: names and what they take to the left, wrapped sentences to the right, 80 columns.
#pragma once

#include <string>

#include "cli/command/arguments.h"

namespace eka::cli {

inline constexpr const char* atom_uri_help =
    "an atom: its label behind the place of its set, as in gh:owner/repo::server@^1.2 or ./set::tool";

// CLI11's own format also tells its validators, defaults and exclusions, in a notation of its own. Here an option's
// sentence says what of that a person needs. Subcommands that are added later inherit it.
class Help : public CLI::Formatter {
 public:
  std::string make_description(const CLI::App* app) const override;
  std::string make_usage(const CLI::App* app, std::string name) const override;
  std::string make_option(const CLI::Option* option, bool is_positional) const override;
  std::string make_subcommand(const CLI::App* command) const override;
  std::string make_footer(const CLI::App* app) const override;
};

}  // namespace eka::cli
