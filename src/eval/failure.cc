#include "eval/failure.h"

#include <algorithm>
#include <csignal>
#include <vector>

#include <simdjson.h>

#include "error/text.h"
#include "eval/derivation.h"
#include "eval/nixec.h"

namespace eka::eval {
namespace {

constexpr std::size_t longest_text = 16 << 10;

// Nix's garbage collector says this of a room without /proc, and when memory runs out; neither is the atom's business.
constexpr std::string_view collector_warning = "GC Warning: ";

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
  for (const simdjson::dom::element name : array) {
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

Error no_main(const std::string& atom, const std::vector<std::string>& names) {
  Error error(Kind::evaluation, atom + " has no `main`: its value is a set that holds " + enumerate(names));
  const std::string near = nearest("main", names);
  return std::move(error).with_hint(near.empty() ? "only an atom whose value has a derivation `main` can be planned"
                                                 : "is `" + near + "` what should be called `main`?");
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
    return Error(Kind::evaluation, "the value of " + atom + " is " + found + ", not a set with a derivation `main`");
  }
  if (what == "main-not-a-derivation") {
    return Error(Kind::evaluation, "`main` of " + atom + " is " + found + ", not a derivation");
  }
  if (what == "main-without-drv-path") {
    return Error(Kind::evaluation, "`main` of " + atom + " calls itself a derivation, but has no `drvPath`")
        .with_hint("make it with `derivation`, or with a function that does");
  }
  if (what == "composer-not-a-function") {
    return Error(Kind::evaluation, atom + " is composed with the atom " + remote(details, "composer") +
                                       ", whose value is " + found + ", not a function");
  }
  return std::nullopt;
}

// --- what Nix says
// ----------------------------------------------------------------------------------------------------

// Where its report begins: the last line that starts with "error:" (Nix indents the lines of a message, so that no
// text of an atom can begin one, except by tracing before).
std::size_t report_start(std::string_view errors) {
  const std::size_t last = errors.rfind("\nerror:");
  if (last != std::string_view::npos) return last + 1;
  return errors.starts_with("error:") ? 0 : std::string_view::npos;
}

constexpr std::string_view frame_mark = "\n       … ";

// Does this frame speak of our own expressions, or of the command line?
bool is_ours(std::string_view frame) {
  for (const std::string_view place : {"at /eka/nix/", "at (stdin)", "at «stdin»"}) {
    if (frame.contains(place)) return true;
  }
  return false;
}

// "at /nix/store/<hash>-label/file.nix:1:2" becomes "at label/file.nix:1:2".
std::string without_hashes(std::string_view text) {
  constexpr std::string_view mark = "at /nix/store/";
  constexpr std::size_t hash = 33;
  std::string out;
  while (true) {
    const std::size_t found = text.find(mark);
    if (found == std::string_view::npos || text.size() < found + mark.size() + hash) return out += text;
    out += text.substr(0, found);
    out += "at ";
    text.remove_prefix(found + mark.size() + hash);
  }
}

std::string trimmed(std::string_view text) {
  const std::size_t last = text.find_last_not_of(" \n");
  return std::string(text.substr(0, last == std::string_view::npos ? 0 : last + 1));
}

std::string told(std::string_view report) {
  constexpr std::string_view error = "error:";
  if (report.starts_with(error)) report.remove_prefix(error.size());
  if (report.starts_with(' ')) report.remove_prefix(1);
  std::size_t end = report.find(frame_mark);
  std::string text = trimmed(report.substr(0, end));
  while (end != std::string_view::npos) {
    report.remove_prefix(end + 1);
    end = report.find(frame_mark);
    if (const std::string_view frame = report.substr(0, end); !is_ours(frame)) text += "\n\n" + trimmed(frame);
  }
  return printable(without_hashes(text), longest_text, true);
}

bool says_out_of_memory(std::string_view text) {
  return text.starts_with("out of memory") || text.contains("std::bad_alloc");
}

Error refused(const Ending& ending) {
  const std::size_t start = report_start(ending.errors);
  if (start == std::string_view::npos) {
    return Error(Kind::evaluation, "the evaluator failed: " + printable(trimmed(ending.errors), longest_text, true));
  }
  const std::string_view report = ending.errors.substr(start);
  if (auto broken = breach(report)) return *std::move(broken);
  std::string text = told(report);
  if (says_out_of_memory(text)) {
    return Error(Kind::evaluation, "evaluation needs more memory than the limit of " + mebibytes(ending.memory_limit));
  }
  return Error(Kind::evaluation, std::move(text));
}

// --- everything else
// --------------------------------------------------------------------------------------------------

Error killed(int signal, const Ending& ending) {
  switch (signal) {
    case SIGALRM:
      return Error(Kind::evaluation,
                   "evaluation did not end within " + std::to_string(ending.wall_limit.count()) + " seconds");
    case SIGSYS:
      return Error(Kind::evaluation, "the evaluator made a system call that the sandbox does not know");
    case SIGSEGV:
      return Error(Kind::evaluation, "the evaluator crashed: the recursion may be too deep");
    case SIGABRT:
      return Error(Kind::evaluation, "the evaluator gave up; evaluation may need more memory than the limit of " +
                                         mebibytes(ending.memory_limit));
    case SIGKILL:
      if (ending.took >= ending.cpu_limit) {
        return Error(Kind::evaluation, "evaluation used more than " + std::to_string(ending.cpu_limit.count()) +
                                           " seconds of processor time");
      }
      return Error(Kind::evaluation, "the evaluator was killed, as the system does when memory runs out");
    default:
      return Error(Kind::evaluation, "the evaluator was ended by signal " + std::to_string(signal));
  }
}

Error no_sandbox(std::string_view errors) {
  return Error(Kind::failure, "cannot make the sandbox: " + printable(trimmed(errors), longest_text, true))
      .with_hint(
          "bubblewrap needs user namespaces; see the sysctls kernel.unprivileged_userns_clone, "
          "user.max_user_namespaces and kernel.apparmor_restrict_unprivileged_userns");
}

}  // namespace

Error explain(const Ending& ending) {
  if (ending.signal) return killed(*ending.signal, ending);
  // bwrap ends with 128 + the signal that ended what it ran.
  if (ending.code && *ending.code > 128) return killed(*ending.code - 128, ending);
  if (ending.code == nixec_failed) return Error(Kind::failure, printable(trimmed(ending.errors), longest_text, true));
  if (ending.errors.starts_with("bwrap: ")) return no_sandbox(ending.errors);
  return refused(ending);
}

Exhausted exhausted(const Ending& ending) {
  // bwrap ends with 128 + the signal that ended what it ran.
  const int signal = ending.signal ? *ending.signal : ending.code ? *ending.code - 128 : 0;
  if (signal == SIGALRM || (signal == SIGKILL && ending.took >= ending.cpu_limit)) return Exhausted::time;
  if (signal == SIGABRT || signal == SIGKILL) return Exhausted::memory;
  if (signal > 0) return Exhausted::nothing;
  const std::size_t start = report_start(ending.errors);
  const bool memory = start != std::string_view::npos && says_out_of_memory(told(ending.errors.substr(start)));
  return memory ? Exhausted::memory : Exhausted::nothing;
}

std::string messages_of(std::string_view errors) {
  std::string_view rest = errors.substr(0, report_start(errors));
  std::string kept;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    if (!line.starts_with(collector_warning)) kept.append(line).append("\n");
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  }
  return printable(trimmed(kept), longest_text, true);
}

}  // namespace eka::eval
