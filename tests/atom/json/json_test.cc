#include "atom/json/json.h"

#include <limits>

#include <doctest/doctest.h>

using eka::atom::Json;

TEST_CASE("canonical JSON sorts keys by UTF-16 code units") {
  Json json;
  json["\xef\xac\xb3"] = 1;      // U+FB33
  json["\xf0\x9f\x98\x80"] = 2;  // U+1F600, whose surrogates sort before U+FB33
  json["\xe2\x82\xac"] = 3;      // U+20AC
  json["1"] = 4;
  json["\r"] = 5;
  json[""] = 6;
  CHECK(json.canonical() == "{\"\":6,\"\\r\":5,\"1\":4,\"\xe2\x82\xac\":3,\"\xf0\x9f\x98\x80\":2,\"\xef\xac\xb3\":1}");
}

TEST_CASE("canonical JSON escapes only what must be escaped") {
  CHECK(Json("\x01\b\t\n\f\r\x1f\"\\/\x7fλ").canonical() == "\"\\u0001\\b\\t\\n\\f\\r\\u001f\\\"\\\\/\x7fλ\"");
  CHECK(Json("a\xff"
             "b")
            .canonical() ==
        "\"a\xef\xbf\xbd"
        "b\"");
}

TEST_CASE("canonical JSON formats numbers like ECMAScript") {
  const auto number = [](double value) { return Json(value).canonical(); };
  CHECK(number(0.0) == "0");
  CHECK(number(-0.0) == "0");
  CHECK(number(1.0) == "1");
  CHECK(number(-1.5) == "-1.5");
  CHECK(number(4.50) == "4.5");
  CHECK(number(2e-3) == "0.002");
  CHECK(number(0.000001) == "0.000001");
  CHECK(number(1e-7) == "1e-7");
  CHECK(number(1.5e-7) == "1.5e-7");
  CHECK(number(333333333.33333329) == "333333333.3333333");
  CHECK(number(1e20) == "100000000000000000000");
  CHECK(number(1e21) == "1e+21");
  CHECK(number(1e30) == "1e+30");
  CHECK(number(5e-324) == "5e-324");
  CHECK(number(1.7976931348623157e308) == "1.7976931348623157e+308");
  CHECK(number(std::numeric_limits<double>::infinity()) == "null");
  CHECK(Json(std::numeric_limits<std::int64_t>::min()).canonical() == "-9223372036854775808");
  CHECK(Json(std::numeric_limits<std::uint64_t>::max()).canonical() == "18446744073709552000");
}

TEST_CASE("pretty JSON is indented") {
  Json json;
  json["b"].push_back(1);
  json["b"].push_back("x");
  json["a"] = Json::Object{};
  json["c"] = true;
  json["d"] = Json();
  CHECK(json.pretty() == "{\n  \"a\": {},\n  \"b\": [\n    1,\n    \"x\"\n  ],\n  \"c\": true,\n  \"d\": null\n}\n");
  CHECK(json.canonical() == R"({"a":{},"b":[1,"x"],"c":true,"d":null})");
}
