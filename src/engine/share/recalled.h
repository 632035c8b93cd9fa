// The result of an evaluation as it is cached.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "eval/store/derivation.h"

namespace eka::engine {

struct Recalled {
  std::string drv_path;
  std::vector<eval::Output> outputs;
  std::optional<std::string> meta{};  // eval::Evaluated::meta
  // Of the planned atom: what else its plan shows, so that a cached plan need not read the atom.
  std::string version{};
  std::vector<std::string> remotes{};  // mirrors_in() its lock
  std::optional<std::string> lock{};   // outline() of its lock, if that is not empty

  std::string text() const;
  // Nothing if `text` is not of this form.
  static std::optional<Recalled> parse(std::string_view text);
};

}  // namespace eka::engine
