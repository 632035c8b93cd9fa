#include "store/working/snapshot.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "git/object/working_file.h"
#include "git/object/working_tree.h"
#include "store/object/survey.h"
#include "store/object/tree.h"
#include "store/object/tree_file.h"

namespace eka::store {
namespace {

namespace fs = std::filesystem;

using git::WorkingFile;

struct Line {
  std::string_view mode;
  std::string_view name;
  atom::ObjectId id;
  bool is_directory = false;
};

// git sorts a directory as if its name ended with a slash.
bool in_order(const Line& a, const Line& b) {
  const auto shared = std::min(a.name.size(), b.name.size());
  if (const int order = a.name.compare(0, shared, b.name, 0, shared); order != 0) return order < 0;
  const auto next = [&](const Line& line) {
    return line.name.size() > shared ? static_cast<unsigned char>(line.name[shared]) : line.is_directory ? '/' : 0;
  };
  return next(a) < next(b);
}

std::string_view mode_of(WorkingFile::Mode mode) {
  switch (mode) {
    case WorkingFile::Mode::file:
      return "100644";
    case WorkingFile::Mode::executable:
      return "100755";
    case WorkingFile::Mode::link:
      return "120000";
  }
  return "";
}

class SnapshotTaker {
 public:
  SnapshotTaker(Objects& objects, fs::path directory, const SnapshotPlaces& places, FileStates states,
                Recorded recorded, coro::Stop stop)
      : objects_(objects),
        directory_(std::move(directory)),
        places_(places),
        states_(std::move(states)),
        recorded_(recorded),
        stop_(stop),
        begun_(now_for_states()),
        new_(objects, places.objects,
             recorded == Recorded::present ? NewObjects::Present::trust : NewObjects::Present::check) {}

  Snapshot finish() {
    const auto files = git::list_working_files(
        directory_, [this](std::string_view path, const git::FileState& state) { return recall(path, state); });
    Snapshot out;
    out.earlier = states_.trees();
    const auto [tree, extent] = enter(files, 0);
    check_extent(extent, TreeLimits{});
    out.tree = tree;
    out.wrote_pack = new_.finish();
    if (recalled_ != files.size() || states_.size() != files.size() || out.earlier.empty() ||
        out.earlier.front() != tree) {
      record(out);
    }
    return out;
  }

 private:
  struct Entered {
    atom::ObjectId tree;
    Extent extent;
  };

  std::optional<atom::ObjectId> recall(std::string_view path, const git::FileState& state) {
    if (recorded_ == Recorded::nothing) return std::nullopt;
    auto blob = states_.blob(path, state);
    if (blob) ++recalled_;
    return blob;
  }

  // Builds the tree of files in one directory. `depth` is the length of that directory's path, including the slash.
  Entered enter(std::span<const WorkingFile> files, std::size_t depth) {
    std::vector<Line> lines;
    Extent extent;
    while (!files.empty()) {
      stop_.check();
      const auto& first = files.front();
      const std::string_view path = first.path;
      const auto slash = path.find('/', depth);
      ++extent.entries;
      if (slash == std::string_view::npos) {
        const auto name = path.substr(depth);
        extent.path = std::max<std::uint64_t>(extent.path, name.size());
        lines.push_back({mode_of(first.mode), name, blob(first, extent.bytes)});
        files = files.subspan(1);
        continue;
      }
      const auto directory = path.substr(0, slash + 1);
      const auto end =
          std::ranges::find_if_not(files, [&](const auto& file) { return file.path.starts_with(directory); });
      const auto below = files.first(static_cast<std::size_t>(end - files.begin()));
      const auto name = path.substr(depth, slash - depth);
      const auto [tree, inner] = enter(below, slash + 1);
      lines.push_back({"40000", name, tree, true});
      extent.entries += inner.entries;
      extent.bytes += inner.bytes;
      extent.height = std::max(extent.height, inner.height + 1);
      extent.path = std::max(extent.path, name.size() + 1 + inner.path);
      files = files.subspan(below.size());
    }
    return {write(std::move(lines)), extent};
  }

