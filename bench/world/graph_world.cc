// A graph like those of real package sets: deep, and every atom with the full lock of its closure.
#include <fmt/format.h>

#include "base/error.h"
#include "world/description.h"
#include "world/random.h"

namespace eka::world {

namespace {

struct Node {
  std::string set;
  std::string label;
};

Node node_of(const GraphWorld& size, unsigned level, unsigned column) {
  const auto index = level * size.width + column;
  return {fmt::format("set-{:02}", index % size.sets), fmt::format("atom-{:04}", index)};
}

// The atoms nearest below, from the level beneath downwards.
std::vector<Node> below(const GraphWorld& size, unsigned level, unsigned column) {
  std::vector<Node> out;
  for (unsigned i = 0; i < size.fan_out; ++i) {
    const auto down = 1 + i / size.width;
    if (down > level) break;
    out.push_back(node_of(size, level - down, (column + i) % size.width));
  }
  return out;
}

Release release_of(const GraphWorld& size, std::string label, const std::vector<Node>& needs, Random& random) {
  Release release;
  release.label = std::move(label);
  release.version = "1.0.0";
  release.description = fmt::format("{} of a deep graph", release.label);
  release.entry = "default.nix";
  std::string inputs;
  for (const auto& need : needs) {
    release.needs.push_back({need.set, need.label, "^1"});
    inputs += fmt::format("      atoms.deps.from.{}.{}.main\n", need.set, need.label);
  }
  release.files["default.nix"] = {fmt::format(
      "{{\n  main = derivation {{\n    name = \"{}-1.0.0\";\n    system = cfg.platforms.build;\n"
      "    builder = \"/bin/sh\";\n    args = [ \"-c\" \"echo $needs > $out\" ];\n    needs = [\n{}    ];\n  }};\n}}\n",
      release.label, inputs)};
  for (unsigned i = 0; i < size.files; ++i) {
    std::string text;
    while (text.size() < size.file_size) text += static_cast<char>('a' + random.below(26));
    release.files[fmt::format("data/{:03}", i)] = {std::move(text)};
  }
  return release;
}

Commit commit_of(Release release, std::string set) {
  Commit commit;
  commit.set = std::move(set);
  commit.message = "release " + release.label;
  commit.releases.push_back(std::move(release));
  return commit;
}

}  // namespace

Description graph_world(const GraphWorld& size) {
  if (size.sets == 0 || size.depth == 0 || size.width == 0) {
    throw Error(Kind::usage, "a graph has at least one set, one level and one atom in each level");
  }
  Random random(size.seed);
  Description description;
  description.seed = size.seed;
  for (unsigned i = 0; i < size.sets; ++i) description.sets.push_back(fmt::format("set-{:02}", i));
  std::vector<Node> top;
  for (unsigned level = 0; level < size.depth; ++level) {
    for (unsigned column = 0; column < size.width; ++column) {
      const auto node = node_of(size, level, column);
      auto release = release_of(size, node.label, below(size, level, column), random);
      description.history.push_back(commit_of(std::move(release), node.set));
      if (level + 1 == size.depth) top.push_back(node);
    }
  }
  description.history.push_back(commit_of(release_of(size, "root", top, random), description.sets.front()));
  return description;
}

}  // namespace eka::world
