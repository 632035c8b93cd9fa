// Runs victim.cc, which imports a pack into a cache, names and materializes it, and ways to kill it.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include <sys/types.h>

#include "tests/sanitized.h"
#include "tests/store/cache_fixture.h"
#include "tests/store/pack_builder.h"

namespace eka::test {

// Incompressible bytes: a pack with 300,000 of them is not a small pack (small_packs.h).
std::string noise(std::size_t size);

struct Job {
  TemporaryDirectory directory;
  std::filesystem::path pack_file = directory.path() / "sample.pack";
  std::string pack;
  atom::ObjectId tree, rev;

  explicit Job(PackBuilder& builder, const atom::ObjectId& root) : tree(root), rev(builder.commit_of(root)) {
    pack = builder.pack();
    std::ofstream(pack_file, std::ios::binary) << pack;
  }
};

// Starts the victim; if `traced`, stopped before its first instruction.
pid_t start_victim(const std::filesystem::path& root, const std::filesystem::path& pack, const atom::ObjectId& rev,
                   bool traced);
// The same, with other arguments.
pid_t start_victim(const std::vector<std::string>& words, bool traced);

// Lets a traced victim make `calls` system calls (entries and exits counted), then kills it. Returns the number of
// calls, which is lower if it has exited before.
int kill_after(pid_t child, int calls);

}  // namespace eka::test
