// One of the equal parts of a list, for machines that share the work (CI matrices).
//
// Items are assigned round-robin: shard K of N has the items at K, K+N, K+2N, … (counted from 1). So the sizes differ
// by at most one, neighbours in the list (which often have similar cost) go to different machines, and the position of
// an item in the whole list follows from its index in the shard: the merge does not need the list.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "atom/json/json.h"
#include "base/error.h"

namespace eka::cli {

struct Shard {
  std::size_t number = 1;  // 1 to count
  std::size_t count = 1;

  // "2/5". Kind::usage.
  static Result<Shard> parse(std::string_view text);

  std::string str() const;
  atom::Json json() const;  // {"count": 5, "number": 2}

  // The position in the whole list of the nth item of this shard; both count from 0.
  std::size_t position(std::size_t nth) const { return number - 1 + nth * count; }

  template <class Item>
  std::vector<Item> part_of(const std::vector<Item>& items) const {
    std::vector<Item> out;
    for (std::size_t at = position(0); at < items.size(); at += count) out.push_back(items[at]);
    return out;
  }
};

}  // namespace eka::cli
