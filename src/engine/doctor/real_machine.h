// This machine, as examined by the checks.
#pragma once

#include "engine/doctor/machine.h"

namespace eka::engine {

class RealMachine final : public Machine {
 public:
  std::string variable(const std::string& name) const override;
  bool is_root() const override;
  std::optional<std::filesystem::path> program(const std::string& name) const override;
  Ran run(const std::vector<std::string>& words) const override;
  std::optional<std::string> read(const std::filesystem::path& file) const override;
  std::optional<FileStatus> status(const std::filesystem::path& file) const override;
  std::optional<std::uint64_t> free_bytes(const std::filesystem::path& path) const override;
  Result<std::string> nix_store() const override;
  bool has_build_users(const std::string& store) const override;
  int landlock_version() const override;
  std::optional<eval::Obstacle> obstacle_to_namespaces() const override;
  coro::Allowance allowance() const override;
  Result<std::vector<std::string>> git_config(const std::string& name) const override;
  Result<std::filesystem::path> trusted_cache(const std::filesystem::path& root) const override;
  std::optional<CacheStock> cache_stock(const std::filesystem::path& root) const override;
  std::string obstacle_to_writing(const std::filesystem::path& root) const override;
};

}  // namespace eka::engine
