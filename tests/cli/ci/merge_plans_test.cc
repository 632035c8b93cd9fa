#include "cli/ci/merge_plans.h"

#include <doctest/doctest.h>

#include "cli/output/shard.h"

namespace eka::cli {
namespace {

using atom::Json;

Json cost(const std::string& url, int requests) {
  return Json::Object{{"url", url},   {"handshakes", 0},        {"requests", requests},
                      {"retries", 0}, {"bytes_received", 1000}, {"bytes_sent", 10}};
}

Json plan(const std::string& uri, const Json::Array& remotes) {
  return Json::Object{{"uri", uri},
                      {"drv", "/nix/store/" + uri},
                      {"milliseconds", Json::Object{{"locate", 1.25}}},
                      {"remotes", remotes}};
}

Json failed(const std::string& uri, int code) {
  return Json::Object{{"uri", uri},
                      {"error", Json::Object{{"code", code}, {"message", "no"}, {"context", Json::Array{"x"}}}}};
}

std::string document(const Json::Array& plans, const Json::Array& remotes, const std::string& shard) {
  Json out = Json::Object{{"format", 1}, {"plans", plans}, {"remotes", remotes}};
  if (!shard.empty()) out["shard"] = unwrap(Shard::parse(shard)).json();
  return out.pretty();
}

Error refusal(const std::vector<PlanDocument>& documents) {
  auto merged = merge_plans(documents);
  REQUIRE_FALSE(merged);
  return merged.error();
}

TEST_CASE("shards are merged in any order") {
  const std::string first = document({plan("a", {cost("x", 1)}), failed("c", 4)}, {cost("x", 1), cost("z", 1)}, "1/2");
  const std::string second = document({plan("b", {cost("x", 2), cost("y", 3)})}, {cost("x", 2), cost("y", 3)}, "2/2");
  const auto merged = merge_plans({{"second.json", second}, {"first.json", first}});
  REQUIRE(merged);
  auto summed = cost("x", 3);
  summed["bytes_received"] = 2000;
  summed["bytes_sent"] = 20;
  const Json expected =
      Json::Object{{"format", 1},
                   {"plans", Json::Array{plan("a", {summed}), plan("b", {summed, cost("y", 3)}), failed("c", 4)}},
                   {"remotes", Json::Array{summed, cost("y", 3), cost("z", 1)}}};
  CHECK(merged->document.pretty() == expected.pretty());
  CHECK(merged->codes == std::vector{4});
}

TEST_CASE("empty shards, and a single shard") {
  const std::string first = document({plan("a", {})}, {}, "1/2");
  const auto merged = merge_plans({{"1", first}, {"2", document({}, {}, "2/2")}});
  REQUIRE(merged);
  CHECK(merged->document.pretty() == document({plan("a", {})}, {}, ""));
  CHECK(merge_plans({{"1", document({}, {}, "1/1")}}).has_value());
}

TEST_CASE("inconsistent documents are rejected with their names") {
  const std::string first = document({plan("a", {}), plan("c", {})}, {}, "1/2");
  const std::string second = document({plan("b", {})}, {}, "2/2");
  const auto said = [](const std::vector<PlanDocument>& documents) {
    const Error error = refusal(documents);
    CHECK(error.kind() == Kind::usage);
    return error.message();
  };
  CHECK(said({{"1", first}}) == "missing shards: 2/2");
  CHECK(said({{"1", first}, {"again", first}}) == "duplicate shard 1/2, also in 1");
  CHECK(refusal({{"1", first}, {"again", first}}).context() == std::vector<std::string>{"merging again"});
  CHECK(said({{"1", first}, {"x", document({}, {}, "2/3")}}) ==
        "shard 2/3 does not match the other documents, which have 2 shards");
  CHECK(said({{"1", document({}, {}, "")}}) == "not the document of a shard");
  CHECK(said({{"1", document({plan("a", {})}, {}, "1/2")}, {"2", document({plan("b", {}), plan("d", {})}, {}, "2/2")}})
            .contains("not parts of the same list"));
  for (const std::string text : {"", "{", "[]", R"({"format":1})", R"({"format":2,"plans":[],"remotes":[]})",
                                 R"({"format":1,"plans":[],"remotes":[],"shard":{"number":"x"}})",
                                 R"({"format":1,"plans":{},"remotes":[],"shard":{"number":1,"count":1}})"}) {
    CAPTURE(text);
    const Error error = refusal({{"bad.json", text}});
    CHECK(error.kind() == Kind::usage);
    const bool named =
        error.message().contains("bad.json") || error.context() == std::vector<std::string>{"merging bad.json"};
    CHECK(named);
  }
  CHECK(merge_plans({{"1", first}, {"2", second}}).has_value());
}

}  // namespace
}  // namespace eka::cli
