#include "tests/sim/faults.h"

#include <string_view>

namespace eka::sim {

const std::vector<Faults::Kind>& Faults::kinds() {
  static const std::vector<Kind> all{
#define EKA_SIM_KIND(name, probability) {Fault::name, #name, probability},
      EKA_SIM_FAULTS(EKA_SIM_KIND)
#undef EKA_SIM_KIND
  };
  return all;
}

Faults Faults::half(std::uint64_t seed) {
  Faults out;
  for (const auto& kind : kinds()) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : std::string_view(kind.name)) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    Random chance = Random(seed).fork(hash);
    out.allow(kind.fault, chance.chance(0.5));
    out.chances_.push_back(chance);
  }
  return out;
}

bool Faults::strikes(Fault fault) const {
  const auto place = static_cast<std::size_t>(fault);
  return on(fault) && chances_[place].uniform() < kinds()[place].probability;
}

std::string Faults::text() const {
  std::string out;
  for (const auto& kind : kinds()) {
    if (on(kind.fault)) out += (out.empty() ? "" : " ") + std::string(kind.name);
  }
  return out.empty() ? "none" : out;
}

}  // namespace eka::sim
