#include "eval/build/build_log.h"

#include <simdjson.h>

#include "eval/report/colours.h"
#include "eval/store/derivation.h"

namespace eka::eval {
namespace {

namespace dom = simdjson::dom;

constexpr std::string_view mark = "@nix ";
constexpr std::int64_t activity_build = 105;
constexpr std::int64_t result_line = 101;
constexpr std::size_t last_lines = 10;
constexpr std::size_t most_complaints = 16 << 10;

// Older versions of Nix let an error on the way to the builder appear in its log as they pass it between processes: a
// line with this byte, then the word "Error", a number, the word again, and the message, each text with its length.
constexpr std::string_view framed_error_follows = "\x01";
constexpr std::string_view framed_error("\5\0\0\0\0\0\0\0Error\0\0\0", 16);
constexpr std::size_t framed_header = 16 + 8 + 16 + 8;

std::string_view text_of(dom::element object, const char* key) {
  std::string_view text;
  return object[key].get(text) == simdjson::SUCCESS ? text : std::string_view();
}

std::int64_t number_of(dom::element object, const char* key) {
  std::int64_t number = -1;
  return object[key].get(number) == simdjson::SUCCESS ? number : -1;
}

std::string_view first_field(dom::element object) {
  dom::array fields;
  std::string_view text;
  if (object["fields"].get(fields) != simdjson::SUCCESS || fields.size() == 0) return {};
  return fields.at(0).get(text) == simdjson::SUCCESS ? text : std::string_view();
}

constexpr std::string_view error_word = "error: ";

// The derivation that a message is about: the first path in it. Empty for the summary "build of … failed".
std::string derivation_in(const std::string& message) {
  constexpr std::string_view store = "'/nix/store/";
  const auto start = message.find(store);
  if (start == std::string::npos || message.starts_with("build of ")) return {};
  const auto end = message.find('\'', start + 1);
  std::string path = message.substr(start + 1, end == std::string::npos ? end : end - start - 1);
  return is_store_path(path) && path.ends_with(".drv") ? path : std::string();
}

}  // namespace

void BuildLog::line(std::string_view text) {
  dom::parser parser;
  dom::element message;
  if (!text.starts_with(mark)) return;
  if (parser.parse(simdjson::padded_string(text.substr(mark.size()))).get(message) != simdjson::SUCCESS) return;
  const auto action = text_of(message, "action");
  const auto id = static_cast<std::uint64_t>(number_of(message, "id"));
  if (action == "start" && number_of(message, "type") == activity_build) {
    watch_.began(builds_[id] = first_field(message));
  } else if (action == "msg" && number_of(message, "level") == 0) {
    error(text_of(message, "raw_msg").empty() ? text_of(message, "msg") : text_of(message, "raw_msg"));
  } else if (const auto build = builds_.find(id); build == builds_.end()) {
    return;
  } else if (action == "stop") {
    watch_.ended(build->second);
    builds_.erase(build);
  } else if (action == "result" && number_of(message, "type") == result_line) {
    printed(build->second, first_field(message));
  }
}

void BuildLog::printed(const std::string& drv, std::string_view line) {
  if (line == framed_error_follows) return;
  bool& framed = framed_[drv];
  if (line.starts_with(framed_error) && line.size() > framed_header) {
    framed = true;
    line.remove_prefix(framed_header);
  }
  if (framed) {
    const auto end = line.find('\0');
    framed = end == std::string_view::npos;
    line = line.substr(0, end);
  }
  auto& lines = printed_[drv];
  lines.push_back(without_colours(line));
  if (lines.size() > last_lines) lines.pop_front();
  watch_.printed(drv, lines.back());
}

void BuildLog::error(std::string_view message) {
  const std::string said = without_colours(message);
  if (const std::string drv = derivation_in(said); !drv.empty()) {
    // Messages of a remote builder already start with "error: ".
    errors_.emplace(drv, said.substr(said.starts_with(error_word) ? error_word.size() : 0));
  } else if (!said.starts_with("build of ") && complaints_.size() < most_complaints) {
    complaints_ += (complaints_.empty() ? "" : "\n") + said;
  }
}

std::map<std::string, std::string> BuildLog::failures() const {
  auto out = errors_;
  for (auto& [drv, said] : out) {
    const auto lines = printed_.find(drv);
    if (lines == printed_.end()) continue;
    for (const std::string& line : lines->second) said += "\n> " + line;
  }
  return out;
}

}  // namespace eka::eval
