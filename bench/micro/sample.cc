#include "micro/sample.h"

#include <fstream>
#include <iterator>

#include <stdlib.h>

#include "base/error.h"
#include "store/disk/disk.h"
#include "world/description.h"
#include "world/world.h"

namespace eka::bench {

namespace fs = std::filesystem;

Workplace::Workplace() {
  std::string name = (fs::temp_directory_path() / "eka-micro-XXXXXX").native();
  if (::mkdtemp(name.data()) == nullptr) throw Error(Kind::failure, "cannot create a directory in /tmp");
  path_ = name;
}

Workplace::~Workplace() {
  store::remove_tree(path_);
}

fs::path Workplace::directory() {
  auto out = path_ / std::to_string(directories_++);
  fs::create_directory(out);
  return out;
}

Sample make_sample(const fs::path& directory, unsigned atoms, unsigned file_size) {
  world::LargeWorld size;
  size.sets = 1;
  size.atoms = atoms;
  size.versions = 1;
  size.files = 8;
  size.file_size = file_size;
  const auto world = world::make_world(world::large_world(size), directory, "http://world.invalid");
  Sample out;
  for (const auto& entry : fs::directory_iterator(world.sets.front().path / "objects" / "pack")) {
    if (entry.path().extension() == ".idx") out.index = entry.path();
  }
  std::ifstream pack(fs::path(out.index).replace_extension(".pack"), std::ios::binary);
  out.pack.assign(std::istreambuf_iterator<char>(pack), {});
  const auto& version = world.atoms.front().versions.front();
  out.commit = version.rev;
  out.tree = version.tree;
  return out;
}

}  // namespace eka::bench
