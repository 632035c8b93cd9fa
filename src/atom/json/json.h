// Writes canonical JSON (RFC 8785: sorted keys, shortest numbers, minimal escapes), so that it can be hashed. JSON is
// parsed with simdjson, where it is needed.
//
// Two deviations: integers are written exactly (the RFC rounds those beyond 2^53 to a double), and values that JSON
// cannot represent become null (non-finite numbers) or U+FFFD (invalid UTF-8), so the output is always valid JSON.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace eka::atom {

class Json {
 public:
  using Array = std::vector<Json>;
  using Object = std::map<std::string, Json>;

  Json() = default;  // null
  Json(bool value) : value_(value) {}
  Json(std::int64_t value) : value_(value) {}
  Json(int value) : value_(std::int64_t{value}) {}
  Json(std::uint64_t value);  // stored as a double if it does not fit into 63 bits
  Json(double value) : value_(value) {}
  Json(const char* value) : value_(std::string(value)) {}
  Json(std::string value) : value_(std::move(value)) {}
  Json(std::string_view value) : value_(std::string(value)) {}
  Json(Array value) : value_(std::move(value)) {}
  Json(Object value) : value_(std::move(value)) {}

  Json& operator[](const std::string& key);  // turns null into an object
  void push_back(Json element);              // turns null into an array

  // Keys sorted by UTF-16 code units, as the RFC requires; no white space.
  std::string canonical() const;
  // The same with two-space indentation and a final newline, for people.
  std::string pretty() const;

 private:
  friend class JsonWriter;
  std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, Array, Object> value_{nullptr};
};

}  // namespace eka::atom
