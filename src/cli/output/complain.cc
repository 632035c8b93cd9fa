#include "cli/output/complain.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"

namespace eka::cli {
namespace {

// Enough for a Nix trace; a longer message does not help.
constexpr std::size_t longest_message = 64 << 10;

// All lines except the first, without empty ones.
std::string indented(const std::string& text, std::string_view by) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    out += text[i];
    if (text[i] == '\n' && i + 1 < text.size() && text[i + 1] != '\n') out += by;
  }
  return out;
}

// "planning a, b and 7 more": contexts that begin with the same word; of one kind of context, cut after some.
std::string enumerated(const std::vector<std::string>& contexts) {
  constexpr std::size_t longest_list = 10;
  const std::string verb = contexts.front().substr(0, contexts.front().find(' ') + 1);
  std::string out = verb;
  for (std::size_t i = 0; i < std::min(contexts.size(), longest_list); ++i) {
    if (i > 0) out += i + 1 == contexts.size() ? " and " : ", ";
    out += contexts[i].substr(verb.size());
  }
  if (contexts.size() > longest_list) out += fmt::format(" and {} more", contexts.size() - longest_list);
  return out;
}

// One error for several that differ in their contexts.
Error merged(const std::vector<const Error*>& group) {
  const Error& first = *group.front();
  Error out(first.kind(), first.message());
  std::set<std::string> seen;                                 // contexts of any
  std::map<std::string, std::size_t> times;                   // how many errors have each context
  std::vector<std::string> order;                             // of their first occurrence
  std::map<std::string, std::vector<std::string>> different;  // by verb: contexts that not all errors have
  for (const Error* const error : group) {
    for (const std::string& context : std::set(error->context().begin(), error->context().end())) ++times[context];
    for (const std::string& context : error->context()) {
      if (seen.insert(context).second) order.push_back(context);
    }
  }
  const auto verb_of = [](const std::string& context) { return context.substr(0, context.find(' ')); };
  for (const std::string& context : order) {
    if (times[context] < group.size()) different[verb_of(context)].push_back(context);
  }
  for (const std::string& context : order) {
    if (times[context] == group.size()) {
      out.within(context);
    } else if (auto list = std::exchange(different[verb_of(context)], {}); !list.empty()) {
      out.within(enumerated(list));
    }
  }
  return std::move(out).with_hint(first.hint());
}

}  // namespace

int exit_code(Kind kind) {
  switch (kind) {
    case Kind::failure:
      return 1;
    case Kind::usage:
      return 2;
    case Kind::unsatisfiable:
      return 3;
    case Kind::remote:
      return 4;
    case Kind::evaluation:
      return 5;
    case Kind::integrity:
      return 6;
    case Kind::offline:
      return 7;
  }
  return 1;
}

int most_severe(const std::vector<int>& codes) {
  if (codes.empty()) return 0;
  const int highest = std::ranges::max(codes);
  const bool only_usage = std::ranges::all_of(codes, [](int code) { return code == exit_code(Kind::usage); });
  return highest >= 3 || only_usage ? highest : 1;
}

int exit_code(const std::vector<Error>& errors) {
  std::vector<int> codes;
  for (const auto& error : errors) codes.push_back(exit_code(error.kind()));
  return most_severe(codes);
}

Text describe(const Error& error, const Palette& palette) {
  const auto shown = [](const std::string& text) { return printable(text, longest_message, true); };
  Text out = palette.red("error:") + " " + indented(shown(error.message()), "       ") + "\n";
  for (const auto& context : error.context()) out += "  while " + shown(context) + "\n";
  if (!error.hint().empty()) {
    out += "  " + palette.cyan("help:") + " " + indented(shown(error.hint()), "        ") + "\n";
  }
  return out;
}

Text describe(const std::vector<Error>& errors, const Palette& palette) {
  std::map<std::tuple<Kind, std::string, std::string>, std::size_t> known;
  std::vector<std::vector<const Error*>> groups;  // in the order of their first errors
  for (const auto& error : errors) {
    const auto [place, is_new] = known.try_emplace({error.kind(), error.message(), error.hint()}, groups.size());
    if (is_new) groups.emplace_back();
    groups[place->second].push_back(&error);
  }
  Text out;
  for (const auto& group : groups) out += describe(merged(group), palette);
  return out;
}

Text warning_text(const std::string& text, const Palette& palette) {
  return palette.yellow("warning:") + " " + indented(printable(text, longest_message, true), "         ") + "\n";
}

}  // namespace eka::cli
