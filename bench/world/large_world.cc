#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "world/description.h"
#include "world/random.h"

namespace eka::world {

namespace {

// The properties of an atom that are the same in all versions.
struct Plan {
  std::string set;
  std::string label;
  unsigned level = 0;
  Composer composer = Composer::nix;
  bool composes = false;             // it is the composer of others
  std::vector<std::size_t> depends;  // on atoms of lower levels
};

std::string set_name(unsigned index) {
  return fmt::format("set-{:02}", index);
}

// Atom 0 is the composer, the last is the root; levels increase in between.
std::vector<Plan> plan_atoms(const LargeWorld& size, Random& random) {
  const std::size_t count = size.atoms;
  std::vector<Plan> plans(count);
  std::set<std::size_t> unneeded;
  for (std::size_t i = 0; i < count; ++i) {
    auto& plan = plans[i];
    const bool is_root = i + 1 == count;
    plan.set = set_name(static_cast<unsigned>((count - 1 - i) % size.sets));
    plan.label = is_root ? "root" : fmt::format("atom-{:03}", i);
    plan.level = is_root ? size.levels : static_cast<unsigned>(i * size.levels / (count - 1));
    plan.composes = i == 0 && !is_root;
    if (plan.composes) continue;
    if (plan.level == 0 && !is_root) {
      if (i % 4 == 1) plan.composer = Composer::static_;
    } else if (count > 1 && (is_root || i % 3 == 0)) {
      plan.composer = Composer::atom;
    }

    std::set<std::size_t> depends;
    if (is_root) depends = unneeded;
    const auto lower =
        static_cast<std::size_t>(std::ranges::count_if(plans.begin(), plans.begin() + static_cast<std::ptrdiff_t>(i),
                                                       [&](const Plan& other) { return other.level < plan.level; }));
    // Number 0 is the composer, not a normal dependency.
    const auto wanted = lower > 1 ? std::min<std::size_t>(size.dependencies, lower - 1) : 0;
    while (depends.size() < wanted) depends.insert(1 + random.below(lower - 1));
    for (const auto needed : depends) unneeded.erase(needed);
    plan.depends.assign(depends.begin(), depends.end());
    if (!is_root) unneeded.insert(i);
  }
  return plans;
}

std::string noise(Random& random, unsigned size) {
  static constexpr std::string_view alphabet = "abcdefghijklmnopqrstuvwxyz0123456789 ,.;:-_()ABCDEFGHIJKLMNOPQR\n";
  std::string text;
  text.reserve(size);
  while (text.size() < size) text += alphabet[random.below(alphabet.size())];
  return text;
}

std::string expression(const std::vector<Plan>& plans, const Plan& plan, const std::string& version) {
  if (plan.composes) return "root: { extern, config }: import root { inherit (extern) deps; inherit config; }\n";
  const bool composed = plan.composer == Composer::atom;
  std::string needs;
  for (const auto index : plan.depends) {
    const auto& other = plans[index];
    needs += fmt::format("      {}deps.from.{}.{}.{}\n", composed ? "" : "atoms.", other.set, other.label,
                         other.composer == Composer::static_ ? "package.version" : "main");
  }
  return fmt::format(
      "{}{{\n  main = derivation {{\n    name = \"{}-{}\";\n    system = {}.platforms.build;\n"
      "    builder = \"/bin/sh\";\n    args = [ \"-c\" \"echo $needs > $out\" ];\n    needs = [\n{}    ];\n  }};\n}}\n",
      composed ? "{ deps, config }:\n" : "", plan.label, version, composed ? "config" : "cfg", needs);
}

Release release_of(const LargeWorld& size, const std::vector<Plan>& plans, const Plan& plan, unsigned version,
                   Random& random) {
  Release release;
  release.label = plan.label;
  release.version = fmt::format("1.{}.0", version);
  release.description = fmt::format("Atom {} of level {}", plan.label, plan.level);
  release.composer = plan.composer;
  release.plannable = !plan.composes && plan.composer != Composer::static_;
  for (const auto index : plan.depends) release.needs.push_back({plans[index].set, plans[index].label, "^1"});
  switch (plan.composer) {
    case Composer::nix:
      release.entry = "default.nix";
      break;
    case Composer::static_:
      release.entry = "data";
      break;
    case Composer::atom:
      release.entry = "src";
      release.composed_by = Need{plans[0].set, plans[0].label, "^1"};
      break;
  }
  if (plan.composer != Composer::static_) {
    const auto place = plan.composer == Composer::atom ? "src/default.nix" : "default.nix";
    release.files[place] = {expression(plans, plan, release.version)};
  }
  for (unsigned i = 0; i < size.files; ++i) {
    const auto name = fmt::format("data/{}{:03}", i % 5 == 4 ? "more/" : "", i);
    release.files[name] = {noise(random, size.file_size), i % 7 == 6 ? File::Mode::executable : File::Mode::regular};
  }
  if (size.files > 1) release.files["data/first"] = {"000", File::Mode::symlink};
  return release;
}

void check(const LargeWorld& size) {
  if (size.sets == 0 || size.atoms == 0 || size.versions == 0 || size.levels == 0) {
    throw Error(Kind::usage, "a world has at least one set, atom, version and level");
  }
}

}  // namespace

Description large_world(const LargeWorld& size) {
  check(size);
  Random random(size.seed);
  Description description;
  description.seed = size.seed;
  for (unsigned i = 0; i < size.sets; ++i) description.sets.push_back(set_name(i));

  const auto plans = plan_atoms(size, random);
  for (unsigned version = 0; version < size.versions; ++version) {
    for (unsigned level = 0; level <= size.levels; ++level) {
      std::map<std::string, Commit> commits;
      for (const auto& plan : plans) {
        if (plan.level != level) continue;
        auto& commit = commits[plan.set];
        commit.set = plan.set;
        commit.message = fmt::format("release 1.{}.0 of level {}", version, level);
        commit.releases.push_back(release_of(size, plans, plan, version, random));
      }
      for (auto& [_, commit] : commits) description.history.push_back(std::move(commit));
    }
  }
  return description;
}

}  // namespace eka::world
