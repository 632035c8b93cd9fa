#include "git/object/object_walk.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "base/text.h"

namespace eka::git {
namespace {

std::string_view content_of(const OdbObjectHandle& object) {
  return {static_cast<const char*>(git_odb_object_data(object.get())), git_odb_object_size(object.get())};
}

// Removes the line "<key> <id>" from the start of a commit or tag.
std::optional<git_oid> take_id(std::string_view& content, std::string_view key) {
  if (!content.starts_with(key)) return std::nullopt;
  const std::string_view line = content.substr(0, content.find('\n'));
  const auto id = atom::ObjectId::parse(line.substr(key.size()));
  if (!id) return std::nullopt;
  content.remove_prefix(std::min(line.size() + 1, content.size()));
  return to_oid(*id);
}

struct TreeEntry {
  git_oid id;
  bool is_tree;
  bool is_elsewhere;  // a submodule's commit
};

// Removes "<mode> <name>\0<20 bytes>" from the start of a tree.
std::optional<TreeEntry> take_entry(std::string_view& content) {
  const auto end = content.find('\0');
  if (end == std::string_view::npos || content.size() - end - 1 < atom::ObjectId::size) return std::nullopt;
  TreeEntry entry{.id = {}, .is_tree = content.starts_with("40000 "), .is_elsewhere = content.starts_with("160000 ")};
  git_oid_fromraw(&entry.id, reinterpret_cast<const unsigned char*>(content.data() + end + 1));
  content.remove_prefix(end + 1 + atom::ObjectId::size);
  return entry;
}

}  // namespace

ObjectWalk::ObjectWalk(git_odb* odb, std::uint32_t depth, Filter filter, std::set<atom::ObjectId> shallow,
                       std::string where)
    : odb_(odb), depth_(depth), filter_(filter), shallow_(std::move(shallow)), where_(std::move(where)) {}

Error ObjectWalk::broken(const git_oid& id, std::string_view what) const {
  return Error(Kind::remote, where_ + " contains an invalid " + std::string(what) + ", " + from_oid(id).hex());
}

OdbObjectHandle ObjectWalk::read(const git_oid& id, git_object_t type) const {
  git_odb_object* raw = nullptr;
  const int code = git_odb_read(&raw, odb_, &id);
  if (code == GIT_ENOTFOUND) throw Error(Kind::remote, "object " + from_oid(id).hex() + " is not in " + where_);
  check(code, Kind::remote, "reading object " + from_oid(id).hex() + " of " + where_);
  OdbObjectHandle object(raw);
  if (git_odb_object_type(raw) != type) throw broken(id, git_object_type2string(type));
  return object;
}

bool ObjectWalk::is_new(const git_oid& id) {
  return seen_.insert(from_oid(id)).second;
}

void ObjectWalk::want(const atom::ObjectId& wanted) {
  const git_oid id = to_oid(wanted);
  std::size_t size = 0;
  git_object_t type = GIT_OBJECT_INVALID;
  const int code = git_odb_read_header(&size, &type, odb_, &id);
  if (code == GIT_ENOTFOUND) throw Error(Kind::remote, "object " + wanted.hex() + " is not in " + where_);
  check(code, Kind::remote, "reading object " + wanted.hex() + " of " + where_);
  if (!is_new(id)) return;
  switch (type) {
    case GIT_OBJECT_COMMIT:
      commits_.push_back({id, 1});
      break;
    case GIT_OBJECT_TAG:
      add_tag(id);
      break;
    case GIT_OBJECT_TREE:
      trees_.push_back(id);
      break;
    default:
      found_.push_back(id);
  }
}

void ObjectWalk::have(const atom::ObjectId& had) {
  const git_oid commit_id = to_oid(had);
  if (git_odb_exists(odb_, &commit_id) == 0) return;
  const OdbObjectHandle commit = read(commit_id, GIT_OBJECT_COMMIT);
  std::string_view text = content_of(commit);
  const auto root = take_id(text, "tree ");
  if (!root) throw broken(commit_id, "commit");
  std::vector<git_oid> trees{*root};
  while (!trees.empty()) {
    const git_oid id = trees.back();
    trees.pop_back();
    if (!is_new(id)) continue;
    const OdbObjectHandle tree = read(id, GIT_OBJECT_TREE);
    for (std::string_view content = content_of(tree); !content.empty();) {
      const auto entry = take_entry(content);
      if (!entry) throw broken(id, "tree");
      if (entry->is_tree) {
        trees.push_back(entry->id);
      } else {
        is_new(entry->id);
      }
    }
  }
}

void ObjectWalk::add_tag(const git_oid& id) {
  found_.push_back(id);
  const OdbObjectHandle tag = read(id, GIT_OBJECT_TAG);
  std::string_view content = content_of(tag);
  const auto target = take_id(content, "object ");
  if (!target) throw broken(id, "tag");
  want(from_oid(*target));
}

// Breadth first, so that a commit is reached at its smallest generation.
void ObjectWalk::walk_commits() {
  for (std::size_t next = 0; next < commits_.size(); ++next) {
    const Commit commit = commits_[next];
    found_.push_back(commit.id);
    const OdbObjectHandle object = read(commit.id, GIT_OBJECT_COMMIT);
    std::string_view content = content_of(object);
    const auto tree = take_id(content, "tree ");
    if (!tree) throw broken(commit.id, "commit");
    if (filter_ != Filter::trees && is_new(*tree)) trees_.push_back(*tree);
    if (commit.generation == depth_ || shallow_.contains(from_oid(commit.id))) continue;
    while (const auto parent = take_id(content, "parent ")) {
      if (is_new(*parent)) commits_.push_back({*parent, commit.generation + 1});
    }
  }
}

void ObjectWalk::walk_trees() {
  while (!trees_.empty()) {
    const git_oid id = trees_.back();
    trees_.pop_back();
    found_.push_back(id);
    if (filter_ == Filter::trees) continue;
    const OdbObjectHandle tree = read(id, GIT_OBJECT_TREE);
    for (std::string_view content = content_of(tree); !content.empty();) {
      const auto entry = take_entry(content);
      if (!entry) throw broken(id, "tree");
      if (entry->is_elsewhere || (!entry->is_tree && filter_ != Filter::none) || !is_new(entry->id)) continue;
      (entry->is_tree ? trees_ : found_).push_back(entry->id);
    }
  }
}

std::vector<git_oid> ObjectWalk::finish() {
  walk_commits();
  walk_trees();
  return std::move(found_);
}

}  // namespace eka::git
