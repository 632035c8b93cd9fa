#include "store/object/repository.h"

#include <cerrno>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/text.h"
#include "store/disk/disk.h"
#include "store/disk/quarantine.h"

namespace eka::store {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view configuration =
    "[core]\n"
    "\trepositoryformatversion = 0\n"
    "\tbare = true\n"
    "[gc]\n"
    "\tauto = 0\n"
    "[maintenance]\n"
    "\tauto = false\n";

void write_file(const fs::path& path, std::string_view content) {
  const FileDescriptor file = create_file(path);
  if (!file) throw_errno("cannot write " + printable(path.native()));
  write_all(file.get(), content, "cannot write " + printable(path.native()));
}

void make_repository(const fs::path& directory, const fs::path& quarantines) {
  const Quarantine quarantine = Quarantine::make(quarantines);
  const fs::path made = quarantine.path() / "git";
  make_bare_repository(made);
  make_directories(made / "incoming");
  rename_new(made, directory);  // a repository created by another process is equivalent
}

// If a dead process had started to publish its pack, the pack was verified: only the index remains to be moved.
void salvage(const fs::path& quarantine, const fs::path& packs) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(quarantine, ignored)) {
    const fs::path& index = entry.path();
    if (index.extension() != ".idx") continue;
    const std::string name = index.stem();
    if (fs::exists(fs::path(index).replace_extension(".pack"), ignored)) continue;  // publishing had not started
    if (fs::exists(packs / (name + ".pack"), ignored)) fs::rename(index, packs / index.filename(), ignored);
  }
}

void rename_over(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) throw_errno("cannot rename to " + printable(to.native()));
}

}  // namespace

Repository::Repository(fs::path directory, const fs::path& quarantines, WriteAccess access)
    : directory_(std::move(directory)), access_(std::move(access)) {
  if (access_.is_granted()) {
    if (!fs::exists(directory_ / "HEAD")) make_repository(directory_, quarantines);
    for (const fs::path& part : {incoming(), packs()}) make_directories(part);
    const fs::path packs_directory = packs();
    Quarantine::sweep(incoming(), [&](const fs::path& quarantine) { salvage(quarantine, packs_directory); });
  }
  give_back(take());  // fails now instead of later if it is unreadable
}

void make_bare_repository(const fs::path& directory) {
  for (const char* part : {"objects/pack", "objects/info", "refs/heads", "refs/tags"}) {
    make_directories(directory / part);
  }
  write_file(directory / "HEAD", "ref: refs/heads/main\n");
  write_file(directory / "config", configuration);
}

Objects Repository::take() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      Objects objects = std::move(idle_.back());
      idle_.pop_back();
      return objects;
    }
  }
  return Objects::of_cache(directory_ / "objects", access_);
}

void Repository::give_back(Objects objects) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(objects));
}

void publish_pack(const fs::path& from, const fs::path& to, const std::string& name) {
  const fs::path pack = from / (name + ".pack");
  const fs::path index = from / (name + ".idx");
  // The modes that git uses, without access for others.
  for (const fs::path& file : {pack, index}) {
    if (::chmod(file.c_str(), 0400) != 0) throw_errno("cannot set the mode of " + printable(file.native()));
    make_durable(file);
  }
  // The name is the checksum of the content: an existing pack has the same bytes unless the disk corrupted it; then
  // this repairs it.
  rename_over(pack, to / pack.filename());
  rename_over(index, to / index.filename());
  make_durable(to);
}

}  // namespace eka::store
