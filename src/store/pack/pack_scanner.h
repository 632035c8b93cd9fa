// Checks a pack while it streams, before libgit2's indexer sees any of it.
//
// The indexer resolves deltas and computes ids correctly, but trusts sizes: it inflates 100 MB where 10 bytes were
// declared, and unfolds 16 kB of deltas to 1.6 GB. The scanner inflates every entry once, without storing it, and
// rejects: a wrong header or version; more objects than the pack could hold; an entry that inflates to a size other
// than declared; sizes and totals beyond PackLimits (for a delta also the size of its result, which its first bytes
// declare and libgit2 enforces); too many REF_DELTAs (the indexer goes over all of them for each newly resolved base,
// so a hostile order takes quadratic time); delta chains that take too long to resolve (delta_chains.h); a delta whose
// base offset is not the start of an entry (the indexer would parse whatever is there, uncounted); a wrong SHA-1 at the
// end; and data after the end.
//
//   pack:  "PACK" version count  entry*  SHA-1 of all before
//   entry: type and size (varint)  [distance | id of the base]  zlib stream
//
// It needs 24 bytes per entry, a fraction of what the indexer needs, and about as much time as inflating.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "atom/hash/digest.h"
#include "atom/hash/object_id.h"
#include "store/object/bounds.h"
#include "store/pack/delta_chains.h"
#include "store/zlib/inflate.h"

namespace eka::store {

class PackScanner {
 public:
  explicit PackScanner(const PackLimits& limits = {}) : limits_(limits) {}

  // Processes the next bytes of the pack, in pieces of any size. Throws Error(Kind::integrity).
  void push(std::span<const std::byte> bytes);
  // Throws if the pack is incomplete.
  void finish() const;

  std::uint64_t objects() const { return count_; }
  std::uint64_t bytes() const { return received_; }
  // REF_DELTAs seen so far.
  std::uint64_t id_deltas() const { return id_deltas_; }
  // The SHA-1 at the end of the pack.
  const atom::ObjectId& trailer() const { return trailer_id_; }

 private:
  enum class State { header, entry, distance, base, data, trailer, done };
  enum class Type : std::uint8_t { commit = 1, tree = 2, blob = 3, tag = 4, distance_delta = 6, id_delta = 7 };

  bool gather(std::span<const std::byte>& rest, std::size_t size);
  void take_header(std::span<const std::byte>& rest);
  void take_entry_byte(std::uint8_t byte);
  void take_distance_byte(std::uint8_t byte);
  void take_data(std::span<const std::byte>& rest);
  void take_trailer(std::span<const std::byte>& rest);
  void begin_base();
  void begin_data();
  void end_entry();
  void note_delta_head(std::span<const std::byte> inflated);
  void add_to_chains(DeltaChains::Sizes sizes);
  void count_unpacked(std::uint64_t size);
  void next_entry();
  bool in_hashed_part() const { return state_ != State::trailer && state_ != State::done; }

  PackLimits limits_;
  State state_ = State::header;
  Inflater inflater_;
  atom::Sha1 hash_;

  std::string gathered_;  // of the header, a base id or the trailer, if received in pieces
  std::uint64_t received_ = 0;
  std::uint64_t unpacked_ = 0;
  std::uint64_t count_ = 0;
  std::uint64_t left_ = 0;  // entries not seen yet
  std::uint64_t id_deltas_ = 0;
  DeltaChains chains_;

  Type type_{};
  std::uint64_t place_ = 0;     // offset of the current entry
  std::uint64_t distance_ = 0;  // distance to its base
  unsigned shift_ = 0;          // of the varint being read; 0 at its first byte
  std::uint64_t declared_ = 0;
  std::uint64_t inflated_ = 0;
  std::string delta_head_;  // the sizes of base and result, at most 20 bytes
  bool delta_known_ = false;
  atom::ObjectId trailer_id_;
};

}  // namespace eka::store
