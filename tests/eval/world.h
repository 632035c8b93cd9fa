// Atoms on disk, and an evaluator whose real store is a directory of the test.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "atom/json/json.h"
#include "coro/run/runtime.h"
#include "eval/nix_evaluator.h"
#include "tests/temporary_directory.h"

namespace eka::eval {

using test::TemporaryDirectory;

// What a shell command prints; a failure fails the test.
std::string shell(const std::string& command);

atom::Json compose_nix(const std::string& entry = "default.nix");
atom::Json compose_static();
atom::Json compose_with(const std::string& label, const std::string& entry = ".");

class World {
 public:
  // `store`: the real one; nothing for a directory of its own.
  explicit World(const std::string& store = {});

  // An atom whose tree holds an atom.toml and `files`. `deps`: from set tag to labels.
  void add(const std::string& label, const std::map<std::string, std::string>& files,
           const atom::Json& compose = compose_nix(), const std::map<std::string, std::vector<std::string>>& deps = {});
  std::filesystem::path tree(const std::string& label) const { return directory_.path() / "trees" / label; }
  // Where the tree stands in the sandbox; from the first call on it must not change any more.
  std::string root(const std::string& label);

  Evaluation evaluation(const std::vector<std::string>& roots);
  std::vector<Evaluated> evaluate(const std::vector<std::string>& roots);
  // The error that evaluating gives, which must be one.
  Error failure(const std::vector<std::string>& roots);
  Error failure_of(Evaluation evaluation);
  // The environment of the derivation that `main` of `root` is: "name" -> value.
  std::string variable(const Evaluated& evaluated, const std::string& name);

  NixEvaluator& evaluator() { return evaluator_; }
  coro::Runtime& runtime() { return runtime_; }
  std::filesystem::path store() const { return directory_.path() / "real"; }
  std::filesystem::path scratch() const { return directory_.path() / "cache" / "scratch"; }
  std::filesystem::path directory() const { return directory_.path(); }

 private:
  struct Atom {
    std::string root;
    atom::Json compose;
    std::map<std::string, std::vector<std::string>> deps;
  };
  TemporaryDirectory directory_;
  coro::Runtime runtime_;
  NixEvaluator evaluator_;
  std::map<std::string, Atom> atoms_;
};

// nix/ expression for a derivation named `name` with further attributes.
std::string derivation_text(const std::string& name, const std::string& attributes = "");

}  // namespace eka::eval
