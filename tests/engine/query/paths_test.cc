// Questions about dependency graphs, with graphs written by hand.
#include "engine/query/paths.h"

#include <doctest/doctest.h>

using namespace eka;
using namespace eka::engine;

namespace {

// A graph of atoms that are called "a", "b", … in one set; `needs` has a list for each.
DependencyGraph graph_of(const std::vector<Nodes>& needs) {
  DependencyGraph out;
  const auto set = atom::ObjectId::of("commit", "set");
  for (std::size_t i = 0; i < needs.size(); ++i) {
    const auto label = unwrap(atom::Label::parse(std::string(1, static_cast<char>('a' + i))));
    out.nodes.push_back({{set, label, atom::Version(1, 0, i), {}}, "own", false, needs[i], {}, false});
  }
  return out;
}

DependencyName named(const char* text) {
  return unwrap(DependencyName::parse(text));
}

}  // namespace

TEST_CASE("the shortest path over each direct dependency, shortest first") {
  // a needs b, c and d; e is reached over b and f, and over d.
  const auto graph = graph_of({{1, 2, 3}, {5}, {}, {4}, {}, {4}});
  CHECK(paths_to(graph, 4) == std::vector<Nodes>{{0, 3, 4}, {0, 1, 5, 4}});
  CHECK(paths_to(graph, 2) == std::vector<Nodes>{{0, 2}});
}

TEST_CASE("nodes are ordered by name, whatever the hashes of their sets are") {
  auto graph = graph_of({{1, 2, 3}, {4}, {4}, {4}, {}});
  const auto rename = [&](std::size_t at, const char* label, const char* set) {
    graph.nodes[at].atom.label = unwrap(atom::Label::parse(label));
    graph.nodes[at].set = set;
  };
  rename(1, "x", "two");
  rename(2, "c", "own");
  rename(3, "x", "one");
  CHECK(in_name_order(graph, {1, 2, 3}) == Nodes{2, 3, 1});
  CHECK(dependents(graph)[4] == Nodes{2, 3, 1});
  CHECK(duplicates(graph) == Nodes{3, 1});
  CHECK(nodes_named(graph, named("x")) == Nodes{3, 1});
  CHECK(paths_to(graph, 4) == std::vector<Nodes>{{0, 2, 4}, {0, 3, 4}, {0, 1, 4}});
}

TEST_CASE("cycles end, also those that come back to the root") {
  const auto graph = graph_of({{1}, {2}, {1, 0, 3}, {}});
  CHECK(paths_to(graph, 3) == std::vector<Nodes>{{0, 1, 2, 3}});
  CHECK(paths_to(graph, 0) == std::vector<Nodes>{{0, 1, 2, 0}});
  CHECK(paths_to(graph_of({{0, 1}, {}}), 1) == std::vector<Nodes>{{0, 1}});
}

TEST_CASE("who needs an atom") {
  const auto graph = graph_of({{1, 2}, {2}, {}});
  CHECK(dependents(graph) == std::vector<Nodes>{{}, {0}, {0, 1}});
}

TEST_CASE("atoms by name") {
  auto graph = graph_of({{1, 2}, {}, {}});
  CHECK(nodes_named(graph, named("b")) == Nodes{1});
  CHECK(nodes_named(graph, named("b@1.0.1")) == Nodes{1});
  CHECK(nodes_named(graph, named("b@1.0.2")).empty());
  CHECK(nodes_named(graph, named("other::b")).empty());
  CHECK(duplicates(graph).empty());
  graph.nodes[2].atom.label = graph.nodes[1].atom.label;
  graph.nodes[2].set = "other";
  CHECK(duplicates(graph) == Nodes{2, 1});
  CHECK(nodes_named(graph, named("b")) == Nodes{2, 1});
  CHECK(nodes_named(graph, named("other::b")) == Nodes{2});
}

TEST_CASE("names of dependencies") {
  CHECK(named("own::b@1.2.3").str() == "own::b@1.2.3");
  for (const char* wrong : {"", "a@", "a@^1", "::a", "a::b::c", "a b", "@1.0.0"}) {
    CAPTURE(wrong);
    CHECK_FALSE(DependencyName::parse(wrong));
  }
}
