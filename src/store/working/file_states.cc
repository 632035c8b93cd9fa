#include "store/working/file_states.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <ctime>
#include <type_traits>
#include <utility>

#include <stdio.h>

#include "atom/hash/digest.h"
#include "base/text.h"
#include "store/disk/disk.h"
#include "store/disk/quarantine.h"

namespace eka::store {
namespace {

namespace fs = std::filesystem;

// head, SHA-256 of the rest, numbers of files, directories and trees; for each file its path's length, state, blob and
// path; the ids of directories and trees. Numbers are those of this machine: the file never leaves it.
constexpr std::string_view states_head = "eka file states 1\n";
constexpr std::size_t states_checksum = 32;
constexpr std::size_t largest_states = std::size_t{512} << 20;

class StatesWriter {
 public:
  template <class Number>
    requires std::is_arithmetic_v<Number>
  void put(Number number) {
    std::array<char, sizeof number> bytes{};
    std::memcpy(bytes.data(), &number, sizeof number);
    text_.append(bytes.data(), bytes.size());
  }
  void put(const atom::ObjectId& id) { text_.append(reinterpret_cast<const char*>(id.bytes().data()), id.size); }
  void put(std::string_view text) { text_ += text; }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// Of a text whose checksum was right.
class StatesReader {
 public:
  explicit StatesReader(std::string_view rest) : rest_(rest) {}

  template <class Number>
  Number number() {
    Number out{};
    const auto bytes = text(sizeof out);
    if (!bytes.empty()) std::memcpy(&out, bytes.data(), bytes.size());
    return out;
  }
  atom::ObjectId id() {
    std::array<std::uint8_t, atom::ObjectId::size> bytes{};
    const auto from = text(bytes.size());
    if (!from.empty()) std::memcpy(bytes.data(), from.data(), bytes.size());
    return atom::ObjectId(bytes);
  }
  // Empty, and nothing more follows, if there is less.
  std::string_view text(std::size_t size) {
    if (size > rest_.size()) {
      is_short_ = true;
      rest_ = {};
      return {};
    }
    const auto out = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return out;
  }
  bool is_at_end() const { return rest_.empty() && !is_short_; }
  std::size_t left() const { return rest_.size(); }

 private:
  std::string_view rest_;
  bool is_short_ = false;
};

std::string_view text_of_checksum(const atom::Sha256::Value& value) {
  return {reinterpret_cast<const char*>(value.data()), value.size()};
}

FileStates::File read_entry(StatesReader& in) {
  const auto length = in.number<std::uint32_t>();
  FileStates::File file;
  file.state.size = in.number<std::uint64_t>();
  file.state.modified = in.number<std::int64_t>();
  file.state.changed = in.number<std::int64_t>();
  file.state.inode = in.number<std::uint64_t>();
  file.state.device = in.number<std::uint64_t>();
  file.blob = in.id();
  file.path = in.text(length);
  return file;
}

}  // namespace

FileStates FileStates::read(const fs::path& file) {
  FileStates out;
  auto text = read_file(file, largest_states);
  if (!text) return out;
  out.text_ = std::make_unique<const std::string>(*std::move(text));
  const std::string_view all = *out.text_;
  if (!all.starts_with(states_head) || all.size() < states_head.size() + states_checksum) return {};
  const auto body = all.substr(states_head.size() + states_checksum);
  const auto checksum = atom::Sha256::of(body);
  if (all.substr(states_head.size(), states_checksum) != text_of_checksum(checksum)) return {};
  StatesReader in(body);
  const auto files = in.number<std::uint32_t>();
  const auto directories = in.number<std::uint32_t>();
  const auto trees = in.number<std::uint32_t>();
  if (std::max({files, directories, trees}) > in.left()) return {};
  out.files_.reserve(files);
  for (std::uint32_t i = 0; i < files; ++i) out.files_.push_back(read_entry(in));
  for (std::uint32_t i = 0; i < directories; ++i) out.directories_.push_back(in.id());
  for (std::uint32_t i = 0; i < trees; ++i) out.trees_.push_back(in.id());
  if (!in.is_at_end()) return {};
  return out;
}

void FileStates::write(const fs::path& file, const fs::path& quarantines, const std::vector<File>& files,
                       const std::vector<atom::ObjectId>& directories, const std::vector<atom::ObjectId>& trees) {
  StatesWriter body;
  body.put(static_cast<std::uint32_t>(files.size()));
  body.put(static_cast<std::uint32_t>(directories.size()));
  body.put(static_cast<std::uint32_t>(trees.size()));
  for (const File& each : files) {
    body.put(static_cast<std::uint32_t>(each.path.size()));
    body.put(each.state.size);
    body.put(each.state.modified);
    body.put(each.state.changed);
    body.put(each.state.inode);
    body.put(each.state.device);
    body.put(each.blob);
    body.put(each.path);
  }
  auto sorted = directories;
  std::ranges::sort(sorted);
  for (const auto& id : sorted) body.put(id);
  for (const auto& id : trees) body.put(id);
  const auto checksum = atom::Sha256::of(body.text());
  const Quarantine quarantine = Quarantine::make(quarantines);
  const fs::path made = quarantine.path() / "states";
  const FileDescriptor out = create_file(made);
  const std::string cannot = "cannot write " + printable(file.native());
  if (!out) throw_errno(cannot);
  write_all(out.get(), std::string(states_head) + std::string(text_of_checksum(checksum)), cannot);
  write_all(out.get(), body.text(), cannot);
  if (::rename(made.c_str(), file.c_str()) != 0) throw_errno(cannot);
}

std::optional<atom::ObjectId> FileStates::blob(std::string_view path, const git::FileState& state) {
  if (next_ >= files_.size() || files_[next_].path != path) {
    const auto found = std::ranges::lower_bound(files_, path, {}, &File::path);
    next_ = static_cast<std::size_t>(found - files_.begin());
    if (found == files_.end() || found->path != path) return std::nullopt;
  }
  const File& file = files_[next_++];
  return file.state == state ? std::optional(file.blob) : std::nullopt;
}

bool FileStates::has_directory(const atom::ObjectId& tree) const {
  return std::ranges::binary_search(directories_, tree);
}

// The clock by which the kernel stamps files: it advances by some milliseconds at a time.
std::int64_t now_for_states() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
  return git::in_nanoseconds(now);
}

bool is_settled(const git::FileState& state, std::int64_t begun) {
  constexpr std::int64_t second = 1'000'000'000;
  // File systems without fractions of a second round the times, some to two seconds.
  const bool is_coarse = state.changed % second == 0;
  return std::max(state.modified, state.changed) + (is_coarse ? 2 * second : 0) < begun;
}

}  // namespace eka::store
