#include "store/pack/new_objects.h"

#include <utility>

#include "store/zlib/inflate.h"

namespace eka::store {
namespace {

constexpr std::size_t most_pending = 1024;
constexpr std::size_t most_pending_bytes = std::size_t{16} << 20;
constexpr std::size_t most_packed_bytes = std::size_t{64} << 20;

}  // namespace

void NewObjects::add(ObjectType type, const atom::ObjectId& id, std::string content) {
  if (!added_.insert(id).second) return;
  pending_bytes_ += content.size();
  pending_.push_back({type, id, std::move(content)});
  if (pending_.size() < most_pending && pending_bytes_ < most_pending_bytes) return;
  drop_present();
  if (pending_.size() > few || pending_bytes_ >= most_pending_bytes) compress();
}

bool NewObjects::finish() {
  drop_present();
  if (body_.empty() && pending_.size() <= few) {
    for (const Pending& each : pending_) objects_.write(each.type, each.content);
    pending_.clear();
    return wrote_pack_;
  }
  compress();
  write();
  return wrote_pack_;
}

// All at once: the disk is searched for a missing object, which would be most of them.
void NewObjects::drop_present() {
  std::vector<atom::ObjectId> ids;
  for (const Pending& each : pending_) ids.push_back(each.id);
  const auto present = objects_.present(ids);
  std::vector<Pending> absent;
  pending_bytes_ = 0;
  for (std::size_t i = 0; i < pending_.size(); ++i) {
    if (present[i] && (present_ == Present::trust || objects_.is_sound(ids[i]))) continue;
    pending_bytes_ += pending_[i].content.size();
    absent.push_back(std::move(pending_[i]));
  }
  pending_ = std::move(absent);
}

void NewObjects::compress() {
  for (const Pending& each : pending_) {
    const std::size_t begin = body_.size();
    body_ += entry_head(type_number(each.type), each.content.size());
    deflater_.append(body_, each.content);
    placed_.push_back({each.id, crc32_of(std::string_view(body_).substr(begin)), static_cast<std::uint32_t>(begin)});
    if (body_.size() >= most_packed_bytes) write();
  }
  pending_.clear();
  pending_bytes_ = 0;
}

void NewObjects::write() {
  if (placed_.empty()) return;
  write_pack(body_, std::exchange(placed_, {}), places_.incoming, places_.packs);
  body_.clear();
  wrote_pack_ = true;
}

}  // namespace eka::store
