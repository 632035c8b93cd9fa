// Parses the output of a running evaluator: one line for each evaluated root, with other output in between.
//
// Answers are printed to standard error, where Nix's `trace` writes, because standard output is written only at the
// end: a failing root would discard the results of all earlier ones. A line is an answer if it contains the mark of
// this evaluation, which no atom can know (nix/plan.nix).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace eka::eval {

struct Answer {
  std::string label;
  std::string drv_path;
  std::optional<std::string> meta;  // JSON
  std::string said;                 // output since the previous answer: traces and warnings
};

class AnswerReader {
 public:
  explicit AnswerReader(std::string_view mark) : start_("trace: eka-answer " + std::string(mark) + " ") {}

  // Returns the answers that `bytes` completes. A line with the mark that is not a valid answer is treated as output.
  std::vector<Answer> feed(std::string_view bytes);

  // Output since the last answer.
  std::string_view rest() const { return said_; }

 private:
  std::string start_;
  std::string said_;         // includes the incomplete last line
  std::size_t line_at_ = 0;  // start of that line
};

// Creates a mark: 128 random bits. Throws Error(Kind::failure).
std::string random_mark();

}  // namespace eka::eval
