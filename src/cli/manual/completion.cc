#include "cli/manual/completion.h"

#include <algorithm>
#include <ranges>

#include "base/ascii.h"
#include "cli/manual/topics.h"
#include "cli/option/options.h"

namespace eka::cli {
namespace {

constexpr std::string_view operators = "^=<>~";

class Completer {
 public:
  Completer(const CLI::App& program, const KnownNames& names) : program_(program), command_(&program), names_(names) {}

  Completion finish(const std::vector<std::string>& words) {
    for (const auto& word : words | std::views::take(words.size() - 1)) read(word);
    word_ = words.back();
    if (pending_ != nullptr) {
      add_values(*pending_, "");
    } else if (!only_arguments_ && word_.starts_with('-')) {
      add_options();
    } else {
      if (!only_arguments_) add_commands();
      add_argument();
    }
    return std::move(out_);
  }

 private:
  // A word before the last one.
  void read(const std::string& word) {
    if (pending_ != nullptr) {
      pending_ = nullptr;
    } else if (!only_arguments_ && word == "--") {
      only_arguments_ = true;
    } else if (!only_arguments_ && word.starts_with('-') && word.size() > 1) {
      read_option(word);
    } else if (const auto* next = only_arguments_ ? nullptr : subcommand(word)) {
      command_ = next;
      seen_ = 0;
    } else {
      ++seen_;
      said_.push_back(word);
    }
  }

  void read_option(const std::string& word) {
    if (word.starts_with("--")) {
      if (word.find('=') != std::string::npos) return;
      const auto* option = find(word.substr(2), &CLI::Option::get_lnames);
      if (option != nullptr && takes_next(*option)) pending_ = option;
      return;
    }
    // "-vj4": the value of an option with a value follows, in this word or as the next one.
    for (std::size_t i = 1; i < word.size(); ++i) {
      const auto* option = find(word.substr(i, 1), &CLI::Option::get_snames);
      if (option == nullptr || !takes_next(*option)) continue;
      if (i + 1 == word.size()) pending_ = option;
      return;
    }
  }

  // An optional value can only be given with "=".
  static bool takes_next(const CLI::Option& option) {
    return option.get_type_size() != 0 && option.get_expected_min() > 0;
  }

  const CLI::Option* find(const std::string& name,
                          const std::vector<std::string>& (CLI::Option::*names)() const) const {
    for (const auto* app = command_; app != nullptr; app = app->get_parent()) {
      for (const auto* option : options(*app)) {
        if (std::ranges::find((option->*names)(), name) != (option->*names)().end()) return option;
      }
    }
    return nullptr;
  }

  const CLI::App* subcommand(const std::string& word) const {
    for (const auto* each : subcommands(*command_)) {
      if (each->get_name() == word) return each;
    }
    return nullptr;
  }

  void add(const std::string& value, const std::string& help = "") {
    if (!value.starts_with(word_)) return;
    const auto same = std::ranges::find(out_.candidates, value, &Candidate::value);
    if (same == out_.candidates.end()) out_.candidates.push_back({value, help});
  }

  void add_options() {
    if (const auto equals = word_.find('='); equals != std::string::npos && word_.starts_with("--")) {
      const auto* option = find(word_.substr(2, equals - 2), &CLI::Option::get_lnames);
      if (option != nullptr) add_values(*option, word_.substr(0, equals + 1));
      return;
    }
    for (const auto* app = command_; app != nullptr; app = app->get_parent()) {
      for (const auto* option : options(*app)) {
        for (const auto& name : option->get_lnames()) add("--" + name, option->get_description());
        for (const auto& name : option->get_snames()) add("-" + name, option->get_description());
      }
    }
  }

  void add_commands() {
    if (seen_ > 0) return;
    for (const auto* each : subcommands(*command_)) add(each->get_name(), each->get_description());
  }

  void add_argument() {
    const auto list = arguments(*command_);
    if (list.empty()) return;
    const auto index = std::min(seen_, list.size() - 1);
    if (seen_ >= list.size() && !takes_many(*list[index])) return;
    add_values(*list[index], "");
  }

  // The values of an option or argument, by the name of its value. `prefix` is "--option=".
  void add_values(const CLI::Option& option, const std::string& prefix) {
    const auto kind = value_name(option);
    for (const auto& word : words_of(option)) add(prefix + word);
    const auto take = [&](const std::vector<std::string>& values) {
      for (const auto& value : values) add(prefix + value);
    };
    if (kind == "BOOL") take({"true", "false"});
    if (kind == "PLATFORM")
      take({"x86_64-linux", "aarch64-linux", "i686-linux", "armv7l-linux", "riscv64-linux", "x86_64-darwin",
            "aarch64-darwin"});
    if (kind == "ATOM" || kind == "LABEL") take(names_.labels(""));
    if (kind == "KEY") add_rows(configuration_keys(program_));
    if (kind == "TOPIC") add_topics();
    if (kind == "URI") add_uris(prefix);
    if (kind == "URL") take(names_.sets());
    if (kind == "FILE") out_.files = Completion::Files::all;
    if (kind == "DIR" || kind == "PATH" || kind == "ATOM" || kind == "URL") {
      out_.files = Completion::Files::directories;
    }
  }

