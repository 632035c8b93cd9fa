#include "eval/report/failure.h"

#include <algorithm>
#include <csignal>
#include <vector>

#include <simdjson.h>

#include "base/text.h"
#include "eval/report/colours.h"
#include "eval/report/origin.h"
#include "eval/report/trace.h"
#include "eval/sandbox/nixec.h"
#include "eval/store/derivation.h"

namespace eka::eval {
namespace {

constexpr std::size_t longest_shown = 16 << 10;

// Nix's garbage collector prints this in a sandbox without /proc and when memory is low; it does not concern the atom.
constexpr std::string_view collector_warning = "GC Warning: ";

// How builtins.warn appears where it is supplied to an older Nix (nix/newer.nix).
constexpr std::string_view trace_word = "trace: ";
constexpr std::string_view supplied_warning = "trace: evaluation warning: ";

std::string mebibytes(std::uint64_t bytes) {
  return std::to_string(bytes >> 20) + " MiB";
}

// --- breaches of the contract ---------------------------------------------------------------------------------------

std::string remote(simdjson::dom::element object, const char* key) {
  std::string_view text;
  return object[key].get(text) == simdjson::SUCCESS ? printable(text, 200) : std::string();
}

std::vector<std::string> names_in(simdjson::dom::element object) {
  std::vector<std::string> names;
  simdjson::dom::array array;
  if (object["names"].get(array) != simdjson::SUCCESS) return names;
  constexpr std::size_t most = 1'000;
  for (const simdjson::dom::element name : array) {
    if (names.size() == most) break;
    std::string_view text;
    if (name.get(text) == simdjson::SUCCESS) names.push_back(printable(text, 100));
  }
  return names;
}

std::string enumerate(const std::vector<std::string>& names) {
  constexpr std::size_t most = 8;
  if (names.empty()) return "nothing";
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < most; ++i) text += (i == 0 ? "`" : ", `") + names[i] + "`";
  return names.size() > most ? text + ", …" : text;
}

// In the messages of errors that is_library() recognizes.
constexpr std::string_view without_main = " has no attribute `main`; it ";
constexpr std::string_view not_a_set = ", not a set with a derivation `main`";

Error no_main(const std::string& atom, const std::vector<std::string>& names) {
  Error error(Kind::evaluation,
              atom + std::string(without_main) + (names.empty() ? "is an empty set" : "has " + enumerate(names)));
  const std::string near = nearest("main", names);
  return std::move(error).with_hint(near.empty()
                                        ? "the expression of an atom must evaluate to a set with a derivation `main`"
                                        : "did you mean `main` instead of `" + near + "`?");
}

std::optional<Error> breach(std::string_view text) {
  constexpr std::string_view marker = "eka-contract {";
  const std::size_t start = text.find(marker);
  if (start == std::string_view::npos) return std::nullopt;
  std::string_view line = text.substr(start + marker.size() - 1);
  line = line.substr(0, line.find('\n'));
  line = line.substr(0, line.rfind('}') + 1);
  simdjson::dom::parser parser;
  simdjson::dom::element details;
  if (parser.parse(simdjson::padded_string(line)).get(details) != simdjson::SUCCESS) return std::nullopt;

  const std::string what = remote(details, "breach");
  const std::string atom = "the atom " + remote(details, "label") + " " + remote(details, "version");
  const std::string found = remote(details, "found");
  if (what == "no-main") return no_main(atom, names_in(details));
  if (what == "not-a-set") {
    return Error(Kind::evaluation, "the value of " + atom + " is " + found + std::string(not_a_set));
  }
  if (what == "main-not-a-derivation") {
    Error error(Kind::evaluation, "`main` of " + atom + " is " + found + ", not a derivation");
    const std::vector<std::string> names = names_in(details);
    if (names.empty()) return error;
    return std::move(error).with_hint("it contains the derivations " + enumerate(names) +
                                      "; set `main` to one of them, or create an atom for each");
  }
  if (what == "main-without-drv-path") {
    return Error(Kind::evaluation, "`main` of " + atom + " has type \"derivation\" but no `drvPath`")
        .with_hint("create derivations with `derivation` or a function that calls it");
  }
  if (what == "composer-not-a-function") {
    return Error(Kind::evaluation, atom + " cannot be evaluated: its composer " + remote(details, "composer") + " is " +
                                       found + ", not a function");
  }
  return std::nullopt;
}

// --- errors of Nix ---------------------------------------------------------------------------------------------------

// "x" of "attribute 'x' missing".
std::optional<std::string> missing_attribute(std::string_view message) {
  constexpr std::string_view before = "attribute '";
  const auto end = message.find("' missing");
  if (!message.starts_with(before) || end == std::string_view::npos) return std::nullopt;
  return std::string(message.substr(before.size(), end - before.size()));
}

template <class Range>
std::string did_you_mean(const std::string& word, const Range& candidates) {
  const std::string near = nearest(word, candidates);
  return near.empty() ? "" : "; did you mean `" + near + "`?";
}

// Hint for an atom that uses a dependency it does not declare.
std::string dependency_hint(const std::string& missing, std::string_view message, const Origin& origin) {
  std::vector<std::string> tags;
  for (const auto& [tag, labels] : origin.dependencies) tags.push_back(tag);
  if (message.contains("from." + missing)) {
    if (tags.empty()) return origin.atoms.front() + " declares no dependencies";
    return origin.atoms.front() + " depends on atoms of " + (tags.size() == 1 ? "set " : "sets ") + enumerate(tags) +
           did_you_mean(missing, tags);
  }
  for (const auto& [tag, labels] : origin.dependencies) {
    if (!message.contains("from." + tag + "." + missing)) continue;
    return origin.atoms.front() + " depends on these atoms of set `" + tag + "`: " + enumerate(labels) +
           did_you_mean(missing, labels);
  }
  return {};
}

// "lib.nix" of "getting status of '/nix/store/<hash>-label/lib.nix': No such file or directory" or "path
// '/nix/store/<hash>-label/lib.nix' does not exist".
std::optional<std::string> missing_file(std::string_view message) {
  constexpr std::string_view store = "'/nix/store/";
  const auto start = message.find(store);
  const auto end = std::min(message.find("': No such file or directory"), message.find("' does not exist"));
  if (start == std::string_view::npos || end == std::string_view::npos || end < start) return std::nullopt;
  const auto slash = message.find('/', start + store.size());
  if (slash >= end) return std::nullopt;
  return std::string(message.substr(slash + 1, end - slash - 1));
}

std::string hint_for(const Trace& trace, const std::optional<Origin>& origin) {
  if (trace.message.contains("'allow-import-from-derivation' is disabled")) {
    return "use --allow-ifd to allow import-from-derivation";
  }
  // A directory that cannot be listed is one of the sandbox (sandbox.h).
  if ((trace.message.starts_with("access to ") && trace.message.contains(" is forbidden in restricted mode")) ||
      (trace.message.contains("ing directory ") && trace.message.contains("Permission denied"))) {
    return "an atom can read only its own files and its dependencies";
  }
  if (const auto file = missing_file(trace.message)) {
    return "`" + printable(*file, 200) +
           "` is not part of the atom; an atom consists of the files in its directory, except those ignored by git";
  }
  if (trace.message.starts_with("infinite recursion")) return "a value depends on itself";
  const auto missing = missing_attribute(trace.message);
  if (missing && origin) return printable(dependency_hint(*missing, trace.message, *origin), 1000);
  return {};
}

bool says_out_of_memory(std::string_view text) {
  return text.starts_with("out of memory") || text.contains("std::bad_alloc");
}

Error evaluation_failed(const Ending& ending) {
  const auto trace = Trace::read(ending.errors);
  if (!trace) {
    return Error(Kind::evaluation, "the evaluator failed: " + printable(trimmed(ending.errors), longest_shown, true));
  }
  if (auto broken = breach(ending.errors.substr(report_start(ending.errors)))) return *std::move(broken);
  if (says_out_of_memory(trace->message)) {
    return Error(Kind::evaluation, "evaluation exceeded the memory limit of " + mebibytes(ending.memory_limit));
  }
  const auto origin = find_origin(ending.closure, trace->places());
  Error error(Kind::evaluation, trace->told(ending.whole_trace));
  // The caller adds the context of the planned atom.
  if (origin && origin->atoms.size() > 1) error.within(printable(origin->sentence(), 2000));
  return std::move(error).with_hint(hint_for(*trace, origin));
}

// --- other endings ---------------------------------------------------------------------------------------------------

Error killed(int signal, const Ending& ending) {
  switch (signal) {
    case SIGALRM:
      return Error(Kind::evaluation,
                   "evaluation timed out after " + std::to_string(ending.wall_limit.count()) + " seconds");
    case SIGSYS:
      return Error(Kind::evaluation, "the evaluator made a system call that the sandbox does not allow");
    case SIGSEGV:
      return Error(Kind::evaluation, "the evaluator crashed, possibly because of too deep recursion");
    case SIGABRT:
      return Error(Kind::evaluation, "the evaluator aborted, possibly because it exceeded the memory limit of " +
                                         mebibytes(ending.memory_limit));
    case SIGKILL:
      if (ending.took >= ending.cpu_limit) {
        return Error(Kind::evaluation, "evaluation exceeded the CPU time limit of " +
                                           std::to_string(ending.cpu_limit.count()) + " seconds");
      }
      return Error(Kind::evaluation, "the evaluator was killed, possibly because the system ran out of memory");
    default:
      return Error(Kind::evaluation, "the evaluator was terminated by signal " + std::to_string(signal));
  }
}

Error no_sandbox(const Ending& ending) {
  const std::string said = printable(trimmed(ending.errors), longest_shown, true);
  if (!ending.obstacle) {
    return Error(Kind::failure, "creating the sandbox failed: " + said)
        .with_hint(
            "bubblewrap needs user namespaces; see the sysctls kernel.unprivileged_userns_clone, "
            "user.max_user_namespaces and kernel.apparmor_restrict_unprivileged_userns");
  }
  return Error(Kind::failure, "creating the sandbox failed: " + ending.obstacle->why + "\n" + said)
      .with_hint(ending.obstacle->help);
}

}  // namespace

