// A TOML document as a list of statements, with their byte ranges.
//
// toml++ yields the meaning of a document; changing one entry without touching other bytes requires its layout: under
// which header a key is, whether it is dotted or in an inline table, and which comment follows it. This scanner
// provides only that. It does not validate: toml_edit.cc first parses the document with toml++.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace eka::atom {

using KeyPath = std::vector<std::string>;

// Half-open, in bytes.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// `key = value`, at the top level or within an inline table.
struct TomlEntry {
  KeyPath key;  // relative to the enclosing table: {"a", "b"} for `a.b = …`
  Span span;    // from the key to the end of the value
  Span value;
};

struct TomlStatement {
  enum class Kind { table, array_table, entry } kind = Kind::entry;
  KeyPath path;     // absolute: the header's path, followed by the entry's key
  TomlEntry entry;  // if this is an entry
  Span lines;       // whole lines, with indentation, trailing comment and newline
  std::string indent;
};

std::vector<TomlStatement> scan_toml(std::string_view text);

// The entries of an inline table (whose span includes its braces), and the elements of an array.
std::vector<TomlEntry> scan_inline_table(std::string_view text, Span value);
std::vector<Span> scan_array(std::string_view text, Span value);

}  // namespace eka::atom
