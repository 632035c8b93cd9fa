// Adds objects that eka made itself to the object store: a few as loose objects, many as packs, which are written and
// read much faster.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <unordered_set>
#include <vector>

#include "atom/hash/object_id.h"
#include "git/object/deflater.h"
#include "store/object/objects.h"
#include "store/pack/pack_text.h"

namespace eka::store {

// Used by one thread at a time. Nothing is complete before finish(). Memory is bounded by the limits below plus one
// object.
class NewObjects {
 public:
  struct Places {
    std::filesystem::path incoming;  // quarantines
    std::filesystem::path packs;
  };
  // With `check`, an object that is present is read, and written again if it is damaged.
  enum class Present { trust, check };

  // `objects` is the store of `places`, and must outlive it.
  NewObjects(Objects& objects, Places places, Present present)
      : objects_(objects), places_(std::move(places)), present_(present) {}

  // Adds an object with this id, each once.
  void add(ObjectType type, const atom::ObjectId& id, std::string content);
  // Returns whether a pack was written. Loose objects are not durable (Objects::write()).
  bool finish();

  static constexpr std::size_t few = 64;  // objects that are written as loose ones

 private:
  struct Pending {
    ObjectType type;
    atom::ObjectId id;
    std::string content;
  };
  void drop_present();
  void compress();
  void write();

  Objects& objects_;
  Places places_;
  Present present_;
  std::unordered_set<atom::ObjectId> added_;
  std::vector<Pending> pending_;
  std::size_t pending_bytes_ = 0;
  git::Deflater deflater_{1};
  std::string body_;  // entries of the next pack
  std::vector<PlacedEntry> placed_;
  bool wrote_pack_ = false;
};

}  // namespace eka::store
