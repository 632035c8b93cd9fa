// What the evaluator says while it works: one line for each root that is done, and everything else between them.
//
// Answers come by standard error, where Nix's `trace` writes, because standard output has nothing before the end: a
// root that fails would take with it all that were done before. A line is an answer if it bears the mark of this very
// evaluation, which no atom can know (nix/plan.nix).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace eka::eval {

struct Answer {
  std::string label;
  std::string drv_path;
  std::string said;  // all that was printed since the answer before: traces and warnings
};

class AnswerReader {
 public:
  explicit AnswerReader(std::string_view mark) : start_("trace: eka-answer " + std::string(mark) + " ") {}

  // The answers that `bytes` completes. A line that bears the mark but is no answer counts as said.
  std::vector<Answer> feed(std::string_view bytes);

  // What was said since the last answer.
  std::string_view rest() const { return said_; }

 private:
  std::string start_;
  std::string said_;         // ends with the line that is not complete yet
  std::size_t line_at_ = 0;  // where that line begins
};

// A new one: 128 random bits. Throws Error(Kind::failure).
std::string random_mark();

}  // namespace eka::eval
