// Plans for tests of output.
#pragma once

#include <string>

#include "engine/plan.h"

namespace eka::cli {

// The plan of an atom of this label, with a derivation path made from it.
inline engine::Plan plan_of(const std::string& label, bool remembered = false) {
  const auto set = unwrap(atom::ObjectId::parse("1111111111111111111111111111111111111111"));
  const auto rev = unwrap(atom::ObjectId::parse("2222222222222222222222222222222222222222"));
  auto name = unwrap(atom::Label::parse(label));
  return {.label = name,
          .version = unwrap(atom::Version::parse("1.0.0")),
          .id = atom::AtomId(set, name),
          .rev = rev,
          .drv_path = "/nix/store/" + label + ".drv",
          .outputs = {},
          .remembered = remembered,
          .sandbox = {},
          .remotes = {},
          .archives = {},
          .milliseconds = {}};
}

}  // namespace eka::cli