  void add_rows(const std::vector<Row>& rows) {
    for (const auto& row : rows) add(row.name.substr(0, row.name.find(',')), row.text);
  }

  // After `eka help`: the commands below those that are already typed; topics, keys and variables.
  void add_topics() {
    const auto* command = find_command(program_, said_);
    if (command != nullptr) {
      for (const auto* each : subcommands(*command)) add(each->get_name(), each->get_description());
    }
    if (!said_.empty()) return;
    for (const auto& topic : topics(program_)) add(topic.name, topic.summary);
    add_rows(configuration_keys(program_));
    add_rows(environment_variables());
  }

  // "::label", "alias:…", "place::label", "place::label@version"
  void add_uris(const std::string& prefix) {
    const auto typed = word_.substr(prefix.size());
    const auto separator = typed.rfind("::");
    if (separator == std::string::npos) {
      for (const auto& label : names_.labels("")) add(prefix + "::" + label, "atom of this set");
      for (const auto& set : names_.sets()) add(prefix + set + "::", "set in the cache");
      for (const auto& alias : names_.aliases()) add(prefix + alias + ":", "alias");
      out_.files = Completion::Files::directories;
      return;
    }
    const auto place = typed.substr(0, separator);
    const auto name = typed.substr(separator + 2);
    const auto at = name.find('@');
    if (at == std::string::npos) {
      for (const auto& label : names_.labels(place)) add(prefix + place + "::" + label);
      return;
    }
    const auto begin = prefix + place + "::" + name.substr(0, at + 1);
    const auto requirement = name.substr(at + 1);
    const auto how = requirement.substr(0, requirement.find_first_not_of(operators));
    for (const auto& version : names_.versions(place, name.substr(0, at)) | std::views::reverse) {
      add(begin + how + version);
    }
  }

  const CLI::App& program_;
  const CLI::App* command_;
  const KnownNames& names_;
  const CLI::Option* pending_ = nullptr;  // the next word is its value
  bool only_arguments_ = false;           // after "--"
  std::size_t seen_ = 0;                  // arguments of the command
  std::vector<std::string> said_;         // these arguments
  std::string word_;
  Completion out_;
};

bool is_assignment(const std::string& word) {
  const auto equals = word.find('=');
  if (equals == std::string::npos || equals == 0) return false;
  const auto is_name = [](char c) { return is_alphanumeric(c) || c == '_'; };
  return std::ranges::all_of(word.substr(0, equals), is_name);
}

}  // namespace

Completion complete(const CLI::App& program, const std::vector<std::string>& words, const KnownNames& names) {
  return Completer(program, names).finish(words.empty() ? std::vector<std::string>{""} : words);
}

std::vector<std::string> words_of_line(std::string_view line) {
  std::vector<std::string> out = {""};
  char quote = '\0';
  bool in_word = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quote != '\0') {
      if (c == quote) {
        quote = '\0';
      } else if (c == '\\' && quote == '"' && i + 1 < line.size()) {
        out.back() += line[++i];
      } else {
        out.back() += c;
      }
    } else if (c == ' ' || c == '\t' || c == '\n') {
      if (in_word) out.emplace_back();
      in_word = false;
      continue;
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == '\\' && i + 1 < line.size()) {
      out.back() += line[++i];
    } else {
      out.back() += c;
    }
    in_word = true;
  }
  while (out.size() > 1 && is_assignment(out.front())) out.erase(out.begin());
  out.erase(out.begin());  // the program
  if (out.empty()) out.emplace_back();
  return out;
}

std::string for_bash(const std::string& candidate, const std::string& last_word, std::string_view breaks) {
  const auto last = last_word.find_last_of(breaks);
  return last == std::string::npos ? candidate : candidate.substr(last + 1);
}

std::string completion_lines(const Completion& completion) {
  std::string out;
  for (const auto& [value, help] : completion.candidates)
    out += help.empty() ? value + "\n" : value + "\t" + help + "\n";
  if (completion.files == Completion::Files::all) out += "#files\n";
  if (completion.files == Completion::Files::directories) out += "#directories\n";
  return out;
}

}  // namespace eka::cli
