#include "engine/travel/names.h"

#include <algorithm>
#include <array>

#include "base/take_until.h"
#include "base/text.h"
#include "engine/share/lines.h"

namespace eka::engine {
namespace {

constexpr std::string_view names_title = "eka cache 1";

// The words of a line; the last one is the rest of it.
template <std::size_t count>
std::array<std::string_view, count> words_of(std::string_view line) {
  std::array<std::string_view, count> out;
  for (std::size_t i = 0; i + 1 < count; ++i) out[i] = take_until(line, ' ');
  out[count - 1] = line;
  return out;
}

bool read_statement(std::string_view line, std::vector<store::VouchedSet>& sets) {
  if (line.starts_with("set ")) {
    const auto [word, hex, address] = words_of<3>(line);
    const auto genesis = atom::ObjectId::parse(hex);
    const auto url = atom::Url::parse(address);
    if (!genesis || !url || url->is_local()) return false;
    sets.push_back({*url, *genesis, {}});
    return true;
  }
  const auto [word, name, number, hex] = words_of<4>(line);
  const auto label = atom::Label::parse(name);
  auto version = atom::Version::parse(number);
  const auto rev = atom::ObjectId::parse(hex);
  if (word != "atom" || sets.empty() || !label || !version || !rev) return false;
  sets.back().atoms.push_back({*label, *std::move(version), *rev});
  return true;
}

}  // namespace

std::string write_names(const std::vector<store::VouchedSet>& sets) {
  std::string out = std::string(names_title) + "\n";
  for (const auto& set : sets) {
    out += "set " + set.genesis.hex() + " " + set.reached_at.str() + "\n";
    for (const auto& atom : set.atoms) {
      out += "atom " + atom.label.str() + " " + atom.version.str() + " " + atom.rev.hex() + "\n";
    }
  }
  return out;
}

Result<std::vector<store::VouchedSet>> read_names(std::string_view text) {
  std::vector<store::VouchedSet> out;
  if (take_line(text) != names_title)
    return fail(Kind::integrity, "it is not an exported cache, or one of a newer version of eka");
  while (!text.empty()) {
    const auto line = take_line(text);
    if (!read_statement(line, out)) return fail(Kind::integrity, "invalid line “" + printable(line, 100) + "”");
  }
  return out;
}

}  // namespace eka::engine
