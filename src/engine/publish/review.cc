#include "engine/publish/review.h"

#include <map>
#include <set>

#include <fmt/format.h>

#include "atom/names/folding.h"
#include "base/text.h"
#include "store/object/objects.h"
#include "store/object/survey.h"
#include "store/object/tree.h"

namespace eka::engine {
namespace {

constexpr std::size_t warnings_limit = 20;  // per atom; the rest is counted
constexpr std::string_view lfs_pointer = "version https://git-lfs.github.com/spec/";
constexpr std::uint64_t longest_lfs_pointer = 1024;

class Reviewer {
 public:
  explicit Reviewer(store::Objects& objects) : objects_(objects) {}

  std::vector<std::string> finish(const atom::ObjectId& tree) {
    visit(tree, "");
    if (count_ > warnings_limit) warnings_.push_back(fmt::format("and {} more", count_ - warnings_limit));
    return std::move(warnings_);
  }

 private:
  // Visits each distinct tree once, and reports the first path where it occurs.
  void visit(const atom::ObjectId& tree, const std::string& path) {
    if (!seen_.insert(tree).second) return;
    const auto object = objects_.read(tree, store::ObjectType::tree);
    std::map<std::string, std::string> names;
    for (const auto& entry : unwrap(store::parse_tree(object.content()))) {
      const auto name = path + std::string(entry.name);
      const auto [other, added] = names.try_emplace(atom::folded(entry.name), name);
      if (!added) {
        warn(
            fmt::format("`{}` and `{}` differ only in case or Unicode normalization: some file systems cannot "
                        "store both",
                        printable(other->second), printable(name)));
      }
      if (entry.kind == store::EntryKind::directory) {
        visit(entry.id, name + "/");
      } else if (entry.kind != store::EntryKind::symlink && is_lfs_pointer(entry.id)) {
        warn(fmt::format("`{}` is a Git LFS pointer: the pointer is published instead of the file content",
                         printable(name)));
      }
    }
  }

  bool is_lfs_pointer(const atom::ObjectId& blob) {
    const auto header = objects_.header(blob);
    if (!header || header->size < lfs_pointer.size() || header->size > longest_lfs_pointer) return false;
    return objects_.read(blob, store::ObjectType::blob).content().starts_with(lfs_pointer);
  }

  void warn(std::string text) {
    if (++count_ <= warnings_limit) warnings_.push_back(std::move(text));
  }

  store::Objects& objects_;
  std::set<atom::ObjectId> seen_;
  std::vector<std::string> warnings_;
  std::size_t count_ = 0;
};

}  // namespace

Review review_tree(const std::filesystem::path& directory, const atom::ObjectId& tree) {
  Review out;
  try {
    auto objects = store::Objects::of_repository(directory);
    store::Surveyor(objects).tree(tree);  // the checks of every client's cache
    out.warnings = Reviewer(objects).finish(tree);
  } catch (const Error& e) {
    if (e.kind() != Kind::integrity) throw;
    out.unfit = e.message();
  }
  return out;
}

}  // namespace eka::engine
