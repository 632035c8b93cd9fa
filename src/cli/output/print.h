// The only code that writes to standard output and standard error. tests/layers.sh checks this.
//
// Under GitHub Actions, whose runner executes commands that it finds in the output of a step, text that looks like one
// is escaped (base/workflow_text.h), so that only print_workflow_command() prints commands.
//
// All output is of type Text, and every Text is safe to print: strings pass through printable(), so no byte of a
// manifest, a server or a program's output can move the cursor, change colors or reorder a line. The only escape
// sequences are those of Text::styled() and Text::erase_lines().
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "atom/json/json.h"

namespace eka::cli {

class Text {
 public:
  Text() = default;
  // Applies printable(), keeping newlines and tabs, without a length limit.
  Text(std::string_view raw);
  Text(const std::string& raw) : Text(std::string_view(raw)) {}
  Text(const char* raw) : Text(std::string_view(raw)) {}

  // `text` between an ANSI style such as "1;31" and the reset.
  static Text styled(const char* style, const Text& text);
  // Moves to the start of the line, of the last `lines` lines to the first, and clears the screen from there on: for a
  // display that is redrawn.
  static Text erase_lines(std::size_t lines);
  // The document with indentation and a final newline, or on one line without; control characters are \uXXXX.
  static Text pretty(const atom::Json& document);
  static Text line(const atom::Json& document);

  Text& operator+=(const Text& more);
  friend Text operator+(Text left, const Text& right) { return std::move(left += right); }
  bool operator==(const Text&) const = default;
  bool empty() const { return bytes_.empty(); }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

// Writes all of the text to standard output at once. Throws OutputClosed if the reader has closed it, otherwise
// Kind::failure if it cannot be written. Any thread; blocks as long as the reader does.
void print(const Text& text);

// The same for bytes that are not text, such as a file that is redirected. Throws Kind::usage if standard output is a
// terminal.
void print_bytes(std::string_view bytes);

template <class First, class... More>
void print(fmt::format_string<First, More...> format, First&& first, More&&... more) {
  print(Text(fmt::format(format, std::forward<First>(first), std::forward<More>(more)...)));
}

// Writes to standard error. Failures are ignored, since they cannot be reported anywhere.
void print_error(const Text& text);

template <class First, class... More>
void print_error(fmt::format_string<First, More...> format, First&& first, More&&... more) {
  print_error(Text(fmt::format(format, std::forward<First>(first), std::forward<More>(more)...)));
}

// Whether this program runs in a step of GitHub Actions.
bool reads_workflow_commands();
// Prints a command to that runner, to standard error: "::error file=a.nix,line=3::message". All texts may come from
// others.
void print_workflow_command(std::string_view command,
                            const std::vector<std::pair<std::string, std::string>>& properties,
                            std::string_view message);

bool error_is_terminal();
bool output_is_terminal();
// The width of the terminal at standard error in columns; 80 if it is unknown.
std::size_t error_width();

// The reader of standard output has closed it, as `| head -1` does. Not an error: like git, the program exits silently,
// with the exit code that shells report for SIGPIPE.
struct OutputClosed {
  static constexpr int exit_code = 128 + 13;
};

// Whether standard output is a pipe or socket whose reader has closed it. Checked without writing; does not block.
bool output_is_closed();

// Opens descriptors 0 to 2 if they are closed, so that no other file gets their numbers; standard output is opened such
// that writing to it fails.
void hold_standard_descriptors();

}  // namespace eka::cli
