// Input of the benchmarks: generated once, identical on all machines.
#pragma once

#include <filesystem>
#include <string>

#include "atom/hash/object_id.h"

namespace eka::bench {

// A temporary directory, removed by the destructor.
class Workplace {
 public:
  Workplace();
  ~Workplace();
  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;
  const std::filesystem::path& path() const { return path_; }
  // Creates an empty directory in it.
  std::filesystem::path directory();

 private:
  std::filesystem::path path_;
  int directories_ = 0;
};

// A repository of one set: about `atoms` atom commits with 8 files each.
struct Sample {
  std::filesystem::path index;  // of the only pack
  std::string pack;             // its bytes
  atom::ObjectId commit;        // one atom
  atom::ObjectId tree;          // the files of that atom
};
Sample make_sample(const std::filesystem::path& directory, unsigned atoms, unsigned file_size);

}  // namespace eka::bench
