#include "tests/sim/faults.h"

namespace eka::sim {

const std::vector<Faults::Kind>& Faults::kinds() {
  static const std::vector<Kind> all{
#define EKA_SIM_KIND(name, probability) {Fault::name, #name, probability},
      EKA_SIM_FAULTS(EKA_SIM_KIND)
#undef EKA_SIM_KIND
  };
  return all;
}

Faults Faults::half(Random random) {
  Faults out;
  for (const auto& kind : kinds()) out.allow(kind.fault, random.chance(0.5));
  return out;
}

bool Faults::strikes(Fault fault, Random& random) const {
  // The number is drawn in any case: turning a kind off changes as little as possible of the rest.
  const double drawn = random.uniform();
  return on(fault) && drawn < kinds()[static_cast<std::size_t>(fault)].probability;
}

std::string Faults::text() const {
  std::string out;
  for (const auto& kind : kinds()) {
    if (on(kind.fault)) out += (out.empty() ? "" : " ") + std::string(kind.name);
  }
  return out.empty() ? "none" : out;
}

}  // namespace eka::sim