  atom::ObjectId blob(const WorkingFile& file, std::uint64_t& bytes) {
    const auto known = recorded_ == Recorded::nothing ? std::nullopt : present(file);
    const auto id = known ? *known : add_content(file, bytes);
    if (known) bytes += file.content ? file.content->size() : file.state.size;
    if (!file.content && is_settled(file.state, begun_)) read_.push_back({file.path, file.state, id});
    return id;
  }

  // The id of the file's blob, if it is known and the cache has it.
  std::optional<atom::ObjectId> present(const WorkingFile& file) {
    if (!file.known) return std::nullopt;
    if (recorded_ == Recorded::present && states_.blob(file.path, file.state) == file.known) return file.known;
    try {
      const auto header = objects_.header(*file.known);
      return header && header->type == ObjectType::blob ? file.known : std::nullopt;
    } catch (const Error& error) {
      if (error.kind() != Kind::integrity) throw;
      return std::nullopt;  // it is damaged, and written again
    }
  }

  atom::ObjectId add_content(const WorkingFile& file, std::uint64_t& bytes) {
    auto content = content_of(file);
    bytes += content.size();
    const auto id = atom::ObjectId::of("blob", content);
    new_.add(ObjectType::blob, id, std::move(content));
    return id;
  }

  std::string content_of(const WorkingFile& file) const {
    if (file.content) return *file.content;
    const fs::path path = directory_ / file.path;
    if (file.mode == WorkingFile::Mode::link) return fs::read_symlink(path).string();
    auto content = git::read_working_file(path.parent_path(), path.filename(), PackLimits{}.object_size);
    if (!content) throw Error(Kind::failure, "cannot read " + path.string() + ": it was removed");
    return *std::move(content);
  }

  atom::ObjectId write(std::vector<Line> lines) {
    if (!std::ranges::is_sorted(lines, in_order)) std::ranges::sort(lines, in_order);
    std::string content;
    for (const auto& line : lines) {
      content.append(line.mode).append(1, ' ').append(line.name).append(1, '\0');
      content.append(reinterpret_cast<const char*>(line.id.bytes().data()), line.id.size);
    }
    const auto id = atom::ObjectId::of("tree", content);
    trees_.push_back(id);
    if (recorded_ == Recorded::present && states_.has_directory(id)) return id;
    check_size("tree " + id.hex(), content.size(), PackLimits{}.structure_size);
    if (auto parsed = parse_tree(content); !parsed)
      throw std::move(parsed).error().within(printable(directory_.native()));
    new_.add(ObjectType::tree, id, std::move(content));
    return id;
  }

  // Losing the record costs only time.
  void record(const Snapshot& snapshot) {
    std::vector<atom::ObjectId> trees{snapshot.tree};
    for (const auto& tree : snapshot.earlier) {
      if (tree != snapshot.tree && trees.size() < FileStates::most_trees) trees.push_back(tree);
    }
    try {
      FileStates::write(places_.states, places_.quarantines, read_, trees_, trees);
    } catch (const Error& error) {
      if (error.kind() != Kind::failure) throw;
    }
  }

  Objects& objects_;
  fs::path directory_;
  const SnapshotPlaces& places_;
  FileStates states_;
  Recorded recorded_;
  coro::Stop stop_;
  std::int64_t begun_;
  NewObjects new_;
  std::size_t recalled_ = 0;
  std::vector<FileStates::File> read_;  // the paths point into the listed files
  std::vector<atom::ObjectId> trees_;   // of every directory
};

}  // namespace

Snapshot take_snapshot(Objects& objects, const fs::path& directory, const SnapshotPlaces& places, FileStates states,
                       Recorded recorded, coro::Stop stop) {
  return SnapshotTaker(objects, fs::canonical(directory), places, std::move(states), recorded, stop).finish();
}

}  // namespace eka::store
