// Completion of command lines: candidates for the last word, and the scripts that connect a shell to them.
//
// A script calls `eka complete SHELL WORD...` on every Tab, so commands, options and values are never out of step with
// the program. Nothing is written, no network is used and no program is started.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/manual/describe.h"

namespace eka::cli {

// What completion knows besides the declarations: names of the configuration, the working tree and the cache.
class KnownNames {
 public:
  virtual ~KnownNames() = default;
  // "gh"
  virtual std::vector<std::string> aliases() const = 0;
  // URLs of sets in the cache.
  virtual std::vector<std::string> sets() const = 0;
  // Labels of the atoms of `place`, which is written as in a URI: empty (the local set), a path, or a URL.
  virtual std::vector<std::string> labels(const std::string& place) const = 0;
  // Of an atom, in ascending order.
  virtual std::vector<std::string> versions(const std::string& place, const std::string& label) const = 0;
};

struct Candidate {
  std::string value;
  std::string help;  // may be empty
  friend bool operator==(const Candidate&, const Candidate&) = default;
};

struct Completion {
  std::vector<Candidate> candidates;                                // all begin with the last word
  enum class Files { none, all, directories } files = Files::none;  // that the shell should add
};

// `words` are those after the name of the program; the last one, which may be empty, is completed.
Completion complete(const CLI::App& program, const std::vector<std::string>& words, const KnownNames& names);

// The words of a line of bash up to the cursor, without quotes and leading assignments; the last one may be empty.
std::vector<std::string> words_of_line(std::string_view line);
// What bash inserts for a candidate: without the part of the last word before its last word-breaking character.
std::string for_bash(const std::string& candidate, const std::string& last_word, std::string_view breaks);

// For a shell (bash, zsh, fish): one candidate per line, "value<TAB>help"; lines "#files" and "#directories" ask the
// shell for paths.
std::string completion_lines(const Completion& completion);

// The names of the supported shells, and the script of one of them.
std::vector<std::string> shells();
std::optional<std::string> completion_script(const std::string& shell);

}  // namespace eka::cli
