#include "eval/nix/answers.h"

#include <array>
#include <cstdint>
#include <optional>

#include <simdjson.h>
#include <sys/random.h>

#include "atom/hash/base_n.h"
#include "base/error.h"

namespace eka::eval {
namespace {

std::optional<Answer> read(std::string_view json) {
  simdjson::dom::parser parser;
  simdjson::dom::element answer;
  std::string_view label;
  std::string_view drv_path;
  if (parser.parse(simdjson::padded_string(json)).get(answer) != simdjson::SUCCESS ||
      answer["label"].get(label) != simdjson::SUCCESS || answer["drvPath"].get(drv_path) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  Answer out{.label = std::string(label), .drv_path = std::string(drv_path), .meta = {}, .said = {}};
  if (simdjson::dom::element meta; answer["meta"].get(meta) == simdjson::SUCCESS) out.meta = simdjson::minify(meta);
  return out;
}

}  // namespace

std::vector<Answer> AnswerReader::feed(std::string_view bytes) {
  std::vector<Answer> answers;
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    said_.append(bytes.substr(0, end));
    if (end == std::string_view::npos) break;
    bytes.remove_prefix(end + 1);
    const std::string_view line = std::string_view(said_).substr(line_at_);
    auto answer = line.starts_with(start_) ? read(line.substr(start_.size())) : std::nullopt;
    if (answer) {
      said_.resize(line_at_);
      answer->said = std::move(said_);
      answers.push_back(*std::move(answer));
      said_.clear();
    } else {
      said_ += '\n';
    }
    line_at_ = said_.size();
  }
  return answers;
}

std::string random_mark() {
  std::array<std::uint8_t, 16> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    throw Error(Kind::failure, "cannot get random numbers from the system");
  }
  return atom::hex(bytes);
}

}  // namespace eka::eval
