#include "store/tree/tree_pass.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <unordered_map>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "store/tree/nar_text.h"

namespace eka::store {
namespace {

// A round ends when it has this much, or one larger file. Two rounds are in memory.
constexpr std::uint64_t round_bytes = std::uint64_t{32} << 20;
constexpr std::size_t round_entries = 4096;
// Reading and writing a file costs about as much as this many bytes of its content.
constexpr std::uint64_t cost_of_file = 16 << 10;
// A part costs at least this much: less is not worth a job on the pool.
constexpr std::uint64_t cost_of_part = 2 << 20;
constexpr std::uint64_t most_parts = 4;

[[noreturn]] void throw_cannot_create(std::string_view name) {
  if (errno == EEXIST) {
    throw Error(Kind::integrity,
                "the file system cannot distinguish two names in a directory, one of them \"" + printable(name) + "\"")
        .with_hint(
            "use a file system for the cache (cache.root) that is case-sensitive and does not normalize Unicode");
  }
  throw_errno("cannot write \"" + printable(name) + "\"");
}

void write_link(const FileDescriptor& here, const std::string& name, std::string_view target) {
  if (::symlinkat(std::string(target).c_str(), here.get(), name.c_str()) != 0) throw_cannot_create(name);
  ::utimensat(here.get(), name.c_str(), time_of_files.data(), AT_SYMLINK_NOFOLLOW);
}

void write_file(const FileDescriptor& here, const std::string& name, EntryKind kind, std::string_view content) {
  const mode_t mode = mode_of_file(kind);
  const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  const FileDescriptor file(::openat(here.get(), name.c_str(), flags, mode));
  if (!file) throw_cannot_create(name);
  write_all(file.get(), content, "cannot write \"" + printable(name) + "\"");
  // Restore bits that the umask removed.
  if (::fchmod(file.get(), mode) != 0) throw_errno("cannot set the mode of \"" + printable(name) + "\"");
  ::futimens(file.get(), time_of_files.data());
}

// Whether the file was linked.
bool link_file(const FileDescriptor& from, const FileDescriptor& to, const std::string& name, EntryKind kind) {
  struct stat status{};
  return from && ::fstatat(from.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(status.st_mode) &&
         (status.st_mode & 07777) == mode_of_file(kind) && status.st_mtim.tv_sec == time_of_files[1].tv_sec &&
         status.st_mtim.tv_nsec == time_of_files[1].tv_nsec &&
         ::linkat(from.get(), name.c_str(), to.get(), name.c_str(), 0) == 0;
}

// A directory of the tree that lends files; empty if there is anything unexpected.
FileDescriptor open_lender(const FileDescriptor& root, const std::string& path) {
  if (!root) return {};
  try {
    return open_directory_beneath(root.get(), path);
  } catch (const Error&) {
    return {};
  }
}

struct Lent {
  atom::ObjectId id;
  EntryKind kind = EntryKind::file;
};
using LentEntries = std::unordered_map<std::string, Lent>;

// Nothing if the tree is no longer there.
LentEntries lent_entries(Objects& objects, const std::optional<atom::ObjectId>& tree) {
  LentEntries out;
  if (!tree) return out;
  try {
    const Object object = objects.read(*tree, ObjectType::tree);
    for (const TreeEntry& entry : unwrap(parse_tree(object.content()))) {
      out.emplace(entry.name, Lent{entry.id, entry.kind});
    }
  } catch (const Error& error) {
    if (error.kind() != Kind::integrity) throw;
    out.clear();
  }
  return out;
}

}  // namespace

// A directory that is entered: its entries in the order of the NAR.
struct TreePass::Frame {
  Object object;  // the names point into it
  std::vector<TreeEntry> entries;
  std::size_t next = 0;
  LentEntries lent;
  std::size_t path = 0;  // length of the path of the directory above
};

TreePass::TreePass(const atom::ObjectId& tree, Wanted wanted) : wanted_(std::move(wanted)), tree_(tree) {
  if (!wanted_.directory) return;
  root_ = open_root(*wanted_.directory);
  if (wanted_.like) {
    like_ = FileDescriptor(::open(wanted_.like->directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  }
}

TreePass::~TreePass() = default;

void TreePass::put(std::string_view word) {
  if (wanted_.nar) put_nar_word(text_, word);
}

std::optional<TreePass::Round> TreePass::next(Objects& objects) {
  Round round;
  if (!is_begun_) {
    is_begun_ = true;
    put("nix-archive-1");
    enter(objects, round, tree_, like_ ? std::optional(wanted_.like->tree) : std::nullopt);
  } else if (frames_.empty()) {
    return std::nullopt;
  }
  while (!frames_.empty() && round.bytes_ < round_bytes && round.files_.size() + round.full_.size() < round_entries) {
    Frame& frame = frames_.back();
    if (frame.next == frame.entries.size()) {
      leave(round);
    } else {
      plan(objects, round, frame.entries[frame.next++]);
    }
  }
  round.rest_ = std::exchange(text_, {});
  round.is_last_ = frames_.empty();
  round.divide();
  return round;
}

void TreePass::enter(Objects& objects, Round& round, const atom::ObjectId& tree,
                     const std::optional<atom::ObjectId>& like) {
  Frame frame{objects.read(tree, ObjectType::tree), {}, 0, lent_entries(objects, like), 0};
  frame.entries = unwrap(parse_tree(frame.object.content()));
  sort_by_name(frame.entries);
  frames_.push_back(std::move(frame));
  round.directories_.push_back(path_);
  for (const char* word : {"(", "type", "directory"}) put(word);
}

void TreePass::leave(Round& round) {
  put(")");
  round.full_.push_back(path_);
  path_.resize(frames_.back().path);
  frames_.pop_back();
  if (frames_.empty()) return;
  put(")");  // of the entry
  round.directories_.push_back(path_);
}

void TreePass::plan(Objects& objects, Round& round, const TreeEntry& entry) {
  for (const char* word : {"entry", "(", "name"}) put(word);
  put(entry.name);
  put("node");
  const LentEntries& lent = frames_.back().lent;
  const auto other = lent.empty() ? lent.end() : lent.find(std::string(entry.name));
  const bool has_kind = other != lent.end() && other->second.kind == entry.kind;
  if (entry.kind != EntryKind::directory) {
    add_file(objects, round, entry, has_kind && other->second.id == entry.id);
    return;
  }
  const auto like = has_kind ? std::optional(other->second.id) : std::nullopt;
  const std::size_t above = path_.size();
  const std::string name(entry.name);
  if (root_) {
    const FileDescriptor here = open_directory_beneath(root_.get(), path_);
    if (::mkdirat(here.get(), name.c_str(), 0700) != 0) throw_cannot_create(name);
  }
  if (above != 0) path_ += '/';
  path_ += name;
  enter(objects, round, entry.id, like);
  frames_.back().path = above;
}

void TreePass::add_file(Objects& objects, Round& round, const TreeEntry& entry, bool lent) {
  for (const char* word : {"(", "type"}) put(word);
  if (entry.kind == EntryKind::symlink) {
    for (const char* word : {"symlink", "target"}) put(word);
  } else {
    put("regular");
    if (entry.kind == EntryKind::executable) {
      put("executable");
      put("");
    }
    put("contents");
  }
  if (round.directories_.empty()) round.directories_.push_back(path_);
  File file{.before = std::exchange(text_, {}), .name = std::string(entry.name), .id = entry.id, .kind = entry.kind};
  file.lent = lent && entry.kind != EntryKind::symlink;
  file.directory = round.directories_.size() - 1;
  // The content of a lent file is needed for the NAR only.
  if (wanted_.nar || !file.lent) {
    const auto header = objects.header(entry.id);
    file.size = header ? header->size : 0;
  }
  round.bytes_ += file.size;
  round.files_.push_back(std::move(file));
  for (const char* word : {")", ")"}) put(word);  // of the node and of the entry
}

void TreePass::Round::divide() {
  const std::uint64_t all = bytes_ + files_.size() * cost_of_file;
  const std::uint64_t parts = std::clamp<std::uint64_t>(all / cost_of_part, 1, most_parts);
  std::uint64_t cost = 0;
  for (std::size_t i = 0; i < files_.size() && ends_.size() + 1 < parts; ++i) {
    cost += files_[i].size + cost_of_file;
    if (cost >= all / parts * (ends_.size() + 1)) ends_.push_back(i + 1);
  }
  ends_.push_back(files_.size());
}

void TreePass::carry_out(Round& round, std::size_t part, Objects& objects) const {
  FileDescriptor here, lender;
  std::optional<std::size_t> directory;
  const std::size_t end = round.ends_[part];
  for (std::size_t i = part == 0 ? 0 : round.ends_[part - 1]; i < end; ++i) {
    File& file = round.files_[i];
    if (root_ && directory != file.directory) {
      directory = file.directory;
      here = open_directory_beneath(root_.get(), round.directories_[*directory]);
      lender = open_lender(like_, round.directories_[*directory]);
    }
    const bool linked = root_ && file.lent && link_file(lender, here, file.name, file.kind);
    if (linked && !wanted_.nar) continue;
    file.content = objects.read(file.id, ObjectType::blob);
    if (file.kind == EntryKind::symlink) unwrap(check_link_target(file.content->content()));
    if (root_ && !linked) {
      if (file.kind == EntryKind::symlink) {
        write_link(here, file.name, file.content->content());
      } else {
        write_file(here, file.name, file.kind, file.content->content());
      }
    }
    if (!wanted_.nar) file.content.reset();
  }
}

void TreePass::complete(Round& round) {
  for (File& file : round.files_) {
    if (!file.content) continue;
    const std::string_view content = file.content->content();
    put_nar_length(file.before, content.size());
    for (const auto piece : {std::string_view(file.before), content, nar_padding(content.size())}) wanted_.nar(piece);
    file.content.reset();
  }
  if (wanted_.nar) wanted_.nar(round.rest_);
  if (!root_) return;
  // Nothing more is created in these directories. The root gets its mode and time later, by seal().
  for (const std::string& path : round.full_) {
    const FileDescriptor here = open_directory_beneath(root_.get(), path);
    if (!path.empty() && ::fchmod(here.get(), 0755) != 0) throw_errno("cannot set the mode of a directory");
    ::futimens(here.get(), time_of_files.data());
  }
}

void TreePass::run(Objects& objects) {
  for (auto round = next(objects); round; round = next(objects)) {
    for (std::size_t part = 0; part < round->parts(); ++part) carry_out(*round, part, objects);
    complete(*round);
  }
}

}  // namespace eka::store
