// Whoever works on a set on this machine: a repository with the working tree of one atom, whose needs grow, which is
// resolved, committed, and published to the simulated internet.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "git/config/git_program.h"
#include "tests/sim/model.h"
#include "tests/sim/simulator.h"
#include "tests/sim/world.h"

namespace eka::sim {

struct Served;

class Author {
 public:
  static constexpr const char* label = "app";

  // What the atom's directory holds.
  struct Files {
    std::string manifest;
    std::optional<std::string> lock;
    friend bool operator==(const Files&, const Files&) = default;
  };

  // Makes the repository in `directory`. `served` is where it is published.
  Author(World& world, Simulator& simulator, Served& served, std::filesystem::path directory);

  const std::filesystem::path& directory() const { return directory_; }
  std::filesystem::path atom_directory() const { return directory_ / label; }
  Files files() const;
  // The atom as it would be published now, with `added` among its needs. Not locked.
  Release release(const std::optional<Need>& added = std::nullopt) const;
  void now_needs(Need need) { needs_.push_back(std::move(need)); }
  void now_fetches(std::size_t source) { source_ = source; }
  // The atoms of a lock of it; nothing if one of them goes by another name than its own. Throws Violation for a lock
  // that cannot be read, or names what does not exist.
  std::optional<Closure> locked(const std::string& lock) const;
  // Commits the files, as the next version or as the same.
  void commit(bool next_version);

  // The server's side of a push: whether each ref is accepted. What is published is a release from then on.
  std::vector<git::PushOutcome> receive(const std::vector<git::PushedRef>& refs);
  // Of the commit that was made last, once receive() was called for it.
  const atom::ObjectId& rev() const { return rev_; }
  // Whether all refs of what was committed last are served, or none.
  bool is_published() const;

 private:
  void write_objects();

  World& world_;
  Simulator& simulator_;
  Served& served_;
  std::filesystem::path directory_;
  std::vector<Need> needs_;
  std::optional<std::size_t> source_;
  unsigned minor_ = 0;
  atom::ObjectId rev_{}, tree_{}, manifest_{}, origin_{};
};

}  // namespace eka::sim
