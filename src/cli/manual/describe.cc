#include "cli/manual/describe.h"

#include <sstream>
#include <string_view>

#include "cli/option/options.h"

namespace eka::cli {
namespace {

void add_pages(const CLI::App& app, const std::string& name, std::vector<Page>& out) {
  out.push_back({name, &app});
  for (const auto* each : subcommands(app)) add_pages(*each, name + " " + each->get_name(), out);
}

}  // namespace

std::vector<const CLI::App*> subcommands(const CLI::App& app) {
  return app.get_subcommands(
      [](const CLI::App* each) { return !each->get_name().empty() && !each->get_group().empty(); });
}

std::vector<const CLI::Option*> arguments(const CLI::App& app) {
  return app.get_options([](const CLI::Option* each) { return each->get_positional(); });
}

std::vector<const CLI::Option*> options(const CLI::App& app) {
  return app.get_options([](const CLI::Option* each) { return !each->get_positional() && !each->get_group().empty(); });
}

bool takes_many(const CLI::Option& option) {
  return option.get_expected_max() >= CLI::detail::expected_max_vector_size;
}

std::vector<Page> all_pages(const CLI::App& program) {
  std::vector<Page> out;
  add_pages(program, program.get_name(), out);
  return out;
}

const CLI::App* find_command(const CLI::App& program, const std::vector<std::string>& words) {
  const CLI::App* found = &program;
  for (const auto& word : words) {
    const CLI::App* next = nullptr;
    for (const auto* each : subcommands(*found)) {
      if (each->get_name() == word) next = each;
    }
    if (next == nullptr) return nullptr;
    found = next;
  }
  return found;
}

std::string usage(const CLI::App& app, const std::string& name) {
  std::string out = name + " [OPTION]...";
  for (const auto* option : arguments(app)) {
    const auto word = name_of_argument(*option);
    out += option->get_required() ? " " + word : " [" + word + "]";
  }
  if (!subcommands(app).empty()) out += app.get_require_subcommand_min() == 0 ? " [SUBCOMMAND]" : " SUBCOMMAND";
  return out;
}

std::string name_of_argument(const CLI::Option& option) {
  const auto name = value_name(option);
  return (name.empty() ? option.get_name(true, false) : name) + (takes_many(option) ? "..." : "");
}

std::string name_of_option(const CLI::Option& option, const std::string& indent) {
  std::string out;
  for (const auto& name : option.get_snames()) out += (out.empty() ? "-" : ", -") + name;
  for (const auto& name : option.get_lnames()) out += (out.empty() ? indent + "--" : ", --") + name;
  if (const auto& text = option.get_option_text(); !text.empty()) return out + text;
  const auto value = value_name(option);
  if (option.get_type_size() == 0 || value.empty()) return out;
  return out + (option.get_expected_min() == 0 ? "[=" + value + "]" : " " + value);
}

std::vector<Row> argument_rows(const CLI::App& app) {
  std::vector<Row> out;
  for (const auto* option : arguments(app)) out.push_back({name_of_argument(*option), option->get_description()});
  return out;
}

std::vector<Row> option_rows(const CLI::App& app) {
  std::vector<Row> out;
  for (const auto* option : options(app)) out.push_back({name_of_option(*option, ""), option->get_description()});
  return out;
}

std::vector<Row> subcommand_rows(const CLI::App& app) {
  std::vector<Row> out;
  for (const auto* each : subcommands(app)) out.push_back({each->get_name(), each->get_description()});
  return out;
}

std::vector<std::string> examples(const CLI::App& app) {
  std::vector<std::string> out;
  std::istringstream lines(app.get_footer());
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("  ")) out.push_back(line.substr(2));
  }
  return out;
}

}  // namespace eka::cli
