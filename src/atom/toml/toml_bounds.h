// Limits on TOML documents, checked on the bytes before toml++ parses them.
//
// toml++ frees nested tables recursively, accepts dotted keys of any length, and looks up parent tables in lists: a key
// of 50,000 parts overflows the stack, and a megabyte of dotted keys takes minutes. One linear pass over the text
// rejects such documents. It does not validate syntax; on invalid TOML it may count too much, never too little.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "atom/toml/position.h"

namespace eka::atom {

struct TomlLimits {
  std::size_t bytes = std::size_t{1} << 20;
  std::size_t depth = 64;        // of nested tables and arrays, including dotted keys
  std::size_t values = 400'000;  // keys and elements of arrays
  // Tables created by dotted keys and dotted headers, and arrays of tables. Neighbours under the same parent count
  // once.
  std::size_t parents = 1'024;
};

struct TomlExcess {
  Position where;
  std::string why;  // empty: within the limits
};

TomlExcess toml_excess(std::string_view text, const TomlLimits& limits);

}  // namespace eka::atom
