// What a command declares, as text: the one source of --help, man pages, the reference and completion.
#pragma once

#include <string>
#include <vector>

#include "cli/option/arguments.h"

namespace eka::cli {

// A name with its explanation.
struct Row {
  std::string name;  // "-j, --jobs N"; "URI..."; "gc"
  std::string text;
};

// A command with its full name. `app` is not owned.
struct Page {
  std::string name;  // "eka cache gc"
  const CLI::App* app;
};

// Without hidden ones; in the order of declaration.
std::vector<const CLI::App*> subcommands(const CLI::App& app);
std::vector<const CLI::Option*> arguments(const CLI::App& app);
std::vector<const CLI::Option*> options(const CLI::App& app);
bool takes_many(const CLI::Option& option);

// The program and all its commands, depth first.
std::vector<Page> all_pages(const CLI::App& program);
// The command with these words below `program` (cache, gc); nullptr if there is none.
const CLI::App* find_command(const CLI::App& program, const std::vector<std::string>& words);

// "eka plan [OPTION]... [URI...]"
std::string usage(const CLI::App& app, const std::string& name);
std::string name_of_argument(const CLI::Option& option);
// "-t, --target PLATFORM"; "    --json[=lines]"; without a short name, indented by `indent`.
std::string name_of_option(const CLI::Option& option, const std::string& indent);
std::vector<Row> argument_rows(const CLI::App& app);
std::vector<Row> option_rows(const CLI::App& app);
std::vector<Row> subcommand_rows(const CLI::App& app);
// The commands of the footer: "eka plan gh:owner/repo::server@^1.2".
std::vector<std::string> examples(const CLI::App& app);

}  // namespace eka::cli
