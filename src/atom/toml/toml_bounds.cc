#include "atom/toml/toml_bounds.h"

#include <algorithm>
#include <vector>

namespace eka::atom {
namespace {

class Counter {
 public:
  Counter(std::string_view text, const TomlLimits& limits) : text_(text), limits_(limits) {}

  TomlExcess count() {
    while (at_ < text_.size() && excess_.why.empty()) step();
    return std::move(excess_);
  }

 private:
  void step() {
    switch (text_[at_]) {
      case '"':
      case '\'':
        skip_string();
        return;
      case '#':
        at_ = std::min(text_.find('\n', at_), text_.size());
        return;
      case '\n':
        if (open_.empty()) end_statement();
        break;
      case '.':
        ++dots_;
        last_dot_ = at_;
        check_depth();
        break;
      case '=':
        end_key();
        break;
      case ',':
        dots_ = 0;
        add_value();
        break;
      case '[':
        if (open_.empty() && !in_header_ && is_blank(text_.substr(statement_, at_ - statement_))) {
          in_header_ = true;
          header_is_array_ = text_.substr(at_ + 1).starts_with('[');
          if (header_is_array_) ++at_;
          statement_ = at_ + 1;
        } else if (!in_header_) {
          open();
        }
        break;
      case '{':
        if (!in_header_) open();
        break;
      case ']':
      case '}':
        if (in_header_) {
          end_header();
        } else if (!open_.empty()) {
          dots_ = 0;
          levels_ -= open_.back();
          open_.pop_back();
        }
        break;
      default:
        break;
    }
    ++at_;
  }

  static bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\xef\xbb\xbf") == text.npos; }

  // Skips the string that starts at a quote; an unterminated one ends with its line, as in toml++.
  void skip_string() {
    const char quote = text_[at_];
    const std::string_view triple = quote == '"' ? "\"\"\"" : "'''";
    const bool many_lines = text_.substr(at_).starts_with(triple);
    at_ += many_lines ? 3 : 1;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '\\' && quote == '"') {
        ++at_;
      } else if (c == '\n' && !many_lines) {
        return;
      } else if (c == quote && (!many_lines || text_.substr(at_).starts_with(triple))) {
        at_ += many_lines ? 3 : 1;
        // A multi-line string may end with up to two additional quotes.
        for (int i = 0; i < 2 && many_lines && at_ < text_.size() && text_[at_] == quote; ++i) ++at_;
        return;
      }
    }
    at_ = std::min(at_, text_.size());
  }

  void end_statement() {
    if (in_header_) end_header();
    statement_ = at_ + 1;
    dots_ = 0;
    in_value_ = false;
    levels_ = header_;
  }

  // `key =`: the dots counted so far belong to a key.
  void end_key() {
    if (in_header_) return;
    add_value();
    if (dots_ != 0) {
      if (!open_.empty() || in_value_) {
        add_parents(dots_);
      } else if (const auto parent = text_.substr(statement_, last_dot_ - statement_); parent != key_parent_) {
        key_parent_ = parent;
        add_parents(dots_);
      }
    }
    if (open_.empty()) in_value_ = true;
    key_dots_ = dots_;
    dots_ = 0;
  }

  void end_header() {
    in_header_ = false;
    header_ = dots_ + 1;
    levels_ = header_;
    const auto text = text_.substr(statement_, at_ - statement_);
    const auto parent = dots_ == 0 ? std::string_view() : text_.substr(statement_, last_dot_ - statement_);
    if (dots_ != 0 && parent != header_parent_) {
      header_parent_ = parent;
      add_parents(dots_);
    }
    if (header_is_array_ && text != array_) {
      array_ = text;
      add_parents(1);
    }
    key_parent_ = {};
    dots_ = 0;
    in_value_ = true;  // only a comment may follow on this line
    add_value();
  }

  void open() {
    // The dots of the key whose value it is, plus the value itself.
    open_.push_back(key_dots_ + 1);
    levels_ += open_.back();
    key_dots_ = 0;
    dots_ = 0;
    add_value();
    check_depth();
  }

  void check_depth() {
    if (levels_ + dots_ > limits_.depth || open_.size() > limits_.depth) {
      refuse("tables and arrays are nested more than " + std::to_string(limits_.depth) + " levels deep");
    }
  }

  void add_parents(std::size_t count) {
    parents_ += count;
    if (parents_ > limits_.parents) {
      refuse("dotted keys and headers create more than " + std::to_string(limits_.parents) + " tables");
    }
  }

  void add_value() {
    if (++values_ > limits_.values) {
      refuse("more than " + std::to_string(limits_.values) + " keys and values");
    }
  }

  void refuse(std::string why) {
    const auto before = text_.substr(0, at_);
    excess_.where.line = static_cast<std::uint32_t>(1 + std::ranges::count(before, '\n'));
    excess_.where.column = static_cast<std::uint32_t>(
        1 + std::ranges::count_if(before.substr(before.rfind('\n') + 1), [](char c) { return (c & 0xc0) != 0x80; }));
    excess_.why = std::move(why);
  }

  std::string_view text_;
  TomlLimits limits_;
  TomlExcess excess_;
  std::size_t at_ = 0;
  std::size_t statement_ = 0;  // where its first key begins
  bool in_header_ = false;
  bool header_is_array_ = false;
  bool in_value_ = false;  // after the first "=" of a line
  std::size_t dots_ = 0;   // since the last separator of keys and values
  std::size_t last_dot_ = 0;
  std::size_t key_dots_ = 0;       // of the key before the last "="
  std::size_t header_ = 0;         // depth of the header's table
  std::size_t levels_ = 0;         // current depth
  std::vector<std::size_t> open_;  // the levels added by each open bracket
  std::string_view key_parent_, header_parent_, array_;
  std::size_t parents_ = 0;
  std::size_t values_ = 0;
};

}  // namespace

TomlExcess toml_excess(std::string_view text, const TomlLimits& limits) {
  if (text.size() > limits.bytes) return {{}, "larger than " + std::to_string(limits.bytes >> 10) + " KiB"};
  return Counter(text, limits).count();
}

}  // namespace eka::atom
