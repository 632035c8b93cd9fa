#include "world/repository.h"

#include <fstream>
#include <memory>

#include <fmt/format.h>
#include <git2/sys/mempack.h>
#include <git2/sys/odb_backend.h>

namespace eka::world {

namespace {

// One level of a tree: its entries by name, unordered.
struct Directory {
  std::map<std::string, File> files;
  std::map<std::string, atom::ObjectId> trees;
  std::map<std::string, std::unique_ptr<Directory>> directories;

  Directory& below(const std::string& name) {
    auto& directory = directories[name];
    if (!directory) directory = std::make_unique<Directory>();
    return *directory;
  }
};

// The parent directory of `path`, and its last component.
std::pair<Directory*, std::string> locate(Directory& root, const std::string& path) {
  Directory* directory = &root;
  std::size_t start = 0;
  for (std::size_t slash; (slash = path.find('/', start)) != std::string::npos; start = slash + 1) {
    directory = &directory->below(path.substr(start, slash - start));
  }
  return {directory, path.substr(start)};
}

std::string_view mode_of(File::Mode mode) {
  switch (mode) {
    case File::Mode::regular:
      return "100644";
    case File::Mode::executable:
      return "100755";
    case File::Mode::symlink:
      return "120000";
  }
  return {};
}

std::string entry(std::string_view mode, std::string_view name, const atom::ObjectId& id) {
  const auto bytes = id.bytes();
  return fmt::format("{} {}", mode, name) + '\0' + std::string(bytes.begin(), bytes.end());
}

template <class Write>
atom::ObjectId write_directory(const Directory& directory, const Write& write) {
  // Git sorts a directory as if its name ended in a slash.
  std::map<std::string, std::string> sorted;
  for (const auto& [name, file] : directory.files) {
    sorted[name] = entry(mode_of(file.mode), name, write(GIT_OBJECT_BLOB, file.content));
  }
  for (const auto& [name, id] : directory.trees) sorted[name + "/"] = entry("40000", name, id);
  for (const auto& [name, below] : directory.directories) {
    sorted[name + "/"] = entry("40000", name, write_directory(*below, write));
  }
  std::string text;
  for (const auto& [_, line] : sorted) text += line;
  return write(GIT_OBJECT_TREE, text);
}

}  // namespace

Repository::Repository(const std::filesystem::path& path) : path_(path) {
  git_repository_init_options options{};
  options.version = GIT_REPOSITORY_INIT_OPTIONS_VERSION;
  options.flags = GIT_REPOSITORY_INIT_BARE | GIT_REPOSITORY_INIT_MKPATH | GIT_REPOSITORY_INIT_NO_REINIT;
  options.initial_head = "main";
  const auto what = fmt::format("cannot create the repository {}", path.string());
  repository_ = git::make<git::RepositoryHandle>(Kind::failure, what, git_repository_init_ext, path.c_str(), &options);
  odb_ = git::make<git::OdbHandle>(Kind::failure, what, git_repository_odb, repository_.get());
  git_odb_backend* memory = nullptr;
  git::check(git_mempack_new(&memory), Kind::failure, what);
  git::check(git_odb_add_backend(odb_.get(), memory, 1000), Kind::failure, what);  // the odb takes ownership
}

atom::ObjectId Repository::write(git_object_t type, std::string_view content) {
  git_oid oid;
  git::check(git_odb_write(&oid, odb_.get(), content.data(), content.size(), type), Kind::failure, "cannot write");
  const auto id = git::from_oid(oid);
  objects_.insert(id);
  return id;
}

atom::ObjectId Repository::tree(const std::map<std::string, File>& files) {
  return tree(files, {});
}

atom::ObjectId Repository::tree(const std::map<std::string, File>& files,
                                const std::map<std::string, atom::ObjectId>& directories) {
  Directory root;
  for (const auto& [path, file] : files) {
    auto [directory, name] = locate(root, path);
    directory->files[name] = file;
  }
  for (const auto& [path, id] : directories) {
    auto [directory, name] = locate(root, path);
    directory->trees[name] = id;
  }
  return write_directory(root, [this](git_object_t type, std::string_view content) { return write(type, content); });
}

void Repository::finish() {
  const auto what = fmt::format("cannot write the pack of {}", path_.string());
  auto builder = git::make<git::PackbuilderHandle>(Kind::failure, what, git_packbuilder_new, repository_.get());
  git_packbuilder_set_threads(builder.get(), 1);  // so that the pack is reproducible
  for (const auto& id : objects_) {
    const auto oid = git::to_oid(id);
    git::check(git_packbuilder_insert(builder.get(), &oid, nullptr), Kind::failure, what);
  }
  const auto packs = path_ / "objects" / "pack";
  git::check(git_packbuilder_write(builder.get(), packs.c_str(), 0444, nullptr, nullptr), Kind::failure, what);

  std::ofstream file(path_ / "packed-refs", std::ios::binary);
  file << "# pack-refs with: peeled fully-peeled sorted \n";
  for (const auto& [name, id] : refs_) file << id.hex() << ' ' << name << '\n';
  file.close();
  if (!file) throw Error(Kind::failure, fmt::format("cannot write {}", (path_ / "packed-refs").string()));
}

}  // namespace eka::world
