// eka help [COMMAND|TOPIC]: the help of a command, a topic, a configuration key or a variable, as text, man page or
// Markdown.
#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "atom/config/config.h"
#include "base/text.h"
#include "cli/command/command.h"
#include "cli/manual/help.h"
#include "cli/manual/man_page.h"
#include "cli/manual/topics.h"
#include "cli/output/print.h"
#include "cli/parse_error.h"
#include "cli/version.h"

namespace eka::cli {
namespace {

struct HelpOptions {
  std::vector<std::string> words;
  std::string format = "text";
  bool all = false;
};

// As printed by --help.
std::string command_help(const Page& page) {
  return page.app->get_formatter()->make_help(page.app, page.name, CLI::AppFormatMode::Normal);
}

std::string topic_help(const Topic& topic) {
  return help_section(topic.name, topic.rows);
}

// Everything: commands and topics.
std::string whole_help(const CLI::App& program) {
  std::string out;
  for (const auto& page : all_pages(program)) out += "--- " + page.name + "\n\n" + command_help(page) + "\n";
  for (const auto& topic : topics(program)) out += topic_help(topic) + "\n";
  return out;
}

std::optional<std::string> topic_called(const CLI::App& program, const std::string& name) {
  for (const auto& topic : topics(program)) {
    if (topic.name == name) return topic_help(topic);
  }
  if (const auto entry = find_entry(program, name)) return entry->name + "\n  " + help_paragraph(entry->text);
  return std::nullopt;
}

[[noreturn]] void refuse(const CLI::App& program, const std::vector<std::string>& words) {
  std::vector<std::string> known = words;
  known.pop_back();
  const auto* parent = find_command(program, known);
  std::vector<std::string> names;
  for (const auto& topic : topics(program)) names.push_back(topic.name);
  for (const auto& key : atom::Config::keys()) {
    names.push_back(key.path);
    names.push_back(key.variable);
  }
  const std::string usage = "run `eka help` for the commands";
  auto hint = parent == nullptr ? usage : unknown_command_hint(*parent, words.back(), usage);
  if (hint == usage && words.size() == 1) {
    if (const auto near = nearest(words.front(), names); !near.empty()) hint = fmt::format("did you mean '{}'?", near);
  }
  throw Error(Kind::usage, fmt::format("no help for '{}'", fmt::join(words, " "))).with_hint(hint);
}

int show(const CLI::App& program, const HelpOptions& options) {
  if (options.all) {
    if (!options.words.empty()) throw Error(Kind::usage, "--all cannot be used with TOPIC");
    if (options.format == "man")
      throw Error(Kind::usage, "--all cannot be used with --format man: a page has one command");
    print(Text(options.format == "markdown" ? reference(program) : whole_help(program)));
    return 0;
  }
  const auto* found = find_command(program, options.words);
  if (found == nullptr) {
    const auto topic = options.words.size() == 1 ? topic_called(program, options.words.front()) : std::nullopt;
    if (!topic) refuse(program, options.words);
    if (options.format != "text") throw Error(Kind::usage, "only commands have a help in this format");
    print(Text(*topic));
    return 0;
  }
  std::string name = program.get_name();
  for (const auto& word : options.words) name += " " + word;
  const Page page{name, found};
  if (options.format == "man") {
    print(Text(man_page(program, page, version_number())));
  } else if (options.format == "markdown") {
    print(Text(command_reference(page)));
  } else {
    print(Text(command_help(page)));
  }
  return 0;
}

}  // namespace

void add_help(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("help", "show the help of a command, a configuration key or a variable");
  const auto options = std::make_shared<HelpOptions>();
  command
      ->add_option(
          "topic", options->words,
          "a command, a configuration key, a variable, or: configuration, environment, manifest, files, exit-codes")
      ->type_name("TOPIC");
  command->add_flag("--all", options->all, "show all commands, keys and variables");
  command->add_option("--format", options->format, "text, man or markdown (default: text)")
      ->type_name("FORMAT")
      ->check(one_of({"text", "man", "markdown"}));
  command->footer("Examples:\n  eka help cache gc\n  eka help plan.jobs\n  eka help --all --format markdown\n");
  command->callback(
      [&app, options, &action] { action = [&app, options](const Common&) { return show(app, *options); }; });
}

}  // namespace eka::cli
