// Format of --help: names and values on the left, wrapped descriptions on the right, 80 columns.
#pragma once

#include <string>

#include "cli/command/arguments.h"

namespace eka::cli {

inline constexpr const char* atom_uri_help = "URI of an atom, such as gh:owner/repo::server@^1.2 or ./set::tool";

// CLI11's default format also prints validators, defaults and exclusions in its own notation; here the descriptions
// contain that information where it is useful. Subcommands added later inherit the format.
class Help : public CLI::Formatter {
 public:
  std::string make_description(const CLI::App* app) const override;
  std::string make_usage(const CLI::App* app, std::string name) const override;
  std::string make_option(const CLI::Option* option, bool is_positional) const override;
  std::string make_subcommand(const CLI::App* command) const override;
  std::string make_footer(const CLI::App* app) const override;
};

}  // namespace eka::cli