Error explain(const Ending& ending) {
  if (ending.signal) return killed(*ending.signal, ending);
  // bwrap exits with 128 + the signal that terminated its command.
  if (ending.code && *ending.code > 128) return killed(*ending.code - 128, ending);
  if (ending.code == nixec_failed) return Error(Kind::failure, printable(trimmed(ending.errors), longest_shown, true));
  if (ending.errors.starts_with("bwrap: ")) return no_sandbox(ending);
  return evaluation_failed(ending);
}

bool is_library(const Error& error) {
  const auto& message = error.message();
  if (error.kind() != Kind::evaluation) return false;
  return (message.starts_with("the atom ") && message.find(without_main) != std::string::npos) ||
         (message.starts_with("the value of the atom ") && message.ends_with(not_a_set));
}

Exhausted exhausted(const Ending& ending) {
  // bwrap exits with 128 + the signal that terminated its command.
  const int signal = ending.signal ? *ending.signal : ending.code ? *ending.code - 128 : 0;
  if (signal == SIGALRM || (signal == SIGKILL && ending.took >= ending.cpu_limit)) return Exhausted::time;
  if (signal == SIGABRT || signal == SIGKILL) return Exhausted::memory;
  if (signal > 0) return Exhausted::nothing;
  const auto trace = Trace::read(ending.errors);
  const bool memory = trace && says_out_of_memory(trace->message);
  return memory ? Exhausted::memory : Exhausted::nothing;
}

std::string messages_of(std::string_view errors) {
  std::string_view rest = errors.substr(0, report_start(errors));
  std::string kept;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    if (!line.starts_with(collector_warning)) {
      kept.append(line.substr(line.starts_with(supplied_warning) ? trace_word.size() : 0)).append("\n");
    }
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  }
  return printable(without_colours(trimmed(kept)), longest_shown, true);
}

}  // namespace eka::eval
