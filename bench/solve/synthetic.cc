#include "solve/synthetic.h"

#include <algorithm>
#include <cstdint>

#include "base/error.h"

namespace eka::bench {
namespace {

// SplitMix64: the distributions of standard libraries differ.
class Dice {
 public:
  std::uint64_t below(std::uint64_t limit) {
    state_ += 0x9e3779b97f4a7c15;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return (z ^ (z >> 31)) % limit;
  }
  bool percent(std::uint64_t chance) { return below(100) < chance; }

 private:
  std::uint64_t state_ = 2024;
};

constexpr std::size_t minors = 5;  // per major version

}  // namespace

Universe synthetic_universe(std::size_t packages, std::size_t versions) {
  Universe out;
  out.title = "synthetic " + std::to_string(packages) + "x" + std::to_string(versions);
  Dice dice;
  std::vector<resolve::PackageId> ids;
  for (std::size_t p = 0; p < packages; ++p) ids.push_back(out.intern("package-" + std::to_string(p)));
  const auto caret = [](std::uint64_t major, std::uint64_t minor) {
    return unwrap(atom::Requirement::parse("^" + std::to_string(major) + "." + std::to_string(minor)));
  };
  const std::size_t newest = (versions + minors - 1) / minors;
  const std::size_t agreed = std::max<std::size_t>(newest, 2) - 1;  // the major version that most requirements accept
  for (std::size_t p = 0; p < packages; ++p) {
    std::vector<std::pair<atom::Version, resolve::Manifest>> list;
    for (std::size_t v = 0; v < versions; ++v) {
      const std::uint64_t major = v / minors + 1, minor = v % minors;
      resolve::Manifest manifest;
      const auto need = [&](std::size_t object) {
        if (object >= packages || object == p) return;
        const bool runs_ahead = major == agreed && minor + 2 >= minors && dice.percent(3);
        const std::uint64_t wanted = runs_ahead ? newest : std::min<std::uint64_t>(major, agreed);
        manifest.dependencies.push_back({ids[object], caret(wanted, dice.below(minors - 2)), {}});
      };
      need(2 * p + 1);
      need(2 * p + 2);
      for (std::uint64_t more = 1 + dice.below(4); more > 0; --more) need(p + 1 + dice.below(packages / 4 + 1));
      list.emplace_back(atom::Version(major, minor, 0), std::move(manifest));
    }
    out.publish(ids[p], std::move(list));
  }
  out.request.root.push_back({ids[0], atom::Requirement(), {}});
  return out;
}

}  // namespace eka::bench
