// What Nix reports of a failed evaluation, taken apart.
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
// The frames follow from the inside out. Those in eka's own expressions (/eka/nix) say nothing about the atom
// and are left out unless they are asked for.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace eka::eval {

struct Trace {
  std::string message;  // with the place where it was raised, if Nix knows that
  struct Frame {
    std::string text;
    bool ours = false;
  };
  std::vector<Frame> frames;  // innermost first

  // The report at the end of what the evaluator wrote; nothing when there is none.
  static std::optional<Trace> read(std::string_view errors);

  // The store paths in which it was raised and through which it came ("/nix/store/<hash>-label"), innermost first.
  std::vector<std::string> places() const;

  // For people, fit for a terminal: the message, then the frames, with "label/…" for "/nix/store/<hash>-label/…".
  std::string told(bool whole) const;
};

// Where the report begins in what the evaluator wrote; npos when there is none. What comes before are messages.
std::size_t report_start(std::string_view errors);

}  // namespace eka::eval
