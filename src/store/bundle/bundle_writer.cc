#include "store/bundle/bundle_writer.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "store/object/reach.h"

namespace eka::store {
namespace {

constexpr std::size_t bundle_chunk = std::size_t{256} << 10;

git::ObjectType packed_type(ObjectType type) {
  switch (type) {
    case ObjectType::commit:
      return git::ObjectType::commit;
    case ObjectType::tree:
      return git::ObjectType::tree;
    case ObjectType::tag:
      return git::ObjectType::tag;
    case ObjectType::blob:
      break;
  }
  return git::ObjectType::blob;
}

}  // namespace

NewObject tree_of(const std::vector<std::pair<std::string, atom::ObjectId>>& files, std::string_view mode) {
  std::string content;
  for (const auto& [name, id] : files) {
    content += std::string(mode) + " " + name + '\0';
    content.append(reinterpret_cast<const char*>(id.bytes().data()), id.bytes().size());
  }
  return {ObjectType::tree, std::move(content)};
}

BundleWriter::BundleWriter(const std::filesystem::path& objects, const std::vector<atom::ObjectId>& commits,
                           std::vector<NewObject> made, const std::vector<BundleRef>& refs, coro::Stop stop)
    : objects_(Objects::of_cache(objects)), made_(std::move(made)) {
  objects_.stop_at(stop);
  std::unordered_set<atom::ObjectId> ids;
  for (const auto& commit : commits) {
    if (!ids.insert(commit).second) continue;
    add_reachable(objects_, tree_of_commit(objects_.read(commit, ObjectType::commit).content()), ids);
  }
  objects_.stop_at(std::nullopt);
  for (const auto& object : made_) ids.erase(object.id);
  ids_.assign(ids.begin(), ids.end());
  std::ranges::sort(ids_);  // the same content gives the same file
  header_ = "# v2 git bundle\n";
  for (const auto& ref : refs) header_ += ref.id.hex() + " " + ref.name + "\n";
  header_ += "\n";
  pack_.emplace(static_cast<std::uint32_t>(ids_.size() + made_.size()));
}

void BundleWriter::append_next() {
  if (next_ < ids_.size()) {
    const auto& id = ids_[next_];
    const auto object = objects_.find(id);
    if (!object) throw Error(Kind::integrity, "object " + id.hex() + " is missing in the cache");
    pack_->append(packed_type(object->type()), object->content());
  } else {
    const auto& object = made_[next_ - ids_.size()];
    pack_->append(packed_type(object.type), object.content);
  }
  ++next_;
}

std::string BundleWriter::next_chunk(coro::Stop stop) {
  std::string out = std::exchange(header_, {});
  while (next_ < objects() && pack_->pending() < bundle_chunk) {
    stop.check();
    append_next();
  }
  if (next_ == objects() && !finished_) {
    pack_->finish();
    finished_ = true;
  }
  return out + pack_->take();
}

}  // namespace eka::store
