// Edits of a TOML document that preserve every byte outside the changed entry: comments, order, quoting, inline tables,
// multi-line arrays, CRLF.
//
// The text is edited in the document's own style; then both texts are parsed and compared, and the edit is rejected if
// the result means anything but the requested change. Pure.
#pragma once

#include <string>
#include <string_view>

#include "atom/toml/toml_statements.h"
#include "base/error.h"

namespace eka::atom {

// Sets the value at `path` to `literal` (TOML text), creating missing tables. An existing value is replaced in place. A
// new entry is added to the inline table, after the dotted keys, or under the header of its siblings; otherwise under a
// new header, after the section with the nearest name. Kind::usage if the document is not TOML, or if a parent key is
// not a table.
Result<std::string> set_entry(std::string_view text, const KeyPath& path, std::string_view literal);

// Appends `literal` to the array at `path` (created if missing), on its own line if the array is written that way.
Result<std::string> append_element(std::string_view text, const KeyPath& path, std::string_view literal);

// Removes the entry or the table at `path`, with the tables above it that become empty. Comments on its lines and
// between its lines are removed, too, others stay. Kind::usage if there is no such entry.
Result<std::string> remove_entry(std::string_view text, const KeyPath& path);

// `value` as a TOML basic string, and as a key, bare if possible.
std::string toml_quoted(std::string_view value);
std::string toml_key(std::string_view key);

}  // namespace eka::atom
