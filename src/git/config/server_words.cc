#include "git/config/server_words.h"

#include <algorithm>

#include "base/text.h"

namespace eka::git {
namespace {

constexpr std::size_t longest_line = 500;
constexpr std::size_t lines_limit = 50;

// The text after "remote:"; empty for lines of git itself and for progress.
std::string_view word_of(std::string_view line) {
  constexpr std::string_view mark = "remote:";
  if (!line.starts_with(mark)) return {};
  line.remove_prefix(mark.size());
  const auto first = line.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  line = line.substr(first, line.find_last_not_of(' ') + 1 - first);
  return line.starts_with("Resolving deltas:") ? std::string_view() : line;
}

// Whether `line` contains the whole name, not only as the beginning or end of another one.
bool names(std::string_view line, std::string_view ref) {
  constexpr std::string_view of_names = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+/";
  const auto continues = [&](std::size_t at) {
    if (at >= line.size()) return false;
    if (of_names.find(line[at]) != std::string_view::npos) return true;
    // A full stop may end a sentence.
    const bool joins = line[at] == '.' || line[at] == '-';
    return joins && at + 1 < line.size() && of_names.find(line[at + 1]) != std::string_view::npos;
  };
  for (auto at = line.find(ref); at != std::string_view::npos; at = line.find(ref, at + 1)) {
    const bool begins = at == 0 || of_names.find(line[at - 1]) == std::string_view::npos;
    if (begins && !continues(at + ref.size())) return true;
  }
  return false;
}

}  // namespace

ServerWords read_server_words(std::string_view errors, const std::vector<std::string>& refs) {
  ServerWords out;
  std::vector<std::string> open;
  std::size_t count = 0;
  while (!errors.empty() && count < lines_limit) {
    const auto end = std::min(errors.find_first_of("\r\n"), errors.size());
    const auto word = word_of(errors.substr(0, end));
    errors.remove_prefix(std::min(end + 1, errors.size()));
    if (word.empty()) continue;
    ++count;
    open.push_back(printable(word, longest_line));
    const auto named = std::ranges::find_if(refs, [&](const auto& ref) { return names(word, ref); });
    if (named == refs.end()) continue;
    auto& lines = out.by_ref[*named];
    lines.insert(lines.end(), open.begin(), open.end());
    open.clear();
  }
  out.general = std::move(open);
  return out;
}

}  // namespace eka::git
