#include "atom/json/json.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/utf8.h"

namespace eka::atom {
namespace {

// UTF-8 sorts by code point; UTF-16 sorts the surrogates of U+10000 and above before U+E000 to U+FFFF. The two orders
// differ only where lead bytes ee and ef are compared with f0 and above.
bool before_in_utf16(const std::string* a, const std::string* b) {
  const auto rank = [](char c) {
    const auto byte = static_cast<std::uint8_t>(c);
    return byte == 0xee || byte == 0xef ? byte + 0x10 : byte;
  };
  return std::ranges::lexicographical_compare(*a, *b, {}, rank, rank);
}

void write_control(std::string& out, char c) {
  static constexpr std::string_view digits = "0123456789abcdef";
  static constexpr std::string_view short_for = "\b\t\n\f\r";
  if (const auto at = short_for.find(c); at != std::string_view::npos) {
    out += {'\\', "btnfr"[at]};
  } else {
    const auto byte = static_cast<std::uint8_t>(c);
    out += {'\\', 'u', '0', '0', digits[byte >> 4], digits[byte & 15]};
  }
}

void write_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const char c = text.front();
    const std::size_t length = first_code_point(text).length;
    if (length == 0) {
      out += "\xef\xbf\xbd";  // invalid UTF-8 is not allowed in JSON
    } else if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (static_cast<std::uint8_t>(c) < 0x20) {
      write_control(out, c);
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  out += '"';
}

// Number format of ECMAScript: the shortest digits that round-trip, without exponent between 1e-6 and 1e21.
void write_number(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out += "null";
    return;
  }
  if (value == 0) {
    out += '0';  // also for -0
    return;
  }
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, std::abs(value), std::chars_format::scientific).ptr;
  const std::string_view text(buffer, static_cast<std::size_t>(end - buffer));
  const auto e = text.find('e');
  std::string digits(text.substr(0, 1));
  if (e > 1) digits += text.substr(2, e - 2);
  int exponent = 0;
  const char* from = text.data() + e + (text[e + 1] == '+' ? 2 : 1);
  std::from_chars(from, end, exponent);
  const int count = static_cast<int>(digits.size());
  const int point = exponent + 1;  // digits before the decimal point
  if (value < 0) out += '-';
  if (count <= point && point <= 21) {
    out += digits + std::string(static_cast<std::size_t>(point - count), '0');
  } else if (0 < point && point <= 21) {
    out += digits.substr(0, static_cast<std::size_t>(point)) + "." + digits.substr(static_cast<std::size_t>(point));
  } else if (-6 < point && point <= 0) {
    out += "0." + std::string(static_cast<std::size_t>(-point), '0') + digits;
  } else {
    out += digits.substr(0, 1);
    if (count > 1) out += "." + digits.substr(1);
    out += exponent < 0 ? "e-" : "e+";
    out += std::to_string(std::abs(exponent));
  }
}

}  // namespace

// Writes a value, either compact or indented.
class JsonWriter {
 public:
  explicit JsonWriter(bool pretty) : pretty_(pretty) {}

  void value(const Json& json) {
    std::visit([this](const auto& v) { write(v); }, json.value_);
  }
  std::string take() { return std::move(out_); }

 private:
  void write(std::nullptr_t) { out_ += "null"; }
  void write(bool value) { out_ += value ? "true" : "false"; }
  void write(std::int64_t value) { out_ += std::to_string(value); }
  void write(double value) { write_number(out_, value); }
  void write(const std::string& text) { write_string(out_, text); }

  void write(const Json::Array& array) {
    open('[');
    for (const Json& element : array) {
      next();
      value(element);
    }
    close(']', array.empty());
  }

  void write(const Json::Object& object) {
    std::vector<const std::string*> keys;
    keys.reserve(object.size());
    for (const auto& [key, ignored] : object) keys.push_back(&key);
    std::ranges::sort(keys, before_in_utf16);
    open('{');
    for (const std::string* key : keys) {
      next();
      write_string(out_, *key);
      out_ += pretty_ ? ": " : ":";
      value(object.at(*key));
    }
    close('}', object.empty());
  }

  void open(char bracket) {
    out_ += bracket;
    ++depth_;
  }
  void next() {
    if (out_.back() != '[' && out_.back() != '{') out_ += ',';
    line();
  }
  void close(char bracket, bool empty) {
    --depth_;
    if (!empty) line();
    out_ += bracket;
  }
  void line() {
    if (pretty_) out_ += "\n" + std::string(2 * depth_, ' ');
  }

  bool pretty_;
  std::size_t depth_ = 0;
  std::string out_;
};

Json::Json(std::uint64_t value) {
  if (value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    value_ = static_cast<std::int64_t>(value);
  } else {
    value_ = static_cast<double>(value);
  }
}

Json& Json::operator[](const std::string& key) {
  if (std::holds_alternative<std::nullptr_t>(value_)) value_ = Object{};
  return std::get<Object>(value_)[key];
}

void Json::push_back(Json element) {
  if (std::holds_alternative<std::nullptr_t>(value_)) value_ = Array{};
  std::get<Array>(value_).push_back(std::move(element));
}

std::string Json::canonical() const {
  JsonWriter writer(false);
  writer.value(*this);
  return writer.take();
}

std::string Json::pretty() const {
  JsonWriter writer(true);
  writer.value(*this);
  return writer.take() + "\n";
}

}  // namespace eka::atom
