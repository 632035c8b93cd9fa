// The parts of a .drv file that eka needs: its outputs and references.
//
// The format is Nix's "ATerm": Derive([("out","/nix/store/…","","")],[("/nix/store/….drv",["out"])],["/nix/store/…"],
// "system","builder",["args"],[("name","value")]). Parsing is strict: Nix writes it in only one way.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace eka::eval {

struct Output {
  std::string name;
  std::string path;
  friend bool operator==(const Output&, const Output&) = default;
};

struct Derivation {
  std::vector<Output> outputs;
  std::vector<std::string> input_derivations;
  std::vector<std::string> input_sources;
  std::string system;

  // Kind::evaluation with the position at which the text is invalid.
  static Result<Derivation> parse(std::string_view text);
};

// Whether `path` is "/nix/store/<32 characters of Nix's base 32>-<a valid name>".
bool is_store_path(std::string_view path);

}  // namespace eka::eval
