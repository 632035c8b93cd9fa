// Changes to a TOML document that leave every byte outside the changed entry alone: comments, order, quoting, inline
// tables, arrays over many lines, CRLF.
//
// The edit is made in the text, where the document's own style says it belongs; then both texts are parsed and
// compared, and a result that means anything but the change that was asked for is refused. Pure.
#pragma once

#include <string>
#include <string_view>

#include "atom/toml/toml_statements.h"
#include "base/error.h"

namespace eka::atom {

// Sets the value at `path` to `literal` (TOML text), making tables that are missing. An existing value is replaced in
// its place. A new entry goes: into the inline table, behind the dotted keys, or under the header that its siblings
// are in; else under a new header, behind the section that is nearest in name.
// Kind::usage when the document is not TOML, or when something on the way is not a table.
Result<std::string> set_entry(std::string_view text, const KeyPath& path, std::string_view literal);

// Appends `literal` to the array at `path` (made when missing), one element a line where the array is so written.
Result<std::string> append_element(std::string_view text, const KeyPath& path, std::string_view literal);

// `value` as a TOML basic string, and as a key, bare where it can be.
std::string toml_quoted(std::string_view value);
std::string toml_key(std::string_view key);

}  // namespace eka::atom
