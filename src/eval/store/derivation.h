// The parts of a .drv file that eka needs: its outputs and references, and where it can be built.
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

struct InputDerivation {
  std::string path;
  std::vector<std::string> outputs;  // the names of those that are used
  friend bool operator==(const InputDerivation&, const InputDerivation&) = default;
};

struct Derivation {
  std::vector<Output> outputs;
  std::vector<InputDerivation> input_derivations;
  std::vector<std::string> input_sources;
  std::string system;
  // Of the machine that builds it (`requiredSystemFeatures`); sorted, each once.
  std::vector<std::string> required_system_features;

  // Kind::evaluation with the position at which the text is invalid.
  static Result<Derivation> parse(std::string_view text);
};

// Whether `path` is "/nix/store/<32 characters of Nix's base 32>-<a valid name>".
bool is_store_path(std::string_view path);

}  // namespace eka::eval
