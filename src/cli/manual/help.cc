#include "cli/manual/help.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace eka::cli {
namespace {

constexpr std::size_t line_width = 80;
constexpr std::size_t left_width = 30;

// Lines of at most `width` characters, all but the first indented by `indent` spaces. A longer word gets its own line.
std::string wrapped(std::string_view text, std::size_t width, std::size_t indent) {
  std::string out;
  std::size_t used = 0;
  while (!text.empty()) {
    const auto word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    if (used > 0 && used + 1 + word.size() > width) {
      out += "\n" + std::string(indent, ' ');
      used = 0;
    }
    if (used > 0) out += ' ';
    out += word;
    used += word.size() + (used > 0 ? 1 : 0);
  }
  return out;
}

std::string two_columns(const std::string& left, const std::string& right) {
  std::string out = "  " + left;
  if (right.empty()) return out + "\n";
  if (out.size() + 2 > left_width) out += "\n";
  const auto line_start = out.rfind('\n') == std::string::npos ? 0 : out.rfind('\n') + 1;
  out.append(left_width - (out.size() - line_start), ' ');
  return out + wrapped(right, line_width - left_width, left_width) + "\n";
}

}  // namespace

std::string Help::make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const {
  const std::string sections = make_positionals(app) + make_groups(app, mode) + make_subcommands(app, mode);
  return make_description(app) + make_usage(app, std::move(name)) +
         CLI::detail::find_and_replace(sections + "\n" + make_footer(app), "\n\n\n", "\n\n");
}

std::string Help::make_description(const CLI::App* app) const {
  return wrapped(app->get_description(), line_width, 0) + "\n\n";
}

std::string Help::make_usage(const CLI::App* app, std::string name) const {
  return "Usage: " + usage(*app, name) + "\n";
}

std::string Help::make_option(const CLI::Option* option, bool is_positional) const {
  return two_columns(is_positional ? name_of_argument(*option) : name_of_option(*option, "    "),
                     option->get_description());
}

std::string Help::make_subcommand(const CLI::App* command) const {
  return two_columns(command->get_name(), command->get_description());
}

std::string Help::make_footer(const CLI::App* app) const {
  std::string out = app->get_footer();
  if (!out.empty()) out += "\n";
  if (app->get_parent() != nullptr) out += "The options in `eka --help` can be used as well.\n";
  return out;
}

std::string help_section(const std::string& title, const std::vector<Row>& rows) {
  std::string out = title + ":\n";
  for (const auto& row : rows) out += two_columns(row.name, row.text);
  return out;
}

std::string help_paragraph(const std::string& text) {
  return wrapped(text, line_width, 0) + "\n";
}

}  // namespace eka::cli
