#include "atom/toml/toml.h"

#include <algorithm>

#include "atom/toml/toml_wording.h"
#include "base/text.h"

namespace eka::atom {
namespace {

Position position(const toml::source_region& region) {
  return {region.begin.line, region.begin.column};
}

std::string_view type_name(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "an array";
    case toml::node_type::string:
      return "a string";
    case toml::node_type::integer:
      return "an integer";
    case toml::node_type::floating_point:
      return "a floating-point number";
    case toml::node_type::boolean:
      return "a boolean";
    default:
      return "a date or time";
  }
}

}  // namespace

TomlDocument::TomlDocument(std::string_view text, std::string_view name, Kind kind, const TomlLimits& limits)
    : name_(name), kind_(kind) {
  if (auto excess = toml_excess(text, limits); !excess.why.empty()) refuse(excess.where, excess.why);
  try {
    table_ = toml::parse(text);
  } catch (const toml::parse_error& error) {
    const Position where = position(error.source());
    refuse(where, toml_wording(error.description(), text, where));
  }
}

TomlTable TomlDocument::root() const {
  return TomlTable(*this, table_, {}, {1, 1});
}

void TomlDocument::refuse(Position where, const std::string& why, std::string hint) const {
  std::string message = name_;
  if (where.line != 0) message += ":" + std::to_string(where.line) + ":" + std::to_string(where.column);
  throw Error(kind_, message + ": " + why).with_hint(std::move(hint));
}

TomlTable::TomlTable(const TomlDocument& document, const toml::table& table, std::string path, Position where)
    : document_(&document), table_(&table), path_(std::move(path)), where_(where) {}

Position TomlTable::where(std::string_view key) const {
  const auto entry = table_->find(key);
  return entry == table_->end() ? where_ : position(entry->first.source());
}

bool TomlTable::holds_array(std::string_view key) const {
  const toml::node* node = table_->get(key);
  return node != nullptr && node->is_array();
}

bool TomlTable::holds_integer(std::string_view key) const {
  const toml::node* node = table_->get(key);
  return node != nullptr && node->is_integer();
}

bool TomlTable::holds_string(std::string_view key) const {
  const toml::node* node = table_->get(key);
  return node != nullptr && node->is_string();
}

bool TomlTable::holds_table(std::string_view key) const {
  const toml::node* node = table_->get(key);
  return node != nullptr && node->is_table();
}

std::string TomlTable::path_of(std::string_view key) const {
  return path_.empty() ? printable(key, 100) : path_ + "." + printable(key, 100);
}

const toml::node* TomlTable::ask(std::string_view key) {
  if (known_.emplace(key).second) asked_.emplace_back(key);
  return table_->get(key);
}

void TomlTable::wrong_type(std::string_view key, const toml::node& node, std::string_view wanted) const {
  document_->refuse(position(node.source()),
                    "“" + path_of(key) + "” must be " + std::string(wanted) + ", not " + std::string(type_name(node)));
}

void TomlTable::missing(std::string_view key) const {
  // The key may be present but misspelled. Other keys may not have been requested yet, so only a near match counts.
  for (const TomlString& other : keys()) {
    const std::size_t distance = edit_distance(other.text, key);
    if (distance <= 2 && 2 * distance < key.size()) {
      document_->refuse(other.where, "unknown key “" + path_of(other.text) + "”; did you mean “" + path_of(key) + "”?");
    }
  }
  document_->refuse(where_, "“" + path_of(key) + "” is missing");
}

std::optional<TomlString> TomlTable::string(std::string_view key) {
  const toml::node* node = ask(key);
  if (node == nullptr) return std::nullopt;
  if (!node->is_string()) wrong_type(key, *node, "a string");
  return TomlString{node->as_string()->get(), position(node->source())};
}

std::optional<bool> TomlTable::boolean(std::string_view key) {
  const toml::node* node = ask(key);
  if (node == nullptr) return std::nullopt;
  if (!node->is_boolean()) wrong_type(key, *node, "true or false");
  return node->as_boolean()->get();
}

std::optional<std::int64_t> TomlTable::integer(std::string_view key) {
  const toml::node* node = ask(key);
  if (node == nullptr) return std::nullopt;
  if (!node->is_integer()) wrong_type(key, *node, "an integer");
  return node->as_integer()->get();
}

std::optional<TomlTable> TomlTable::table(std::string_view key) {
  const toml::node* node = ask(key);
  if (node == nullptr) return std::nullopt;
  if (!node->is_table()) wrong_type(key, *node, "a table");
  return TomlTable(*document_, *node->as_table(), path_of(key), where(key));
}

std::optional<std::vector<TomlString>> TomlTable::strings(std::string_view key) {
  const toml::node* node = ask(key);
  if (node == nullptr) return std::nullopt;
  if (!node->is_array()) wrong_type(key, *node, "an array of strings");
  std::vector<TomlString> out;
  for (const toml::node& element : *node->as_array()) {
    if (!element.is_string()) wrong_type(key, element, "an array of strings");
    out.push_back({element.as_string()->get(), position(element.source())});
  }
  return out;
}

std::vector<TomlTable> TomlTable::tables(std::string_view key) {
  const toml::node* node = ask(key);
  std::vector<TomlTable> out;
  if (node == nullptr) return out;
  if (!node->is_array()) wrong_type(key, *node, "an array of tables");
  for (const toml::node& element : *node->as_array()) {
    if (!element.is_table()) wrong_type(key, element, "an array of tables");
    out.emplace_back(*document_, *element.as_table(), path_of(key), position(element.source()));
  }
  return out;
}

TomlString TomlTable::required_string(std::string_view key) {
  auto value = string(key);
  if (!value) missing(key);
  return *std::move(value);
}

TomlTable TomlTable::required_table(std::string_view key) {
  auto value = table(key);
  if (!value) missing(key);
  return *std::move(value);
}

std::vector<TomlString> TomlTable::required_strings(std::string_view key) {
  auto value = strings(key);
  if (!value) missing(key);
  return *std::move(value);
}

std::vector<TomlString> TomlTable::keys() const {
  std::vector<TomlString> out;
  for (const auto& [key, ignored] : *table_) out.push_back({std::string(key.str()), position(key.source())});
  std::ranges::sort(out, {}, [](const TomlString& key) { return std::pair(key.where.line, key.where.column); });
  return out;
}

void TomlTable::finish() const {
  for (const TomlString& key : keys()) {
    if (known_.contains(key.text)) continue;
    std::string why = "unknown key “" + path_of(key.text) + "”";
    if (const std::string near = nearest(key.text, asked_); !near.empty()) {
      why += "; did you mean “" + path_of(near) + "”?";
    } else {
      why += "; known keys:";
      for (const std::string& known : asked_) why += (&known == &asked_.front() ? " " : ", ") + known;
    }
    document_->refuse(key.where, why);
  }
}

}  // namespace eka::atom
