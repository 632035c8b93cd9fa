// Strict TOML reader. The only header that includes toml++; it is for the parsers of manifests, locks and
// configuration, and only their .cc files include it.
//
// A parser requests the keys it knows from a TomlTable and calls finish(), which rejects the first key that was not
// requested and suggests the nearest one that was. All functions throw eka::Error, of the kind that the document was
// opened with and with the message "<file>:<line>:<column>: …"; the public parsers catch it where they return a Result.
// The size and nesting of a document are limited before it is parsed (toml_bounds.h).
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <toml++/toml.h>

#include "atom/toml/position.h"
#include "atom/toml/toml_bounds.h"
#include "base/error.h"

namespace eka::atom {

class TomlTable;

// A key or a value, with its position.
struct TomlString {
  std::string text;
  Position where;
};

class TomlDocument {
 public:
  TomlDocument(std::string_view text, std::string_view name, Kind kind, const TomlLimits& limits);
  TomlDocument(const TomlDocument&) = delete;
  TomlDocument& operator=(const TomlDocument&) = delete;

  TomlTable root() const;
  [[noreturn]] void refuse(Position where, const std::string& why, std::string hint = {}) const;
  // The value, or throws the error with the position added.
  template <class T>
  T check(Position where, Result<T> result, std::string_view what = {}) const {
    if (!result)
      refuse(where, (what.empty() ? "" : std::string(what) + ": ") + result.error().message(), result.error().hint());
    return *std::move(result);
  }

 private:
  std::string name_;
  Kind kind_;
  toml::table table_;
};

class TomlTable {
 public:
  // `path` is the table's name in messages, such as "compose.with"; empty for the whole file.
  TomlTable(const TomlDocument& document, const toml::table& table, std::string path, Position where);

  Position where() const { return where_; }
  const std::string& path() const { return path_; }
  const TomlDocument& document() const { return *document_; }
  bool empty() const { return table_->empty(); }
  bool has(std::string_view key) const { return table_->contains(key); }
  bool holds_array(std::string_view key) const;
  bool holds_integer(std::string_view key) const;
  bool holds_string(std::string_view key) const;
  bool holds_table(std::string_view key) const;
  // The position of the key, or of the table if the key is absent.
  Position where(std::string_view key) const;

  // Empty if the key is absent; throws if it has another type.
  std::optional<TomlString> string(std::string_view key);
  std::optional<bool> boolean(std::string_view key);
  std::optional<std::int64_t> integer(std::string_view key);
  std::optional<TomlTable> table(std::string_view key);
  std::optional<std::vector<TomlString>> strings(std::string_view key);
  std::vector<TomlTable> tables(std::string_view key);  // an array of tables; empty when absent
  // Throws if absent.
  TomlString required_string(std::string_view key);
  TomlTable required_table(std::string_view key);
  std::vector<TomlString> required_strings(std::string_view key);

  // For tables with arbitrary keys, in file order. finish() is not needed then.
  std::vector<TomlString> keys() const;

  void finish() const;
  [[noreturn]] void missing(std::string_view key) const;

 private:
  const toml::node* ask(std::string_view key);
  std::string path_of(std::string_view key) const;
  [[noreturn]] void wrong_type(std::string_view key, const toml::node& node, std::string_view wanted) const;

  const TomlDocument* document_;
  const toml::table* table_;
  std::string path_;
  Position where_;
  std::vector<std::string> asked_;            // in the order of requests, for messages
  std::set<std::string, std::less<>> known_;  // the same, for lookup
};

}  // namespace eka::atom
