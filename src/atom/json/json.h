// JSON that is written: canonical (RFC 8785: sorted keys, shortest numbers, minimal escapes), so that it can be hashed.
// Reading is simdjson's, at the places that read.
//
// Two liberties: integers are written exactly (the RFC would round those beyond 2^53 to a double), and what JSON cannot
// hold becomes null (a number that is not finite) or U+FFFD (broken UTF-8), so that the output is always JSON.
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
  Json(std::uint64_t value);  // a double where 63 bits do not hold it
  Json(double value) : value_(value) {}
  Json(const char* value) : value_(std::string(value)) {}
  Json(std::string value) : value_(std::move(value)) {}
  Json(std::string_view value) : value_(std::string(value)) {}
  Json(Array value) : value_(std::move(value)) {}
  Json(Object value) : value_(std::move(value)) {}

  Json& operator[](const std::string& key);  // makes an object of a null
  void push_back(Json element);              // makes an array of a null

  // Keys sorted by UTF-16 code units, as the RFC says; no white space.
  std::string canonical() const;
  // The same with two-space indentation and a final newline, for people.
  std::string pretty() const;

 private:
  friend class JsonWriter;
  std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, Array, Object> value_{nullptr};
};

}  // namespace eka::atom
