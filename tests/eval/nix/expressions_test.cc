// The expressions in nix/, evaluated in the sandbox.
#include <algorithm>

#include <doctest/doctest.h>

#include "tests/eval/world.h"

namespace eka::eval {
namespace {

std::size_t occurrences(std::string_view text, std::string_view word) {
  std::size_t count = 0;
  for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) ++count;
  return count;
}

// `main` with the variable `seen`, the JSON of an expression.
std::string seeing(const std::string& expression) {
  return "{ main = " + derivation_text("x", "seen = builtins.toJSON (" + expression + ");") + "; }";
}

TEST_CASE("plain Nix: exactly `atoms` and `cfg` are in scope, and only in the entry file") {
  World world;
  world.add("lib", {{"default.nix", "{ greeting = \"hello\"; }"}});
  world.add(
      "app",
      {{"src/entry.nix", seeing("[ (builtins.attrNames atoms.deps) atoms.deps.from.company.lib cfg (import ./b.nix)"
                                " (builtins.pathExists ../atom.toml) ]")},
       {"src/b.nix", "builtins.typeOf ./."}},
      compose_nix("src/entry.nix"), {{"company", {"lib"}}});
  world.add("leak", {{"default.nix", "{ main = import ./inner.nix; }"}, {"inner.nix", "cfg"}});

  const auto evaluated = world.evaluate({"app"});
  REQUIRE(evaluated.size() == 1);
  CHECK(evaluated[0].label == "app");
  REQUIRE(evaluated[0].outputs.size() == 1);
  CHECK(evaluated[0].outputs[0].name == "out");
  CHECK(
      world.variable(evaluated[0], "seen") ==
      R"([["from","get","pins"],{"greeting":"hello"},)"
      R"({"package":{"label":"app","version":"1.0.0"},)"
      R"("platforms":{"build":"x86_64-linux","legacy_target":"aarch64-linux","target":"aarch64-linux"}},"path",true])");
  CHECK(world.failure({"leak"}).message().starts_with("undefined variable 'cfg'"));
}

TEST_CASE("composed with an atom: its function receives the path, the dependencies and the configuration") {
  World world;
  world.add("composer", {{"default.nix", "root: args: " + seeing("[ (builtins.typeOf root) (baseNameOf root)"
                                                                 " (builtins.readFile (root + \"/data\")) args ]")}});
  world.add("lib", {{"default.nix", "1"}});
  world.add("app", {{"src/data", "text"}}, compose_with("composer", "src"), {{"local", {"lib"}}});
  const auto evaluated = world.evaluate({"app"});
  CHECK(world.variable(evaluated.at(0), "seen") ==
        R"(["path","src","text",{"config":{"package":{"label":"app","version":"1.0.0"},)"
        R"("platforms":{"build":"x86_64-linux","legacy_target":"aarch64-linux","target":"aarch64-linux"}},)"
        R"("extern":{"deps":{"from":{"local":{"lib":1}},"get":{},"pins":{}}}}])");
}

TEST_CASE("a composer may be a functor, and may itself be composed") {
  World world;
  world.add("first", {{"default.nix", "root: args: { __functor = self: inner: args': " + derivation_text("made") +
                                          " // { main = " + derivation_text("made") + "; }; }"}});
  world.add("second", {}, compose_with("first"));
  world.add("app", {}, compose_with("second"));
  CHECK(world.evaluate({"app"}).at(0).drv_path.ends_with("-made.drv"));
}

TEST_CASE("static: the value is the manifest") {
  World world;
  world.add("data", {}, compose_static());
  world.add("app", {{"default.nix", seeing("atoms.deps.from.s.data")}}, compose_nix(), {{"s", {"data"}}});
  CHECK(world.variable(world.evaluate({"app"}).at(0), "seen") == R"({"package":{"label":"data","version":"1.0.0"}})");
  CHECK(world.failure({"data"}).message() == "the atom data 1.0.0 has no attribute `main`; it has `package`");
}

TEST_CASE("each atom is evaluated once, and cycles are allowed if values are lazy") {
  World world;
  world.add("base",
            {{"default.nix", "builtins.trace \"base is evaluated\" { main = " + derivation_text("base") +
                                 "; back = atoms.deps.from.s.left.name; }"}},
            compose_nix(), {{"s", {"left"}}});
  world.add("left",
            {{"default.nix",
              "{ name = \"left\"; main = " + derivation_text("left", "x = atoms.deps.from.s.base.main;") + "; }"}},
            compose_nix(), {{"s", {"base"}}});
  world.add("right",
            {{"default.nix", "{ main = " +
                                 derivation_text("right",
                                                 "x = atoms.deps.from.s.base.main;"
                                                 "seen = atoms.deps.from.s.base.back;") +
                                 "; }"}},
            compose_nix(), {{"s", {"base"}}});
  const auto evaluated = world.evaluate({"right", "left", "base", "right"});
  REQUIRE(evaluated.size() == 4);
  CHECK(evaluated[0].drv_path.ends_with("-right.drv"));
  CHECK(evaluated[1].drv_path.ends_with("-left.drv"));
  CHECK(evaluated[2].drv_path.ends_with("-base.drv"));
  CHECK(evaluated[3].drv_path == evaluated[0].drv_path);
  CHECK(occurrences(evaluated[0].messages, "base is evaluated") == 1);
  CHECK(world.variable(evaluated[0], "seen") == "left");
}

TEST_CASE("builtins do not expose the machine, in any file and under any name") {
  const std::string probe =
      "[ (builtins.getEnv \"HOME\") (__getEnv \"NIX_CONFIG\") builtins.currentTime __currentTime builtins.currentSystem"
      " __currentSystem builtins.nixPath __nixPath (builtins.builtins.getEnv \"USER\") (builtins.tryEval "
      "<nixpkgs>).success"
      " ]";
  const std::string seen = R"(["","",0,0,"x86_64-linux","x86_64-linux",[],[],"",false])";
  World world;
  world.add("app", {{"default.nix", seeing("[ (" + probe +
                                           ") (import ./nested) (scopedImport { y = 1; } ./scoped.nix)"
                                           " (builtins.import ./nested) ((builtins.scopedImport {} ./nested)) ]")},
                    {"nested/default.nix", "(import ./deeper.nix)"},
                    {"nested/deeper.nix", probe},
                    {"scoped.nix", "[ y (" + probe + ") (import ./nested) ]"}});
  CHECK(world.variable(world.evaluate({"app"}).at(0), "seen") ==
        "[" + seen + "," + seen + ",[1," + seen + "," + seen + "]," + seen + "," + seen + "]");
}

TEST_CASE("a file is evaluated once, by whatever path it is imported") {
  World world;
  world.add("lib", {{"default.nix", "builtins.trace \"lib is read\" { name = import ./name.nix; }"},
                    {"name.nix", "builtins.trace \"name is read\" \"lib\""}});
  world.add(
      "app",
      {{"default.nix", seeing("[ (import ./a.nix) (import ./sub) (import ./sub/default.nix) (import ./sub/../a.nix)"
                              " (import \"${toString ./.}/a.nix\") (import { outPath = ./a.nix; })"
                              " (map import [ ./a.nix ./sub ]) (builtins.import ./a.nix)"
                              " (scopedImport { } ./again.nix) atoms.deps.from.s.lib.name ]")},
       {"a.nix", "builtins.trace \"a is read\" 1"},
       {"again.nix", "import ./a.nix"},
       {"sub/default.nix", "builtins.trace \"sub is read\" [ (import ../a.nix) ]"}},
      compose_nix(), {{"s", {"lib"}}});
  const Evaluated evaluated = world.evaluate({"app"}).at(0);
  CHECK(world.variable(evaluated, "seen") == R"([1,[1],[1],1,1,1,[1,[1]],1,1,"lib"])");
  for (const char* file : {"a is read", "sub is read", "lib is read", "name is read"}) {
    CAPTURE(file);
    CHECK(occurrences(evaluated.messages, file) == 1);
  }
}

TEST_CASE("what import cannot keep is evaluated each time, as by Nix") {
  World world;
  world.add("app", {{"default.nix", seeing("[ (import ./link.nix) (import \"${./.}/a.nix\") (import \"${./sub}\") ]")},
                    {"a.nix", "1"},
                    {"sub/default.nix", "2"}});
  std::filesystem::create_symlink("a.nix", world.tree("app") / "link.nix");
  CHECK(world.variable(world.evaluate({"app"}).at(0), "seen") == "[1,1,2]");
}

TEST_CASE("errors of import are those of Nix") {
  const std::pair<std::string, std::string> probes[] = {{"./missing.nix", "missing.nix"},
                                                        {"./missing/x.nix", "missing"},
                                                        {"./a.nix/x", "a.nix/x"},
                                                        {"./directory", "Is a directory"},
                                                        {"\"x\"", "string 'x' doesn't represent an absolute path"},
                                                        {"1", "cannot coerce an integer to a string"},
                                                        {"/etc/passwd", "is forbidden in restricted mode"},
                                                        {"./self.nix", "infinite recursion"}};
  for (const auto& [path, expected] : probes) {
    World world;
    world.add("app", {{"default.nix", "{ main = import " + path + "; }"},
                      {"a.nix", "1"},
                      {"self.nix", "import ./self.nix"},
                      {"directory/default.nix/x", ""}});
    const Error error = world.failure({"app"});
    CAPTURE(path);
    CAPTURE(error.message());
    CHECK(error.kind() == Kind::evaluation);
    CHECK(error.message().contains(expected));
    CHECK_FALSE(error.message().contains("/eka/nix"));
  }
}

TEST_CASE("scopedImport affects the given file, but not the files that it imports") {
  World world;
  world.add(
      "app",
      {{"default.nix", "{ main = scopedImport { y = 1; } ./a.nix; }"}, {"a.nix", "import ./b.nix"}, {"b.nix", "y"}});
  CHECK(world.failure({"app"}).message().starts_with("undefined variable 'y'"));
}

TEST_CASE("storePath aborts, even under tryEval") {
  for (const std::string name : {"builtins.storePath", "__storePath", "builtins.builtins.storePath"}) {
    World world;
    world.add("app", {{"default.nix", "{ main = builtins.tryEval (" + name + " ./.); }"}});
    const Error error = world.failure({"app"});
    CAPTURE(error.message());
    CHECK(error.message().contains("builtins.storePath is not available to an atom"));
  }
}

TEST_CASE("violations of the contract") {
  World world;
  world.add("misnamed", {{"default.nix", "{ mian = 1; }"}});
  world.add("function", {{"default.nix", "{ x }: x"}});
  world.add("list", {{"default.nix", "{ main = [ 1 ]; }"}});
  world.add("pretender", {{"default.nix", "{ main = { type = \"derivation\"; }; }"}});
  world.add("liar", {{"default.nix",
                      "{ main = { type = \"derivation\"; drvPath = "
                      "\"/nix/store/6iqh71svy5sk6dd6ml3xd1gc5p0y86b2-x.drv\"; }; }"}});
  world.add("escape", {{"default.nix", "{ main = { type = \"derivation\"; drvPath = \"/etc/passwd\"; }; }"}});
  world.add("wrong", {}, compose_with("list"));
  const auto said = [&](const std::string& label) { return world.failure({label}).message(); };
  CHECK(said("misnamed") == "the atom misnamed 1.0.0 has no attribute `main`; it has `mian`");
  CHECK(said("function") == "the value of the atom function 1.0.0 is a function, not a set with a derivation `main`");
  CHECK(said("list") == "`main` of the atom list 1.0.0 is a list, not a derivation");
  CHECK(said("pretender") == "`main` of the atom pretender 1.0.0 has type \"derivation\" but no `drvPath`");
  CHECK(said("liar") ==
        "the result refers to the derivation /nix/store/6iqh71svy5sk6dd6ml3xd1gc5p0y86b2-x.drv, which evaluation did "
        "not create");
  CHECK(said("escape") == "`main` has an invalid `drvPath`");
  CHECK(said("wrong") == "the atom wrong 1.0.0 cannot be evaluated: its composer list is a set, not a function");
}

TEST_CASE("the trace of a failure starts in the atom's own code") {
  World world;
  world.add("app", {{"default.nix", "{\n  main =\n    let f = x: throw \"boo\"; in f 1;\n}\n"}});
  const std::string message = world.failure({"app"}).message();
  CAPTURE(message);
  CHECK(message.starts_with("boo\n"));
  CHECK(message.contains("app/default.nix:3:"));
  CHECK_FALSE(message.contains("/eka/nix"));
  CHECK_FALSE(message.contains("/nix/store"));
}

TEST_CASE("an atom cannot see other atoms of its closure or their paths") {
  World world;
  world.add("other", {{"default.nix", "1"}});
  world.add("lister", {{"default.nix", "{ main = builtins.readDir /nix/store; }"}});
  const Error error = world.failure({"lister"});
  CHECK((error.message().contains("forbidden in restricted mode") || error.message().contains("Permission denied")));
  CHECK(error.hint() == "an atom can read only its own files and its dependencies");
}

TEST_CASE("labels beyond ASCII") {
  World world;
  world.add("app", {{"default.nix", "{ main = " + derivation_text("x", "src = ./.;") + "; }"}});
  Evaluation evaluation = world.evaluation({"app"});
  const std::string renamed = world.root("app").substr(0, 44) + "=CE=BB";
  for (std::size_t at = 0; (at = evaluation.closure_json.find(world.root("app"))) != std::string::npos;) {
    evaluation.closure_json.replace(at, world.root("app").size(), renamed);
  }
  evaluation.sources.at(0).store_path = renamed;
  const auto evaluated = world.runtime().run(world.evaluator().evaluate(evaluation));
  CHECK(evaluated.size() == 1);
}

}  // namespace
}  // namespace eka::eval
