#include "atom/toml/toml_edit.h"

#include <algorithm>
#include <optional>
#include <ranges>

#include <fmt/format.h>

#include "atom/toml/toml.h"
#include "atom/toml/toml_wording.h"
#include "base/ascii.h"

namespace eka::atom {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

std::size_t common_prefix(const KeyPath& a, const KeyPath& b) {
  const auto [left, right] = std::ranges::mismatch(a, b);
  (void)right;
  return static_cast<std::size_t>(left - a.begin());
}

bool starts_with(const KeyPath& path, const KeyPath& prefix) {
  return common_prefix(path, prefix) == prefix.size();
}

KeyPath drop(const KeyPath& path, std::size_t count) {
  return {path.begin() + static_cast<std::ptrdiff_t>(count), path.end()};
}

std::string dotted(const KeyPath& path) {
  std::string out;
  for (const auto& key : path) {
    if (!out.empty()) out += '.';
    out += toml_key(key);
  }
  return out;
}

std::string_view newline_of(std::string_view text) {
  return text.find("\r\n") == std::string_view::npos ? "\n" : "\r\n";
}

std::string replaced(std::string_view text, Span span, std::string_view by) {
  return std::string(text.substr(0, span.begin)) + std::string(by) + std::string(text.substr(span.end));
}

// Inserts whole lines after the statement that ends at `at`; the last line of a file may lack its newline.
std::string insert_lines(std::string_view text, std::size_t at, const std::string& lines) {
  std::string before(text.substr(0, at));
  if (!before.empty() && before.back() != '\n' && before != byte_order_mark) before += newline_of(text);
  return before + lines + std::string(text.substr(at));
}

class Edit {
 public:
  Edit(std::string_view text, std::string_view literal)
      : text_(text), literal_(literal), newline_(newline_of(text)), statements_(scan_toml(text)) {}

  Result<std::string> set(const KeyPath& path) const {
    for (const auto& statement : statements_) {
      if (statement.kind == TomlStatement::Kind::entry && starts_with(path, statement.path)) {
        return set_below(statement.entry.value, drop(path, statement.path.size()));
      }
    }
    const KeyPath parent(path.begin(), path.end() - 1);
    if (const auto* header = find_header(parent)) return behind_section(*header, parent, path);
    if (const auto* sibling = dotted_sibling(parent)) return behind_sibling(*sibling, path);
    if (parent.empty()) return at_top(path);
    return under_new_header(parent, path);
  }

 private:
  // `value` belongs to a prefix of the path; `rest` is the remainder of the path.
  Result<std::string> set_below(Span value, const KeyPath& rest) const {
    if (rest.empty()) return replaced(text_, value, literal_);
    if (text_[value.begin] != '{') {
      return fail(Kind::usage, fmt::format("cannot add `{}`: the parent key is not a table", dotted(rest)));
    }
    const auto entries = scan_inline_table(text_, value);
    for (const auto& entry : entries) {
      if (starts_with(rest, entry.key)) return set_below(entry.value, drop(rest, entry.key.size()));
    }
    const auto addition = fmt::format("{} = {}", dotted(rest), literal_);
    if (entries.empty()) return replaced(text_, value, "{ " + addition + " }");
    const auto end = entries.back().span.end;
    return replaced(text_, {end, end}, ", " + addition);
  }

  const TomlStatement* find_header(const KeyPath& path) const {
    const auto found = std::ranges::find_if(
        statements_, [&](const TomlStatement& s) { return s.kind == TomlStatement::Kind::table && s.path == path; });
    return found == statements_.end() ? nullptr : &*found;
  }

  // The last entry with a dotted key that implicitly creates a table shared with `parent`.
  const TomlStatement* dotted_sibling(const KeyPath& parent) const {
    const TomlStatement* best = nullptr;
    std::size_t most = 0;
    for (const auto& statement : statements_) {
      if (statement.kind != TomlStatement::Kind::entry) continue;
      const auto header = statement.path.size() - statement.entry.key.size();
      const auto tables = statement.path.size() - 1;
      const auto shared = std::min(common_prefix(statement.path, parent), tables);
      if (shared > header && shared >= most) {
        best = &statement;
        most = shared;
      }
    }
    return best;
  }

  std::string line(const std::string& indent, const KeyPath& key) const {
    return fmt::format("{}{} = {}{}", indent, dotted(key), literal_, newline_);
  }

  Result<std::string> behind_section(const TomlStatement& header, const KeyPath& parent, const KeyPath& path) const {
    const auto* last = &header;
    for (const auto* next = &header + 1; next != statements_.data() + statements_.size(); ++next) {
      if (next->kind != TomlStatement::Kind::entry) break;
      last = next;
    }
    return insert_lines(text_, last->lines.end, line(last->indent, drop(path, parent.size())));
  }

  Result<std::string> behind_sibling(const TomlStatement& sibling, const KeyPath& path) const {
    const auto header = sibling.path.size() - sibling.entry.key.size();
    return insert_lines(text_, sibling.lines.end, line(sibling.indent, drop(path, header)));
  }

