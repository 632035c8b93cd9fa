// Parses the report of a failed evaluation by Nix.
//
//   error: <message, its further lines indented>
//
//          at /nix/store/<hash>-label/default.nix:3:5:
//               3|   …source…
//
//          … while evaluating 'f'
//
//          at …
//
// Frames are listed from innermost to outermost. Newer versions print them the other way round:
//
//   error:
//          … while calling the 'f' builtin
//            at /nix/store/<hash>-label/default.nix:3:5:
//               3|   …source…
//
//          error: <message, its further lines indented>
//
// Both are read, and shown in the order of the older one. Frames of eka's own expressions (/eka/nix) and of Nix's are
// irrelevant to the atom and omitted by default.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace eka::eval {

struct Trace {
  std::string message;  // with its location, if known
  struct Frame {
    std::string text;
    bool ours = false;
  };
  std::vector<Frame> frames;  // innermost first

  // The report at the end of the evaluator's output; nothing if there is none.
  static std::optional<Trace> read(std::string_view errors);

  // The store paths where the error was raised and through which it propagated ("/nix/store/<hash>-label"), innermost
  // first.
  std::vector<std::string> places() const;

  // For users, escaped for terminals: the message, then the frames, with "label/…" for "/nix/store/<hash>-label/…".
  std::string told(bool whole) const;
};

// Where the report starts in the evaluator's output; npos if there is none. The text before it consists of messages.
std::size_t report_start(std::string_view errors);

// `text` without spaces and newlines at its end.
std::string trimmed(std::string_view text);

}  // namespace eka::eval
