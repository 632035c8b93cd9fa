#include "store/pack/memory_pack.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include "atom/hash/digest.h"
#include "store/pack/big_endian.h"
#include "store/zlib/inflate.h"

namespace eka::store {
namespace {

constexpr std::size_t header_size = 12;
constexpr std::uint32_t version = 2;
constexpr unsigned distance_delta = 6;
constexpr unsigned id_delta = 7;

// --- Parsing: each function consumes a prefix of its input, or returns nullopt if the input is invalid.

std::optional<std::uint8_t> take_byte(std::string_view& text) {
  if (text.empty()) return std::nullopt;
  const auto byte = static_cast<std::uint8_t>(text.front());
  text.remove_prefix(1);
  return byte;
}

// Least significant seven bits first. `shift`: number of bits already in `value`.
std::optional<std::uint64_t> take_size(std::string_view& text, std::uint64_t value = 0, unsigned shift = 0) {
  while (shift < 57) {
    const auto byte = take_byte(text);
    if (!byte) return std::nullopt;
    value |= static_cast<std::uint64_t>(*byte & 0x7f) << shift;
    if ((*byte & 0x80) == 0) return value;
    shift += 7;
  }
  return std::nullopt;
}

// The distance to a base: most significant bits first, plus one at each continuation.
std::optional<std::uint64_t> take_distance(std::string_view& text) {
  auto byte = take_byte(text);
  std::uint64_t distance = byte ? *byte & 0x7f : 0;
  while (byte && (*byte & 0x80) != 0 && distance < (std::uint64_t{1} << 48)) {
    byte = take_byte(text);
    if (byte) distance = ((distance + 1) << 7) | (*byte & 0x7f);
  }
  return byte && (*byte & 0x80) == 0 ? std::optional(distance) : std::nullopt;
}

// The bytes of a number; absent bytes, given by the bits of `which`, are zero.
std::optional<std::size_t> take_sparse(std::string_view& text, unsigned which, unsigned bytes) {
  std::size_t value = 0;
  for (unsigned i = 0; i < bytes; ++i) {
    if ((which & (1U << i)) == 0) continue;
    const auto byte = take_byte(text);
    if (!byte) return std::nullopt;
    value |= static_cast<std::size_t>(*byte) << (8 * i);
  }
  return value;
}

std::optional<ObjectType> type_of(unsigned number) {
  constexpr std::array types = {ObjectType::commit, ObjectType::tree, ObjectType::blob, ObjectType::tag};
  if (number < 1 || number > types.size()) return std::nullopt;
  return types.at(number - 1);
}

// Uses libgit2's SHA-1, with collision detection if it was built with it; nullopt on a collision.
std::optional<atom::ObjectId> id_of(ObjectType type, std::string_view content) {
  git_oid oid;
  if (git_odb_hash(&oid, content.data(), content.size(), raw_type(type)) < 0) return std::nullopt;
  return git::from_oid(oid);
}

// Inflates exactly `size` bytes; nullopt if the stream has fewer or more. The input is removed from `rest`.
std::optional<std::string> inflate(Inflater& inflater, std::string_view& rest, std::size_t size) {
  inflater.reset();
  std::string out(size + 1, '\0');
  std::size_t produced = 0;
  for (;;) {
    const auto input = std::as_bytes(std::span(rest));
    const auto room = std::as_writable_bytes(std::span(out)).subspan(produced);
    const Inflater::Step step = inflater.step(input, room);
    rest.remove_prefix(step.consumed);
    produced += step.produced;
    if (step.ended) break;
    if (produced > size || (step.consumed == 0 && step.produced == 0)) return std::nullopt;
  }
  if (produced != size) return std::nullopt;
  out.resize(size);
  return out;
}

// Checks a pack's header and trailer, the SHA-1 of everything before.
bool is_framed(std::string_view pack) {
  if (pack.size() < header_size + atom::ObjectId::size || !pack.starts_with("PACK")) return false;
  const auto sum = atom::Sha1::of(pack.substr(0, pack.size() - atom::ObjectId::size));
  const std::string_view trailer = pack.substr(pack.size() - atom::ObjectId::size);
  return std::ranges::equal(trailer, sum, {}, [](char c) { return static_cast<std::uint8_t>(c); });
}

}  // namespace

std::optional<std::string> apply_delta(std::string_view base, std::string_view delta, std::size_t limit) {
  const auto base_size = take_size(delta);
  const auto size = base_size ? take_size(delta) : std::nullopt;
  if (!size || *base_size != base.size() || *size > limit) return std::nullopt;
  std::string out;
  out.reserve(*size);
  while (!delta.empty()) {
    const unsigned instruction = *take_byte(delta);
    std::string_view piece;
    if ((instruction & 0x80) != 0) {
      const auto offset = take_sparse(delta, instruction, 4);
      auto length = offset ? take_sparse(delta, instruction >> 4 & 7, 3) : std::nullopt;
      if (!length) return std::nullopt;
      if (*length == 0) length = 0x10000;
      if (*offset > base.size() || *length > base.size() - *offset) return std::nullopt;
      piece = base.substr(*offset, *length);
    } else {
      if (instruction == 0 || instruction > delta.size()) return std::nullopt;
      piece = delta.substr(0, instruction);
      delta.remove_prefix(instruction);
    }
    if (piece.size() > *size - out.size()) return std::nullopt;
    out += piece;
  }
  return out.size() == *size ? std::optional(std::move(out)) : std::nullopt;
}

std::optional<MemoryPack> MemoryPack::unfold(std::vector<std::byte> pack, std::size_t limit) try {
  MemoryPack out(std::move(pack));
  if (!out.take_entries(limit) || !out.resolve(limit)) return std::nullopt;
  return out;
} catch (const Error&) {
  return std::nullopt;  // invalid zlib data
}

// Parses the header of an entry.
bool MemoryPack::take_head(std::string_view& rest, std::size_t begin, const Places& earlier, Entry& entry) {
  const unsigned first = *take_byte(rest);
  const bool goes_on = (first & 0x80) != 0;
  const auto declared = goes_on ? take_size(rest, first & 15, 4) : std::optional<std::uint64_t>(first & 15);
  if (!declared) return false;
  entry.declared = *declared;
  const unsigned type = first >> 4 & 7;
  if (type == distance_delta) {
    const auto distance = take_distance(rest);
    const auto base = distance && *distance <= begin ? earlier.find(begin - *distance) : earlier.end();
    if (base == earlier.end()) return false;
    entry.base = base->second;
    return true;
  }
  if (type == id_delta) {
    if (rest.size() < atom::ObjectId::size) return false;
    git_oid oid;
    git_oid_fromraw(&oid, reinterpret_cast<const unsigned char*>(rest.data()));
    entry.base = git::from_oid(oid);
    rest.remove_prefix(atom::ObjectId::size);
    return true;
  }
  const auto known = type_of(type);
  if (known) entry.type = *known;
  return known.has_value();
}

// Reads all entries; the content of a delta entry is the unapplied delta.
bool MemoryPack::take_entries(std::size_t limit) {
  const std::string_view whole(reinterpret_cast<const char*>(pack_.data()), pack_.size());
  if (!is_framed(whole) || read_big_endian(whole.substr(4, 4)) != version) return false;
  std::string_view rest = whole.substr(header_size, whole.size() - header_size - atom::ObjectId::size);
  Places places;
  Inflater inflater;
  while (!rest.empty()) {
    const auto begin = static_cast<std::size_t>(rest.data() - whole.data());
    Entry entry;
    if (!take_head(rest, begin, places, entry) || entry.declared > limit) return false;
    limit -= entry.declared;
    const std::string_view data = rest;
    auto content = inflate(inflater, rest, entry.declared);
    if (!content) return false;
    entry.content = *std::move(content);
    entry.data = std::as_bytes(std::span(data)).first(data.size() - rest.size());
    places.emplace(begin, entries_.size());
    entries_.push_back(std::move(entry));
  }
  return entries_.size() == read_big_endian(whole.substr(8, 4));
}

// The base of a delta, if it is known already.
std::optional<std::size_t> MemoryPack::base_of(const Entry& entry) const {
  if (const auto* place = std::get_if<std::size_t>(&entry.base)) return *place;
  const auto known = by_id_.find(std::get<atom::ObjectId>(entry.base));
  return known == by_id_.end() ? std::nullopt : std::optional(known->second);
}

// The base of a REF_DELTA may come later in the pack; such deltas are retried in the next round. git rarely orders them
// so, and a few rounds suffice for it.
bool MemoryPack::resolve(std::size_t limit) {
  constexpr int rounds = 16;
  std::vector<std::size_t> open(entries_.size());
  std::iota(open.begin(), open.end(), std::size_t{0});
  std::vector<bool> resolved(entries_.size());
  for (int round = 0; round < rounds && !open.empty(); ++round) {
    std::vector<std::size_t> still_open;
    for (const std::size_t index : open) {
      Entry& entry = entries_[index];
      if (entry.base.index() != 0) {
        const auto base = base_of(entry);
        if (!base || !resolved[*base]) {
          still_open.push_back(index);
          continue;
        }
        auto content = apply_delta(entries_[*base].content, entry.content, limit);
        if (!content || content->size() > limit) return false;
        limit -= content->size();
        entry.type = entries_[*base].type;
        entry.content = *std::move(content);
      }
      const auto id = id_of(entry.type, entry.content);
      if (!id) return false;
      entry.id = *id;
      // If an object occurred twice, one copy could become a delta of itself.
      if (!by_id_.emplace(*id, index).second) return false;
      resolved[index] = true;
    }
    open = std::move(still_open);
  }
  return open.empty();
}

std::optional<ObjectHeader> MemoryPack::header(const atom::ObjectId& id) {
  const auto known = by_id_.find(id);
  if (known == by_id_.end()) return std::nullopt;
  const Entry& entry = entries_[known->second];
  return ObjectHeader{entry.type, entry.content.size()};
}

bool MemoryPack::read(const atom::ObjectId& id, const Take& take) {
  const auto known = by_id_.find(id);
  if (known == by_id_.end()) return false;
  const Entry& entry = entries_[known->second];
  take(entry.type, entry.content);
  return true;
}

void MemoryPack::forget_contents() {
  for (Entry& entry : entries_) std::string().swap(entry.content);
}

}  // namespace eka::store
