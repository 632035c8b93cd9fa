// Format of --help: names and values on the left, wrapped descriptions on the right, 80 columns.
#pragma once

#include <string>
#include <vector>

#include "cli/manual/describe.h"
#include "cli/option/arguments.h"

namespace eka::cli {

// CLI11's default format also prints validators, defaults and exclusions in its own notation; here the descriptions
// contain that information where it is useful. Subcommands added later inherit the format.
class Help : public CLI::Formatter {
 public:
  // One blank line between sections; that of CLI11 writes none to two, depending on its version.
  std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override;
  std::string make_description(const CLI::App* app) const override;
  std::string make_usage(const CLI::App* app, std::string name) const override;
  std::string make_option(const CLI::Option* option, bool is_positional) const override;
  std::string make_subcommand(const CLI::App* command) const override;
  std::string make_footer(const CLI::App* app) const override;
};

// A title and the rows below it, in the same format.
std::string help_section(const std::string& title, const std::vector<Row>& rows);
// A paragraph of 80 columns.
std::string help_paragraph(const std::string& text);

}  // namespace eka::cli
