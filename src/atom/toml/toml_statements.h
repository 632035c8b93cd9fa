// A TOML document as the statements it is written in, with the bytes they occupy.
//
// toml++ says what a document means; to change one entry and leave every other byte alone, one must know how it is
// written: which header a key stands under, dotted or not, in an inline table or not, with which comment behind it.
// This scanner tells just that. It expects a document that toml++ accepts (edit.h parses first) and never judges.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace eka::atom {

using KeyPath = std::vector<std::string>;

// Half open, in bytes.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// `key = value`, at the top level or within an inline table.
struct TomlEntry {
  KeyPath key;  // relative to the table that contains it: {"a", "b"} for `a.b = …`
  Span span;    // from the key to the end of the value
  Span value;
};

struct TomlStatement {
  enum class Kind { table, array_table, entry } kind = Kind::entry;
  KeyPath path;     // absolute: the header's, or the entry's under its header
  TomlEntry entry;  // of an entry
  Span lines;       // whole lines, indentation, comment behind and newline included
  std::string indent;
};

std::vector<TomlStatement> scan_toml(std::string_view text);

// The entries of an inline table (the span of its braces included), and the elements of an array.
std::vector<TomlEntry> scan_inline_table(std::string_view text, Span value);
std::vector<Span> scan_array(std::string_view text, Span value);

}  // namespace eka::atom
