// Help, man pages, reference and completion say the same: each command, option, key and variable is in all of them.
#include <algorithm>
#include <set>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "atom/config/config.h"
#include "atom/manifest/manifest.h"
#include "cli/app.h"
#include "cli/manual/completion.h"
#include "cli/manual/man_page.h"
#include "cli/manual/topics.h"

using namespace eka;
using namespace eka::cli;

namespace {

class NoNames : public KnownNames {
 public:
  std::vector<std::string> aliases() const override { return {}; }
  std::vector<std::string> sets() const override { return {}; }
  std::vector<std::string> labels(const std::string&) const override { return {}; }
  std::vector<std::string> versions(const std::string&, const std::string&) const override { return {}; }
};

struct DeclaredProgram {
  DeclaredProgram() { declare(app, common, action); }
  CLI::App app;
  Common common;
  Action action;
};

std::vector<std::string> words_of(const Page& page) {
  std::vector<std::string> out;
  std::istringstream words(page.name);
  std::string word;
  words >> word;  // eka
  while (words >> word) out.push_back(word);
  return out;
}

std::set<std::string> completed(const CLI::App& app, std::vector<std::string> words, const std::string& last) {
  words.push_back(last);
  std::set<std::string> out;
  for (const auto& candidate : complete(app, words, NoNames()).candidates) out.insert(candidate.value);
  return out;
}

// As roff writes it.
std::string in_roff(std::string text) {
  for (std::size_t at = 0; (at = text.find('-', at)) != std::string::npos; at += 2) text.insert(at, "\\");
  return text;
}

std::string one_line(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  for (std::size_t at = 0; (at = text.find("  ")) != std::string::npos;) text.erase(at, 1);
  return text;
}

}  // namespace

TEST_CASE("each command and option is in help, man page, reference and completion") {
  const DeclaredProgram eka;
  const auto pages = all_pages(eka.app);
  CHECK(pages.size() > 20);
  const auto everything = reference(eka.app);
  for (const auto& page : pages) {
    CAPTURE(page.name);
    const auto help = one_line(page.app->get_formatter()->make_help(page.app, page.name, CLI::AppFormatMode::Normal));
    const auto man = man_page(eka.app, page, "1.0");
    CHECK(everything.contains("## " + page.name + "\n"));
    CHECK(help.contains("Usage: " + page.name + " "));
    CHECK_FALSE(page.app->get_description().empty());
    const auto words = words_of(page);
    const auto flags = completed(eka.app, words, "-");
    for (const auto* option : options(*page.app)) {
      for (const auto& name : option->get_lnames()) {
        CAPTURE(name);
        CHECK(flags.contains("--" + name));
        CHECK(help.contains("--" + name));
        CHECK(man.contains(in_roff("--" + name)));
        CHECK(everything.contains("--" + name));
      }
      CHECK_FALSE(option->get_description().empty());
      CHECK(help.contains(one_line(option->get_description())));
    }
    const auto below = completed(eka.app, words, "");
    for (const auto* each : subcommands(*page.app)) {
      CHECK(below.contains(each->get_name()));
      CHECK(help.contains(each->get_description()));
      CHECK(man.contains(in_roff("\n\\fB" + each->get_name())));
    }
  }
}

TEST_CASE("each key and variable is in help, man page, reference and completion") {
  const DeclaredProgram eka;
  const auto man = man_page(eka.app, all_pages(eka.app).front(), "1.0");
  const auto everything = reference(eka.app);
  const auto topics_completed = completed(eka.app, {"help"}, "");
  const auto keys_completed = completed(eka.app, {"config"}, "");
  for (const auto& key : atom::Config::keys()) {
    CAPTURE(key.path);
    CHECK_FALSE(key.help.empty());
    CHECK(keys_completed.contains(key.path));
    for (const auto& name : {key.path, key.variable}) {
      CHECK(find_entry(eka.app, name));
      CHECK(topics_completed.contains(name));
      CHECK(man.contains("\n\\fB" + in_roff(name) + "\\fR\n"));
      CHECK(everything.contains("| `" + name + "` |"));
    }
  }
  for (const auto& variable : environment_variables()) CHECK(man.contains(in_roff(variable.name)));
}

TEST_CASE("each example of a manifest is one") {
  const DeclaredProgram eka;
  const auto man = man_page(eka.app, all_pages(eka.app).front(), "1.0");
  for (const auto& row : manifest_keys()) {
    CAPTURE(row.name);
    std::string text;
    // The line itself, and what a manifest needs besides.
    for (const auto* other : {"package.label = \"a\"", "package.version = \"0.1.0\"",
                              "package.sets.company = \"https://example.com/x\"", "compose.as.nix = \".\""}) {
      const std::string key(other, std::string_view(other).find(' '));
      const bool same = row.name.starts_with(key) || (row.name.starts_with("compose.") && key.starts_with("compose."));
      if (!same) text += std::string(other) + "\n";
    }
    const auto parsed = atom::Manifest::parse(text + row.name + "\n", "atom.toml");
    CHECK_MESSAGE(parsed, parsed.error().message());
    CHECK(man.contains(in_roff(row.name)));
  }
}

TEST_CASE("the example of a command is one of that command, and each command without subcommands has one") {
  const DeclaredProgram eka;
  for (const auto& page : all_pages(eka.app)) {
    CAPTURE(page.name);
    const auto lines = examples(*page.app);
    CHECK_FALSE(lines.empty());
    for (const auto& line : lines) CHECK(line.starts_with(page.name));
  }
}

TEST_CASE("a short option has one kind of value") {
  const DeclaredProgram eka;
  std::map<std::string, std::string> kinds;
  for (const auto& page : all_pages(eka.app)) {
    for (const auto* option : options(*page.app)) {
      for (const auto& name : option->get_snames()) {
        CAPTURE(page.name);
        CAPTURE(name);
        const auto kind = value_name(*option);
        CHECK(kinds.try_emplace(name, kind).first->second == kind);
      }
    }
  }
}

TEST_CASE("roff: text is not taken for requests or escapes") {
  CLI::App app(".dotted \\ `x` -y", "a-b");
  app.footer("Example:\n  a-b 'c'\n");
  const auto text = man_page(app, {"a-b", &app}, "1.0-2");
  CHECK(text.contains("a\\-b \\- \\&.dotted \\e \\(gax\\(ga \\-y"));
  CHECK(text.contains("\na\\-b 'c'\n"));
  CHECK(text.starts_with(".TH A\\-B 1 \"\" \"eka 1.0\\-2\""));
}
