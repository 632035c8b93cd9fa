#include "store/pack/pack_scanner.h"

#include <algorithm>
#include <array>

#include "store/pack/big_endian.h"

namespace eka::store {
namespace {

constexpr const char* base_is_nowhere = "delta without base";

[[noreturn]] void refuse(std::string why) {
  throw Error(Kind::integrity, "invalid pack: " + std::move(why));
}

std::string mebibytes(std::uint64_t bytes) {
  return std::to_string(bytes >> 20) + " MiB";
}

// Removes a little-endian varint from the front of `text`; false if it is incomplete.
bool take_varint(std::string_view& text, std::uint64_t& value) {
  value = 0;
  for (unsigned i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<std::uint8_t>(text[i]);
    if (i == 9) refuse("invalid size");
    value |= static_cast<std::uint64_t>(byte & 0x7f) << (7 * i);
    if ((byte & 0x80) == 0) {
      text.remove_prefix(i + 1);
      return true;
    }
  }
  return false;
}

}  // namespace

void PackScanner::push(std::span<const std::byte> bytes) {
  received_ += bytes.size();
  std::span<const std::byte> rest = bytes;
  const auto hash = [&](std::span<const std::byte> done) {
    hash_.update(std::span(reinterpret_cast<const std::uint8_t*>(done.data()), done.size()));
  };
  while (!rest.empty() && in_hashed_part()) {
    switch (state_) {
      case State::header:
        take_header(rest);
        break;
      case State::entry:
        if (shift_ == 0) place_ = received_ - rest.size();
        take_entry_byte(std::to_integer<std::uint8_t>(rest.front()));
        rest = rest.subspan(1);
        break;
      case State::distance:
        take_distance_byte(std::to_integer<std::uint8_t>(rest.front()));
        rest = rest.subspan(1);
        break;
      case State::base:
        if (gather(rest, atom::ObjectId::size)) begin_data();
        break;
      default:
        take_data(rest);
    }
    if (!in_hashed_part()) hash(bytes.first(bytes.size() - rest.size()));
  }
  if (in_hashed_part()) {
    hash(bytes);
    return;
  }
  if (state_ == State::trailer) take_trailer(rest);
  if (!rest.empty()) refuse("data after the end");
}

void PackScanner::finish() const {
  if (state_ == State::done) return;
  refuse("truncated after " + std::to_string(received_) + " bytes; " + std::to_string(left_) + " of " +
         std::to_string(count_) + " objects missing");
}

// Collects `size` bytes in gathered_; returns true when they are complete.
bool PackScanner::gather(std::span<const std::byte>& rest, std::size_t size) {
  const std::size_t count = std::min(rest.size(), size - gathered_.size());
  gathered_.append(reinterpret_cast<const char*>(rest.data()), count);
  rest = rest.subspan(count);
  return gathered_.size() == size;
}

void PackScanner::take_header(std::span<const std::byte>& rest) {
  if (!gather(rest, 12)) return;
  if (!gathered_.starts_with("PACK")) refuse("bad signature");
  const std::string_view header = gathered_;
  if (const auto version = read_big_endian(header.substr(4, 4)); version != 2 && version != 3) {
    refuse("unsupported version " + std::to_string(version));
  }
  count_ = left_ = read_big_endian(header.substr(8, 4));
  if (count_ > limits_.objects) {
    refuse(std::to_string(count_) + " objects exceed the limit of " + std::to_string(limits_.objects));
  }
  gathered_.clear();
  next_entry();
}

void PackScanner::next_entry() {
  shift_ = 0;
  state_ = left_ == 0 ? State::trailer : State::entry;
}

// First byte: a continuation bit, three bits of type, four of size; then seven bits of size per byte.
void PackScanner::take_entry_byte(std::uint8_t byte) {
  if (shift_ == 0) {
    type_ = static_cast<Type>((byte >> 4) & 7);
    if (const unsigned type = (byte >> 4) & 7; type == 0 || type == 5) {
      refuse("invalid entry type " + std::to_string(type));
    }
    declared_ = byte & 15;
    shift_ = 4;
  } else {
    if (shift_ > 53) refuse("invalid size");
    declared_ |= static_cast<std::uint64_t>(byte & 0x7f) << shift_;
    shift_ += 7;
  }
  if ((byte & 0x80) == 0) begin_base();
}

void PackScanner::begin_base() {
  const bool is_structure = type_ == Type::commit || type_ == Type::tree || type_ == Type::tag;
  const std::uint64_t limit = is_structure ? limits_.structure_size : limits_.object_size;
  if (declared_ > limit) refuse("object of " + mebibytes(declared_) + " exceeds the limit of " + mebibytes(limit));
  gathered_.clear();
  shift_ = 0;
  distance_ = 0;
  if (type_ == Type::distance_delta) {
    state_ = State::distance;
  } else if (type_ == Type::id_delta) {
    if (++id_deltas_ > limits_.id_deltas) {
      refuse("over " + std::to_string(limits_.id_deltas) + " REF_DELTA entries");
    }
    state_ = State::base;
  } else {
    begin_data();
  }
}

// Seven bits per byte, highest first; plus one at each continuation.
void PackScanner::take_distance_byte(std::uint8_t byte) {
  if (++shift_ > 9) refuse(base_is_nowhere);
  if (shift_ > 1) distance_ = (distance_ + 1) << 7;
  distance_ |= byte & 0x7f;
  if ((byte & 0x80) == 0) begin_data();
}

void PackScanner::begin_data() {
  gathered_.clear();
  inflater_.reset();
  inflated_ = 0;
  delta_head_.clear();
  delta_known_ = type_ != Type::distance_delta && type_ != Type::id_delta;
  if (delta_known_) chains_.add_whole(place_);
  state_ = State::data;
}

void PackScanner::take_data(std::span<const std::byte>& rest) {
  std::array<std::byte, 32 << 10> scratch;  // not a member: of thousands of waiting scanners, few are active
  // One byte more than declared, to detect entries that inflate to more than they declare.
  const auto room = std::min<std::uint64_t>(scratch.size(), declared_ - inflated_ + 1);
  const auto output = std::span(scratch).first(static_cast<std::size_t>(room));
  const Inflater::Step step = inflater_.step(rest, output);
  rest = rest.subspan(step.consumed);
  inflated_ += step.produced;
  if (inflated_ > declared_) {
    refuse("object larger than its declared size of " + std::to_string(declared_) + " bytes");
  }
  count_unpacked(step.produced);
  if (!delta_known_) note_delta_head(output.first(step.produced));
  if (step.ended) {
    end_entry();
  } else if (step.consumed == 0 && step.produced == 0 && !rest.empty()) {
    refuse("truncated compressed stream");
  }
}

void PackScanner::note_delta_head(std::span<const std::byte> inflated) {
  const std::size_t count = std::min<std::size_t>(inflated.size(), 20 - delta_head_.size());
  delta_head_.append(reinterpret_cast<const char*>(inflated.data()), count);
  std::string_view head = delta_head_;
  std::uint64_t base = 0;
  std::uint64_t result = 0;
  if (!take_varint(head, base) || !take_varint(head, result)) return;
  for (const std::uint64_t size : {base, result}) {
    if (size > limits_.object_size) {
      refuse("delta of " + mebibytes(size) + " exceeds the limit of " + mebibytes(limits_.object_size));
    }
  }
  delta_known_ = true;
  count_unpacked(result);
  add_to_chains({base, result});
}

void PackScanner::add_to_chains(DeltaChains::Sizes sizes) {
  if (type_ == Type::id_delta) {
    chains_.add_by_id(place_, sizes);
  } else if (distance_ > place_ || !chains_.add_by_place(place_, place_ - distance_, sizes)) {
    refuse(base_is_nowhere);
  }
  if (chains_.work() > limits_.chains_base + limits_.chains_expansion * received_) {
    refuse("resolving delta chains takes over " + mebibytes(chains_.work()));
  }
}

void PackScanner::count_unpacked(std::uint64_t size) {
  unpacked_ += size;
  if (unpacked_ > limits_.unpacked_base + limits_.expansion * received_) {
    refuse("expands to over " + mebibytes(unpacked_) + " from " + std::to_string(received_) + " bytes");
  }
}

void PackScanner::end_entry() {
  if (inflated_ != declared_) {
    refuse("object of " + std::to_string(inflated_) + " bytes has the declared size " + std::to_string(declared_));
  }
  if (!delta_known_) refuse("delta without sizes");
  --left_;
  next_entry();
}

void PackScanner::take_trailer(std::span<const std::byte>& rest) {
  if (!gather(rest, atom::ObjectId::size)) return;
  const atom::Sha1::Value sum = hash_.finish();
  if (!std::ranges::equal(gathered_, sum, {}, [](char c) { return static_cast<std::uint8_t>(c); })) {
    refuse("checksum mismatch");
  }
  trailer_id_ = atom::ObjectId(sum);
  state_ = State::done;
}

}  // namespace eka::store
