// The only way to standard output and standard error. tests/floors.sh checks that nothing else in src/cli writes there.
//
// What is printed is a Text, and every Text is harmless: whatever was made from a string has passed printable(), so
// that no byte of a manifest, a server or a program's output can move the cursor, recolour the screen or reorder a
// line. The only escape sequences are those of Text::styled().
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "atom/json/json.h"

namespace eka::cli {

class Text {
 public:
  Text() = default;
  // Through printable(), with newlines and tabs kept and no limit.
  Text(std::string_view raw);
  Text(const std::string& raw) : Text(std::string_view(raw)) {}
  Text(const char* raw) : Text(std::string_view(raw)) {}

  // `text` between an ANSI style such as "1;31" and the reset.
  static Text styled(const char* style, const Text& text);
  // Back to the start of the line, and the line cleared: for a display that is redrawn.
  static Text line_start();
  // The document with indentation and a final newline, or on one line without; controls in strings are \uXXXX.
  static Text pretty(const atom::Json& document);
  static Text line(const atom::Json& document);

  Text& operator+=(const Text& more);
  friend Text operator+(Text left, const Text& right) { return std::move(left += right); }
  bool empty() const { return bytes_.empty(); }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

// Writes to standard output, at once and whole. Throws OutputClosed when the reader is gone, else Kind::failure when it
// cannot be written. Any thread; blocks as long as the reader does.
void print(const Text& text);

template <class First, class... More>
void print(fmt::format_string<First, More...> format, First&& first, More&&... more) {
  print(Text(fmt::format(format, std::forward<First>(first), std::forward<More>(more)...)));
}

// Writes to standard error. There is nowhere left to complain when that fails, so it is ignored.
void print_error(const Text& text);

template <class First, class... More>
void print_error(fmt::format_string<First, More...> format, First&& first, More&&... more) {
  print_error(Text(fmt::format(format, std::forward<First>(first), std::forward<More>(more)...)));
}

bool error_is_terminal();

// The reader of standard output has closed it, as `| head -1` does. Not an error: the program ends without a word, with
// the exit code that a shell reports for SIGPIPE, as git does.
struct OutputClosed {
  static constexpr int exit_code = 128 + 13;
};

// Is standard output a pipe or a socket whose reader has closed it? Known without writing to it; does not block.
bool output_is_closed();

// Opens what is closed among descriptors 0 to 2, so that no file of ours takes their numbers: standard output so that
// writing to it fails.
void hold_standard_descriptors();

}  // namespace eka::cli
