#include "cli/command/help.h"

#include <algorithm>
#include <string_view>

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

// "N" of "N:INT in [1 - 1024]": the rest comes from a validator.
std::string value_name(const CLI::Option* option) {
  const auto name = option->get_type_name();
  return name.substr(0, name.find(':'));
}

bool takes_many(const CLI::Option* option) {
  return option->get_expected_max() >= CLI::detail::expected_max_vector_size;
}

std::string positional(const CLI::Option* option) {
  const auto name = value_name(option);
  return (name.empty() ? option->get_name(true, false) : name) + (takes_many(option) ? "..." : "");
}

// "-t, --target PLATFORM"; "    --json[=lines]".
std::string flags(const CLI::Option* option) {
  std::string out;
  for (const auto& name : option->get_snames()) out += (out.empty() ? "-" : ", -") + name;
  for (const auto& name : option->get_lnames()) out += (out.empty() ? "    --" : ", --") + name;
  if (const auto& text = option->get_option_text(); !text.empty()) return out + text;
  const auto value = value_name(option);
  if (option->get_type_size() == 0 || value.empty()) return out;
  return out + (option->get_expected_min() == 0 ? "[=" + value + "]" : " " + value);
}

}  // namespace

std::string Help::make_description(const CLI::App* app) const {
  return wrapped(app->get_description(), line_width, 0) + "\n\n";
}

std::string Help::make_usage(const CLI::App* app, std::string name) const {
  std::string out = "Usage: " + name + " [OPTION]...";
  for (const auto* option : app->get_options([](const CLI::Option* o) { return o->get_positional(); })) {
    const auto word = positional(option);
    out += option->get_required() ? " " + word : " [" + word + "]";
  }
  const auto commands = app->get_subcommands([](const CLI::App* command) { return !command->get_name().empty(); });
  if (!commands.empty()) out += app->get_require_subcommand_min() == 0 ? " [SUBCOMMAND]" : " SUBCOMMAND";
  return out + "\n";
}

std::string Help::make_option(const CLI::Option* option, bool is_positional) const {
  return two_columns(is_positional ? positional(option) : flags(option), option->get_description());
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

}  // namespace eka::cli
