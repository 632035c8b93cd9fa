// Where in the files of this repository an error is, for CI systems that show errors beside the code.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace eka::cli {

struct Place {
  std::string file;  // relative to the workspace, with "/"
  std::size_t line = 1;
  std::size_t column = 0;  // 0: unknown
  friend bool operator==(const Place&, const Place&) = default;
};

class Places {
 public:
  // `workspace`: the directory that CI systems refer to, usually the root of the repository. Files are looked for in
  // the working directory and in `sets`, directories of package sets, in which a path may also begin with the label of
  // an atom ("server/default.nix:3:5"). Blocks.
  Places(const std::filesystem::path& workspace, std::vector<std::filesystem::path> sets);

  // The first "FILE:LINE" or "FILE:LINE:COLUMN" in the text of the error that names a file in the workspace. Blocks.
  std::optional<Place> of(const Error& error) const;
  // Where to show errors that name no file: the manifest of the first set, if there is one.
  std::optional<Place> otherwise() const;

 private:
  std::optional<Place> in_text(std::string_view text) const;
  std::optional<std::string> in_workspace(const std::filesystem::path& path) const;
  std::optional<std::string> find(const std::filesystem::path& named) const;

  std::filesystem::path workspace_;                                   // canonical
  std::vector<std::filesystem::path> roots_;                          // to which paths may be relative
  std::vector<std::pair<std::string, std::filesystem::path>> atoms_;  // labels and directories
};

// The workspace of this job ($GITHUB_WORKSPACE, $CI_PROJECT_DIR); otherwise the working directory.
std::filesystem::path workspace_of_job();

}  // namespace eka::cli
