#include "tests/resolve/random_universe.h"

#include <random>
#include <string>

#include "base/error.h"

namespace eka::tests {
namespace {

using bench::Universe;
using resolve::Dependency;
using resolve::PackageId;

class Maker {
 public:
  explicit Maker(std::uint32_t seed) : random_(seed) { out_.title = "random " + std::to_string(seed); }

  Universe make() {
    const std::size_t packages = 3 + below(12);
    const std::size_t most_versions = 2 + below(8);
    const std::size_t most_needs = 1 + below(4);
    for (std::size_t p = 0; p <= packages; ++p) ids_.push_back(out_.intern("p" + std::to_string(p)));
    for (std::size_t p = 0; p < packages; ++p) {  // the last has no versions
      const std::size_t count = below(40) == 0 ? 80 : 1 + below(most_versions);
      std::vector<std::pair<atom::Version, resolve::Manifest>> list;
      for (std::size_t v = 0; v < count; ++v) {
        resolve::Manifest manifest;
        for (std::size_t n = below(most_needs + 1); n > 0; --n) manifest.dependencies.push_back(need());
        if (below(40) == 0) manifest.unusable_because = "it cannot be used";
        list.emplace_back(version(v), std::move(manifest));
      }
      out_.publish(ids_[p], std::move(list));
    }
    for (std::size_t n = 1 + below(4); n > 0; --n) out_.request.root.push_back(need());
    if (below(3) == 0) {
      for (std::size_t p = 0; p < packages; p += 2) out_.request.locked.push_back({ids_[p], version(below(3))});
    }
    return std::move(out_);
  }

 private:
  // Not std::uniform_int_distribution, which differs between standard libraries.
  std::size_t below(std::size_t limit) { return random_() % limit; }

  static atom::Version version(std::size_t number) {
    const std::string text = std::to_string(number / 3 + 1) + "." + std::to_string(number % 3) + ".0";
    return unwrap(atom::Version::parse(number % 5 == 4 ? text + "-rc.1" : text));
  }

  Dependency need() {
    const std::size_t object = below(60) == 0 ? ids_.size() - 1 : below(ids_.size() - 1);
    // One random number per statement, because evaluation order within a statement is unspecified.
    const std::string major = std::to_string(1 + below(2));
    const std::string at = major + "." + std::to_string(below(3));
    const char* const forms[] = {"^", "~", ">=", "<=", ">=", ">="};
    const std::string form = forms[below(6)];
    const std::size_t kind = below(24);
    const std::string text = kind < 8    ? "*"
                             : kind < 10 ? ">=" + at + ".0-a"
                             : kind < 13 ? ">=1.1, <" + std::to_string(2 + below(3))
                                         : form + at;
    return {ids_[object], unwrap(atom::Requirement::parse(text)), {}};
  }

  std::mt19937 random_;
  Universe out_;
  std::vector<PackageId> ids_;
};

}  // namespace

Universe random_universe(std::uint32_t seed) {
  return Maker(seed).make();
}

Universe pigeonholes(std::size_t pigeons) {
  Universe out;
  out.title = std::to_string(pigeons) + " pigeons";
  std::vector<PackageId> holes;
  for (std::size_t h = 0; h + 1 < pigeons; ++h) {
    holes.push_back(out.intern("hole-" + std::to_string(h)));
    std::vector<std::pair<atom::Version, resolve::Manifest>> taken;
    for (std::size_t p = 0; p < pigeons; ++p) taken.emplace_back(atom::Version(p + 1, 0, 0), resolve::Manifest{});
    out.publish(holes.back(), std::move(taken));
  }
  for (std::size_t p = 0; p < pigeons; ++p) {
    const PackageId pigeon = out.intern("pigeon-" + std::to_string(p));
    std::vector<std::pair<atom::Version, resolve::Manifest>> choices;
    for (std::size_t h = 0; h < holes.size(); ++h) {
      const auto requirement = unwrap(atom::Requirement::parse("^" + std::to_string(p + 1)));
      choices.emplace_back(atom::Version(h + 1, 0, 0), resolve::Manifest{{{holes[h], requirement, {}}}, {}});
    }
    out.publish(pigeon, std::move(choices));
    out.request.root.push_back({pigeon, {}, {}});
  }
  return out;
}

}  // namespace eka::tests
