// A .drv file, as far as the engine needs it: its outputs and what it refers to.
//
// The format is Nix's "ATerm": Derive([("out","/nix/store/…","","")],[("/nix/store/….drv",["out"])],["/nix/store/…"],
// "system","builder",["args"],[("name","value")]). Read strictly: Nix writes it in one way only.
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

  // Kind::evaluation, saying where the text stops being a derivation.
  static Result<Derivation> parse(std::string_view text);
};

// Is `path` "/nix/store/<32 characters of Nix's base 32>-<a valid name>"?
bool is_store_path(std::string_view path);

}  // namespace eka::eval
