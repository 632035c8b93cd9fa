#include "engine/plan/batches.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <string_view>

namespace eka::engine {
namespace {

// Starting an evaluator takes as long as evaluating this many simple atoms.
constexpr std::size_t atoms_worth_a_process = 24;

struct Batch {
  std::vector<std::size_t> indices;
  std::set<std::string_view> atoms;  // their keys

  std::size_t cost_with(const Materialized& closure) const {
    const auto added =
        std::ranges::count_if(closure.atoms, [&](const auto& atom) { return !atoms.contains(atom.first); });
    return atoms.size() + static_cast<std::size_t>(added);
  }
  void add(std::size_t index, const Materialized& closure) {
    indices.push_back(index);
    for (const auto& [key, atom] : closure.atoms) atoms.insert(key);
  }
};

std::size_t distinct_atoms(const std::vector<const Materialized*>& closures) {
  Batch all;
  for (const auto* closure : closures) all.add(0, *closure);
  return all.atoms.size();
}

std::vector<std::size_t> heaviest_first(const std::vector<const Materialized*>& closures) {
  std::vector<std::size_t> order(closures.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  // Equal weights keep the given order.
  const auto weight = [&](std::size_t index) { return closures[index]->atoms.size(); };
  std::ranges::sort(
      order, [&](std::size_t a, std::size_t b) { return weight(a) != weight(b) ? weight(a) > weight(b) : a < b; });
  return order;
}

}  // namespace

std::vector<std::vector<std::size_t>> batches(const std::vector<const Materialized*>& closures, std::size_t processes) {
  const std::size_t worthwhile = distinct_atoms(closures) / atoms_worth_a_process;
  std::vector<Batch> dealt(std::max<std::size_t>(1, std::min({processes, closures.size(), worthwhile})));
  for (const std::size_t index : heaviest_first(closures)) {
    const auto lightest =
        std::ranges::min_element(dealt, {}, [&](const Batch& batch) { return batch.cost_with(*closures[index]); });
    lightest->add(index, *closures[index]);
  }
  std::vector<std::vector<std::size_t>> out;
  for (Batch& batch : dealt) {
    std::ranges::sort(batch.indices);
    if (!batch.indices.empty()) out.push_back(std::move(batch.indices));
  }
  return out;
}

}  // namespace eka::engine
