#include "eval/report/origin.h"

#include <doctest/doctest.h>

namespace eka::eval {
namespace {

// app needs log and auth, log needs auth, auth is composed with kit; tool is independent.
constexpr std::string_view closure = R"({
  "roots": ["app-key", "tool-key"],
  "atoms": {
    "app-key": { "label": "app", "version": "1.0.0", "root": "/nix/store/a-app", "compose": { "use": "nix" },
                 "deps": { "company": { "log": "log-key", "auth": "auth-key" } } },
    "log-key": { "label": "log", "version": "1.1.0", "root": "/nix/store/l-log", "compose": { "use": "nix" },
                 "deps": { "company": { "auth": "auth-key" } } },
    "auth-key": { "label": "auth", "version": "1.5.2", "root": "/nix/store/u-auth",
                  "compose": { "use": "atom", "atom": "kit-key" }, "deps": { } },
    "kit-key": { "label": "kit", "version": "0.1.0", "root": "/nix/store/k-kit", "compose": { "use": "nix" },
                 "deps": { "vendor": { "one": "circle-key" }, "other": { "two": "circle-key" } } },
    "circle-key": { "label": "circle", "version": "3.0.0", "root": "/nix/store/c-circle", "compose": { "use": "nix" },
                    "deps": { "vendor": { "kit": "kit-key" } } },
    "tool-key": { "label": "tool", "version": "2.0.0", "root": "/nix/store/t-tool", "compose": { "use": "static" },
                  "deps": { } },
    "stray-key": { "label": "stray", "version": "9.0.0", "root": "/nix/store/s-stray", "compose": { "use": "nix" },
                   "deps": { } }
  } })";

std::string sentence(const std::vector<std::string>& places) {
  const auto origin = find_origin(closure, places);
  return origin ? origin->sentence() : "nothing";
}

TEST_CASE("a planned atom has no dependents") {
  CHECK(sentence({"/nix/store/a-app"}) == "evaluating the atom app 1.0.0");
  CHECK(sentence({"/nix/store/t-tool"}) == "evaluating the atom tool 2.0.0");
}

TEST_CASE("the shortest path to the dependent is shown") {
  CHECK(sentence({"/nix/store/u-auth"}) == "evaluating the atom auth 1.5.2, needed by app 1.0.0");
  CHECK(sentence({"/nix/store/l-log"}) == "evaluating the atom log 1.1.0, needed by app 1.0.0");
}

TEST_CASE("a composer is shown as needed by what it composes, and cycles end") {
  CHECK(sentence({"/nix/store/k-kit"}) == "evaluating the atom kit 0.1.0, needed by auth 1.5.2, needed by app 1.0.0");
  CHECK(sentence({"/nix/store/c-circle"}) ==
        "evaluating the atom circle 3.0.0, needed by kit 0.1.0, needed by auth 1.5.2, needed by app 1.0.0");
}

TEST_CASE("the innermost position inside an atom is used") {
  CHECK(sentence({"/nix/store/x-source", "/nix/store/l-log", "/nix/store/a-app"}) ==
        "evaluating the atom log 1.1.0, needed by app 1.0.0");
}

TEST_CASE("the dependencies of the atom, by set tag") {
  const auto origin = find_origin(closure, {"/nix/store/k-kit"});
  REQUIRE(origin);
  CHECK(origin->dependencies ==
        std::map<std::string, std::vector<std::string>>{{"vendor", {"one"}}, {"other", {"two"}}});
}

TEST_CASE("no origin for unknown positions, unneeded atoms and invalid documents") {
  CHECK(sentence({}) == "nothing");
  CHECK(sentence({"/nix/store/x-source", "/nix/store/a-ap", "/nix/store/a-app2"}) == "nothing");
  CHECK(sentence({"/nix/store/s-stray"}) == "nothing");
  for (const std::string_view text : {"", "{", "[]", R"({"atoms":1})", R"({"atoms":{"a":{}},"roots":[]})"}) {
    CHECK_FALSE(find_origin(text, {"/nix/store/a-app"}));
  }
}

}  // namespace
}  // namespace eka::eval
