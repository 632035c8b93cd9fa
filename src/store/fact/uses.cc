#include "store/fact/uses.h"

#include <cstdint>
#include <exception>
#include <utility>
#include <vector>

#include "store/disk/usage.h"

namespace eka::store {

Uses::~Uses() {
  try {
    write();
  } catch (const std::exception&) {
    // Out of memory. `eka cache gc` may remove what was used, and the next run fetches it again.
  }
}

// In one go. Skips entries that the database has as used within the last day.
void Uses::write() {
  const std::int64_t now = in_seconds(clock_.date());
  for (const auto& [fact, keys] : std::exchange(used_, {})) {
    std::vector<std::pair<std::string, std::string>> facts;
    const std::vector<std::string> all(keys.begin(), keys.end());
    const auto values = database_.get_all(fact, all);
    for (std::size_t i = 0; i < all.size(); ++i) {
      const auto known = parse_seconds(values[i]);
      if (!known || *known < now - std::int64_t{24} * 3600 || *known > now)
        facts.emplace_back(all[i], std::to_string(now));
    }
    database_.put_all(fact, facts);
  }
}

void Uses::note_lock(const std::filesystem::path& file) {
  used_[Fact::lock].insert(std::filesystem::absolute(file).lexically_normal().native());
}

}  // namespace eka::store
