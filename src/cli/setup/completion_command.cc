// eka completion SHELL: the script for a shell; eka complete SHELL WORD…: what the script calls on every Tab.
#include <iterator>
#include <memory>

#include <fmt/format.h>

#include "cli/command/command.h"
#include "cli/command/complete.h"
#include "cli/command/settings.h"
#include "cli/manual/completion.h"
#include "cli/output/print.h"
#include "engine/maintain/known.h"
#include "engine/workspace/new_atom.h"
#include "engine/workspace/package_set.h"

namespace eka::cli {
namespace {

// Errors mean that nothing is known: completion has no place to report them.
template <class Value>
Value or_nothing(const std::function<Value()>& read) {
  try {
    return read();
  } catch (const std::exception&) {
    return {};
  }
}

class NamesOfMachine : public KnownNames {
 public:
  std::vector<std::string> aliases() const override {
    return or_nothing<std::vector<std::string>>([&] {
      std::vector<std::string> out;
      const auto settings = config();
      for (const auto& [name, expansion] : settings.aliases().entries()) out.push_back(name);
      return out;
    });
  }

  std::vector<std::string> sets() const override {
    return or_nothing<std::vector<std::string>>([&] {
      std::vector<std::string> out;
      for (const auto& set : cached().all()) out.push_back(set.url);
      return out;
    });
  }

  std::vector<std::string> labels(const std::string& place) const override {
    return or_nothing<std::vector<std::string>>([&] {
      std::vector<std::string> out;
      if (const auto set = working_set(place)) {
        for (const auto& [label, atom] : set->atoms) out.push_back(label.str());
      } else if (const auto* known = known_set(place)) {
        for (const auto& [label, versions] : known->atoms) out.push_back(label.str());
      }
      return out;
    });
  }

  std::vector<std::string> versions(const std::string& place, const std::string& label) const override {
    return or_nothing<std::vector<std::string>>([&] {
      std::vector<std::string> out;
      const auto name = unwrap(atom::Label::parse(label));
      if (const auto set = working_set(place)) {
        out.push_back(set->atoms.at(name).manifest.version.str());
      } else if (const auto* known = known_set(place)) {
        for (const auto& version : known->atoms.at(name)) out.push_back(version.str());
      }
      return out;
    });
  }

 private:
  static atom::Config config() { return read_configuration({}); }

  // Read once, when it is first needed.
  const engine::KnownSets& cached() const {
    if (!cached_) cached_.emplace(std::filesystem::absolute(config().cache_root()));
    return *cached_;
  }

  // The set in the working tree at `place`; nothing if it is a URL or no such tree.
  static std::optional<engine::PackageSet> working_set(const std::string& place) {
    namespace fs = std::filesystem;
    std::error_code ignored;
    if (place.find(':') != std::string::npos || (!place.empty() && !fs::exists(fs::path(place), ignored))) {
      return std::nullopt;
    }
    const auto root = engine::find_set(place.empty() ? fs::path(".") : fs::path(place));
    return unwrap(engine::read_package_set(engine::files_of(root)));
  }

  const store::KnownSet* known_set(const std::string& place) const {
    auto url = unwrap(atom::parse_direct_uri(place, config().aliases()));
    make_absolute(url);
    if (const auto repository = url.for_repository()) url = *repository;
    return cached().at(url);
  }

  mutable std::optional<engine::KnownSets> cached_;
};

std::string lines_for_bash(Completion found, const std::string& last, const std::string& breaks) {
  for (auto& candidate : found.candidates) candidate = {for_bash(candidate.value, last, breaks), ""};
  return completion_lines(found);
}

int show_script(const std::string& shell) {
  print(Text(*completion_script(shell)));
  return 0;
}

}  // namespace

int run_completion(const CLI::App& program, const std::vector<std::string>& words) {
  if (words.empty()) return 0;
  const NamesOfMachine names;
  if (words.front() == "bash") {
    const auto typed = words_of_line(words.size() > 1 ? words[1] : "");
    const std::string breaks = words.size() > 2 ? words[2] : " \t\n\"'@><=;|&(:";
    print(lines_for_bash(complete(program, typed, names), typed.back(), breaks));
  } else {
    print(completion_lines(complete(program, {std::next(words.begin()), words.end()}, names)));
  }
  return 0;
}

void add_completion(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("completion", "print the completion script for a shell");
  const auto shell = std::make_shared<std::string>();
  command->add_option("shell", *shell, "bash, fish or zsh")->type_name("SHELL")->required()->check(one_of(shells()));
  command->footer(
      "Examples:\n  eka completion bash >~/.local/share/bash-completion/completions/eka\n"
      "  eka completion fish >~/.config/fish/completions/eka.fish\n");
  command->callback([shell, &action] { action = [shell](const Common&) { return show_script(*shell); }; });
}

}  // namespace eka::cli
