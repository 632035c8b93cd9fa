// Paths within a cache.
#pragma once

#include <filesystem>
#include <utility>
#include <vector>

namespace eka::store {

struct Places {
  explicit Places(std::filesystem::path directory) : root(std::move(directory)) {}

  std::filesystem::path git() const { return root / "git"; }
  std::filesystem::path objects() const { return git() / "objects"; }
  std::filesystem::path packs() const { return objects() / "pack"; }
  std::filesystem::path incoming() const { return git() / "incoming"; }  // quarantines for content of git/
  std::filesystem::path damaged() const { return git() / "damaged"; }    // set aside by `eka cache verify --repair`
  std::filesystem::path trees() const { return root / "trees"; }
  std::filesystem::path trees_incoming() const { return trees() / ".incoming"; }
  std::filesystem::path working() const { return root / "working"; }  // see cached_working_trees.h
  std::filesystem::path sources() const { return root / "sources"; }
  std::filesystem::path sources_incoming() const { return sources() / ".incoming"; }
  std::filesystem::path scratch() const { return root / "scratch"; }  // for evaluations
  std::filesystem::path database() const { return root / "eka.db"; }
  std::filesystem::path lock() const { return root / "lock"; }  // see use_lock.h

  // The directories that contain quarantines, except incoming(), which is for git/.
  std::vector<std::filesystem::path> incoming_directories() const {
    return {trees_incoming(), sources_incoming(), scratch()};
  }

  std::filesystem::path root;
};

}  // namespace eka::store
