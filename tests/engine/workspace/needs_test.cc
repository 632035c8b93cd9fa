#include "engine/workspace/needs.h"

#include <doctest/doctest.h>

using namespace eka;

namespace {

atom::Label label(const char* text) {
  return unwrap(atom::Label::parse(text));
}

engine::Needs needs(std::initializer_list<std::pair<const char*, std::vector<const char*>>> list) {
  engine::Needs out;
  for (const auto& [name, needed] : list) {
    auto& of = out[label(name)];
    for (const auto* each : needed) of.insert(label(each));
  }
  return out;
}

std::string text(const std::vector<atom::Label>& labels) {
  std::string out;
  for (const auto& each : labels) out += (out.empty() ? "" : " ") + each.str();
  return out;
}

}  // namespace

TEST_CASE("dependencies come before their dependents, otherwise labels decide") {
  CHECK(text(engine::in_dependency_order(needs({{"b", {}}, {"a", {}}}))) == "a b");
  CHECK(text(engine::in_dependency_order(needs({{"app", {"lib"}}, {"lib", {"core"}}, {"core", {}}}))) ==
        "core lib app");
  CHECK(text(engine::in_dependency_order(needs({{"a", {"elsewhere"}}}))) == "a");
  CHECK(text(engine::in_dependency_order(needs({{"a", {"b"}}, {"b", {"a"}}, {"c", {}}}))) == "b a c");
}

TEST_CASE("cycle_through finds the shortest way back") {
  CHECK(engine::cycle_through(needs({{"a", {"b"}}, {"b", {}}}), label("a")).empty());
  CHECK(text(engine::cycle_through(needs({{"a", {"a"}}}), label("a"))) == "a");
  CHECK(text(engine::cycle_through(needs({{"a", {"b", "d"}}, {"b", {"c"}}, {"c", {"a"}}, {"d", {"a"}}}), label("a"))) ==
        "a d");
  // A cycle further down does not go through the start.
  CHECK(engine::cycle_through(needs({{"a", {"b"}}, {"b", {"c"}}, {"c", {"b"}}}), label("a")).empty());
}
