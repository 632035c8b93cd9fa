// Atoms on disk, and an evaluator whose real store is a temporary directory.
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

// Output of a shell command; a failure fails the test.
std::string shell(const std::string& command);

atom::Json compose_nix(const std::string& entry = "default.nix");
atom::Json compose_static();
atom::Json compose_with(const std::string& label, const std::string& entry = ".");

class World {
 public:
  // `store`: the real store; by default a new directory. Without `landlock`, as on a kernel that lacks it.
  explicit World(const std::string& store = {}, bool landlock = true);

  // Adds an atom whose tree contains an atom.toml and `files`. `deps`: from set tag to labels.
  void add(const std::string& label, const std::map<std::string, std::string>& files,
           const atom::Json& compose = compose_nix(), const std::map<std::string, std::vector<std::string>>& deps = {});
  std::filesystem::path tree(const std::string& label) const { return directory_.path() / "trees" / label; }
  // The path of the tree in the sandbox; the tree must not change after the first call.
  std::string root(const std::string& label);

  Evaluation evaluation(const std::vector<std::string>& roots);
  std::vector<Evaluated> evaluate(const std::vector<std::string>& roots);
  // The error of an evaluation that must fail. Fails the test if it was not run as processes() says.
  Error failure(const std::vector<std::string>& roots);
  Error failure_of(Evaluation evaluation);
  // A variable in the environment of the derivation `main`.
  std::string variable(const Evaluated& evaluated, const std::string& name);

  // How evaluations run: forked if $EKA_TEST_PROCESSES is "forked", else in processes of their own.
  static Processes processes();
  NixEvaluator& evaluator() { return evaluator_; }
  coro::Runtime& runtime() { return runtime_; }
  std::filesystem::path store() const { return directory_.path() / "real"; }
  std::filesystem::path scratch() const { return directory_.path() / "cache" / "scratch"; }
  // The private store of the only evaluation.
  std::filesystem::path private_store();
  std::filesystem::path memory() const { return memory_.path(); }
  std::filesystem::path directory() const { return directory_.path(); }

 private:
  struct Atom {
    std::string root;
    atom::Json compose;
    std::map<std::string, std::vector<std::string>> deps;
  };
  TemporaryDirectory directory_;
  TemporaryDirectory memory_;  // in memory, if this machine has such a file system
  coro::Runtime runtime_;
  NixEvaluator evaluator_;
  std::map<std::string, Atom> atoms_;
};

// Nix expression for a derivation called `name` with additional attributes.
std::string derivation_text(const std::string& name, const std::string& attributes = "");

}  // namespace eka::eval