  Result<std::string> at_top(const KeyPath& path) const {
    std::size_t at = text_.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
    for (const auto& statement : statements_) {
      if (statement.kind != TomlStatement::Kind::entry) break;
      at = statement.lines.end;
    }
    return insert_lines(text_, at, line("", path));
  }

  // Inserted after the last section with the longest common prefix, so that related tables are adjacent.
  Result<std::string> under_new_header(const KeyPath& parent, const KeyPath& path) const {
    std::size_t at = text_.size();
    std::size_t most = 0;
    std::string indent;
    for (const auto& statement : statements_) {
      if (const auto shared = common_prefix(statement.path, parent); shared > 0 && shared >= most) {
        most = shared;
        at = statement.lines.end;
        if (statement.kind != TomlStatement::Kind::entry) indent = statement.indent;
      }
    }
    const bool first = statements_.empty() && text_.empty();
    const auto lines = fmt::format("{}{}[{}]{}{}", first ? "" : newline_, indent, dotted(parent), newline_,
                                   line(indent, drop(path, parent.size())));
    return insert_lines(text_, at, lines);
  }

  std::string_view text_;
  std::string_view literal_;
  std::string_view newline_;
  std::vector<TomlStatement> statements_;
};

Result<toml::table> parse(std::string_view text) {
  if (const auto excess = toml_excess(text, {}); !excess.why.empty()) return fail(Kind::usage, excess.why);
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& e) {
    const Position where{e.source().begin.line, e.source().begin.column};
    return fail(Kind::usage, fmt::format("line {}, column {}: {}", where.line, where.column,
                                         toml_wording(e.description(), text, where)));
  }
}

// The table that contains the last key of `path`, created if missing; nullptr if a parent key is not a table.
toml::table* descend(toml::table& from, const KeyPath& path) {
  toml::table* table = &from;
  for (const auto& key : path | std::views::take(path.size() - 1)) {
    auto* next = table->get(key);
    if (next == nullptr) next = &table->insert_or_assign(key, toml::table{}).first->second;
    table = next->as_table();
    if (table == nullptr) return nullptr;
  }
  return table;
}

Result<std::string> proven(std::string edited, const toml::table& expected) {
  const auto parsed = parse(edited);
  if (!parsed || *parsed != expected) {
    return fail(Kind::usage, "cannot edit this file automatically: its layout is not supported; edit it manually");
  }
  return edited;
}

std::optional<Span> find_value(std::string_view text, const KeyPath& path) {
  for (const auto& statement : scan_toml(text)) {
    if (statement.kind != TomlStatement::Kind::entry || !starts_with(path, statement.path)) continue;
    auto value = statement.entry.value;
    auto rest = drop(path, statement.path.size());
    while (!rest.empty()) {
      if (text[value.begin] != '{') return std::nullopt;
      const auto entries = scan_inline_table(text, value);
      const auto found = std::ranges::find_if(entries, [&](const TomlEntry& e) { return starts_with(rest, e.key); });
      if (found == entries.end()) return std::nullopt;
      value = found->value;
      rest = drop(rest, found->key.size());
    }
    return value;
  }
  return std::nullopt;
}

std::string append_to(std::string_view text, Span array, std::string_view literal) {
  const auto elements = scan_array(text, array);
  if (elements.empty()) return replaced(text, {array.begin + 1, array.begin + 1}, literal);
  const auto last = elements.back();
  const auto closing = array.end - 1;
  // Find a comma after the last element: only blanks, newlines and comments may surround it.
  std::size_t comma = last.end;
  bool in_comment = false;
  while (comma < closing && (in_comment || text[comma] != ',')) {
    if (text[comma] == '#') in_comment = true;
    if (text[comma] == '\n') in_comment = false;
    ++comma;
  }
  const bool trailing = comma < closing;
  const auto line_start = text.rfind('\n', last.begin);
  const bool one_a_line = line_start != std::string_view::npos && line_start > array.begin;
  if (!one_a_line) {
    if (trailing) return replaced(text, {comma + 1, comma + 1}, fmt::format(" {},", literal));
    return replaced(text, {last.end, last.end}, fmt::format(", {}", literal));
  }
  const auto indent_end = text.find_first_not_of(" \t", line_start + 1);
  const auto indent = text.substr(line_start + 1, indent_end - line_start - 1);
  // The new line is inserted after any comment that follows the last element.
  auto line_end = std::min(text.find('\n', trailing ? comma : last.end), closing);
  if (line_end > 0 && line_end < closing && text[line_end - 1] == '\r') --line_end;
  const auto line = fmt::format("{}{}{}{}", newline_of(text), indent, literal, trailing ? "," : "");
  auto out = replaced(text, {line_end, line_end}, line);
  return trailing ? out : replaced(out, {last.end, last.end}, ",");
}

// Erases the value at `path`, and the tables above it that become empty. Returns the path of what was erased: `path` or
// the beginning of it; empty if there is no such value.
KeyPath erase(toml::table& from, const KeyPath& path) {
  std::vector<toml::table*> tables{&from};
  for (const auto& key : path) {
    auto* value = tables.back()->get(key);
    if (value == nullptr) return {};
    if (tables.size() == path.size()) break;
    auto* table = value->as_table();
    if (table == nullptr) return {};
    tables.push_back(table);
  }
  auto count = path.size();
  tables[count - 1]->erase(path[count - 1]);
  for (; count > 1 && tables[count - 1]->empty(); --count) tables[count - 2]->erase(path[count - 2]);
  return {path.begin(), path.begin() + static_cast<std::ptrdiff_t>(count)};
}

std::string without_inline(std::string_view text, Span table, const KeyPath& path) {
  const auto entries = scan_inline_table(text, table);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto& entry = entries[i];
    if (starts_with(entry.key, path)) {
      const auto begin = i == 0 ? entry.span.begin : entries[i - 1].span.end;
      const auto end = i == 0 && entries.size() > 1 ? entries[1].span.begin : entry.span.end;
      const auto rest = replaced(text, {begin, end}, "");
      // One entry with a dotted key for each part of the table.
      return entries.size() == 1 ? rest : without_inline(rest, {table.begin, table.end - (end - begin)}, path);
    }
    if (starts_with(path, entry.key) && text[entry.value.begin] == '{') {
      return without_inline(text, entry.value, drop(path, entry.key.size()));
    }
  }
  return std::string(text);
}

// Where the blank lines before `at` begin.
std::size_t before_blank_lines(std::string_view text, std::size_t at) {
  while (at > 0) {
    const auto line = at < 2 ? std::string_view::npos : text.rfind('\n', at - 2);
    const auto begin = line == std::string_view::npos ? 0 : line + 1;
    if (text.substr(begin, at - begin).find_first_not_of(" \t\r\n") != std::string_view::npos) return at;
    at = begin;
  }
  return at;
}

// Without all statements of what is at `path`.
std::string without(std::string_view text, const KeyPath& path) {
  std::string out(text);
  const auto statements = scan_toml(text);
  for (auto end = statements.size(); end > 0; --end) {
    const auto& last = statements[end - 1];
    const bool is_entry = last.kind == TomlStatement::Kind::entry;
    if (is_entry && last.path.size() < path.size() && starts_with(path, last.path) &&
        text[last.entry.value.begin] == '{') {
      return without_inline(text, last.entry.value, drop(path, last.path.size()));
    }
    if (!starts_with(last.path, path)) continue;
    auto begin = end;
    while (begin > 1 && starts_with(statements[begin - 2].path, path)) --begin;
    const auto& first = statements[begin - 1];
    const bool whole_table = first.kind != TomlStatement::Kind::entry;
    const auto from = whole_table ? before_blank_lines(text, first.lines.begin) : first.lines.begin;
    out = replaced(out, {from, last.lines.end}, "");
    end = begin;
  }
  return out;
}

}  // namespace

Result<std::string> set_entry(std::string_view text, const KeyPath& path, std::string_view literal) {
  auto expected = parse(text);
  if (!expected) return std::unexpected(expected.error());
  auto value = parse(fmt::format("value = {}", literal));
  if (!value) return std::unexpected(value.error());
  auto* table = descend(*expected, path);
  if (table == nullptr)
    return fail(Kind::usage, fmt::format("cannot set `{}`: the parent key is not a table", dotted(path)));
  table->insert_or_assign(path.back(), *value->get("value"));
  auto edited = Edit(text, literal).set(path);
  if (!edited) return edited;
  return proven(*std::move(edited), *expected);
}

Result<std::string> append_element(std::string_view text, const KeyPath& path, std::string_view literal) {
  auto expected = parse(text);
  if (!expected) return std::unexpected(expected.error());
  const auto array = find_value(text, path);
  if (!array) return set_entry(text, path, fmt::format("[{}]", literal));
  auto value = parse(fmt::format("value = {}", literal));
  if (!value) return std::unexpected(value.error());
  auto* table = descend(*expected, path);
  auto* elements = table == nullptr ? nullptr : table->get_as<toml::array>(path.back());
  if (elements == nullptr) return fail(Kind::usage, fmt::format("`{}` is not an array", dotted(path)));
  elements->push_back(*value->get("value"));
  return proven(append_to(text, *array, literal), *expected);
}

Result<std::string> remove_entry(std::string_view text, const KeyPath& path) {
  auto expected = parse(text);
  if (!expected) return std::unexpected(expected.error());
  const auto removed = erase(*expected, path);
  if (removed.empty()) return fail(Kind::usage, fmt::format("there is no `{}`", dotted(path)));
  return proven(without(text, removed), *expected);
}

std::string toml_quoted(std::string_view text) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (byte < 0x20 || byte == 0x7f) {
      out += {'\\', 'u', '0', '0', digits[byte >> 4], digits[byte & 15]};
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string toml_key(std::string_view key) {
  const bool bare =
      !key.empty() && std::ranges::all_of(key, [](char c) { return is_alphanumeric(c) || c == '_' || c == '-'; });
  return bare ? std::string(key) : toml_quoted(key);
}

}  // namespace eka::atom
