// Builtins of newer versions of Nix (nix/newer.nix). The expected values are those of Nix 2.26, and these tests run
// with that version, too.
#include <doctest/doctest.h>

#include "tests/eval/world.h"

namespace eka::eval {
namespace {

// The JSON of an expression, evaluated in an atom with some files.
std::string value_of(const std::string& expression) {
  World world;
  world.add("app", {{"default.nix", "{ main = " +
                                        derivation_text("x",
                                                        "seen = builtins.unsafeDiscardStringContext "
                                                        "(builtins.toJSON (" +
                                                            expression + "));") +
                                        "; }"},
                    {"sub/file", "content"}});
  std::filesystem::create_symlink("sub", world.tree("app") / "link");
  std::filesystem::create_symlink("nowhere", world.tree("app") / "dangling");
  return world.variable(world.evaluate({"app"}).at(0), "seen");
}

std::string failure_of(const std::string& expression) {
  World world;
  world.add("app", {{"default.nix", "{ main = builtins.tryEval (" + expression + "); }"}});
  return world.failure({"app"}).message();
}

TEST_CASE("they exist, and under their global names, in each file") {
  CHECK(value_of("map (name: builtins ? ${name}) [ \"addDrvOutputDependencies\" \"break\" \"convertHash\" "
                 "\"readFileType\" \"traceVerbose\" \"warn\" ]") == "[true,true,true,true,true,true]");
  CHECK(value_of("[ (break 1) (__traceVerbose \"a\" 2) (__warn \"b\" 3) (__readFileType ./sub) ]") ==
        R"([1,2,3,"directory"])");
  CHECK(value_of("builtins.builtins.traceVerbose \"a\" 1") == "1");
}

TEST_CASE("traceVerbose, warn and break return their last argument") {
  CHECK(value_of("builtins.traceVerbose (throw \"not evaluated\") 1") == "1");
  CHECK(value_of("builtins.warn \"this is old\" 1") == "1");
  CHECK(value_of("builtins.break 1") == "1");
  CHECK(failure_of("builtins.warn 1 2").contains("expected a string"));

  World world;
  world.add("app", {{"default.nix", "{ main = builtins.warn \"this is old\" (builtins.traceVerbose \"no\" (" +
                                        derivation_text("x") + ")); }"}});
  CHECK(world.evaluate({"app"}).at(0).messages == "evaluation warning: this is old");
}

TEST_CASE("convertHash converts between all encodings") {
  const std::string algorithms = "[ \"md5\" \"sha1\" \"sha256\" \"sha512\" ]";
  const std::string formats = "[ \"base16\" \"nix32\" \"base64\" \"sri\" ]";
  // From each encoding to each other and back to the one that hashString gives.
  CHECK(value_of("builtins.all (text: builtins.all (hashAlgo: let hash = builtins.hashString hashAlgo text; in "
                 "builtins.all (from: builtins.all (to: let given = builtins.convertHash { inherit hash hashAlgo; "
                 "toHashFormat = from; }; converted = builtins.convertHash { hash = given; inherit hashAlgo; "
                 "toHashFormat = to; }; in builtins.convertHash { hash = converted; inherit hashAlgo; toHashFormat = "
                 "\"base16\"; } == hash) " +
                 formats + ") " + formats + ") " + algorithms + ") [ \"\" \"a\" \"some text\" ]") == "true");
  const std::string sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  CHECK(value_of("map (toHashFormat: builtins.convertHash { hash = \"" + sha256 +
                 "\"; hashAlgo = \"sha256\"; inherit toHashFormat; }) [ \"base16\" \"nix32\" \"base32\" \"base64\" "
                 "\"sri\" ]") == R"(["e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",)"
                                 R"("0mdqa9w1p6cmli6976v4wi0sw9r4p5prkj7lzfd1877wk11c9c73",)"
                                 R"("0mdqa9w1p6cmli6976v4wi0sw9r4p5prkj7lzfd1877wk11c9c73",)"
                                 R"("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",)"
                                 R"("sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="])");
  CHECK(
      value_of("map (hash: builtins.convertHash { inherit hash; toHashFormat = \"base16\"; extra = 1; }) [ \"sha256:" +
               sha256 +
               "\" \"sha256:0mdqa9w1p6cmli6976v4wi0sw9r4p5prkj7lzfd1877wk11c9c73\" "
               "\"sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\" \"md5:1B2M2Y8AsgTpgAmY7PhCfg==\" ]") ==
      "[\"" + sha256 + "\",\"" + sha256 + "\",\"" + sha256 + "\",\"d41d8cd98f00b204e9800998ecf8427e\"]");
}

TEST_CASE("convertHash refuses what is no hash, even under tryEval") {
  const auto said = [](const std::string& arguments) {
    return failure_of("builtins.convertHash { " + arguments + " toHashFormat = \"base16\"; }");
  };
  CHECK(
      said("hash = \"e3b0\"; hashAlgo = \"sha256\";").contains("'e3b0' has wrong length for hash algorithm 'sha256'"));
  CHECK(said("hash = \"d41d8cd98f00b204e9800998ecf8427e\";").contains("does not include a type"));
  CHECK(said("hash = \"sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709\"; hashAlgo = \"sha256\";")
            .contains("should have type 'sha256'"));
  CHECK(said("hash = \"crc:00\";").contains("unknown hash algorithm 'crc'"));
  CHECK(failure_of("builtins.convertHash { hash = \"md5:d41d8cd98f00b204e9800998ecf8427e\"; toHashFormat = \"hex\"; }")
            .contains("unknown hash format 'hex'"));
  CHECK(
      failure_of("builtins.convertHash { hash = \"md5:d41d8cd98f00b204e9800998ecf8427e\"; }").contains("toHashFormat"));
}

TEST_CASE("readFileType tells files, directories and symlinks apart") {
  CHECK(value_of("map builtins.readFileType [ ./. ./default.nix ./sub ./sub/file ./link ./dangling \"${./sub/file}\" "
                 "\"${toString ./.}/link/\" (toString ./sub + \"/../default.nix\") ]") ==
        R"(["directory","regular","directory","regular","symlink","symlink","regular","symlink","regular"])");
  CHECK(failure_of("builtins.readFileType ./absent").contains("absent"));
  CHECK_FALSE(failure_of("builtins.readFileType /etc/passwd").empty());
}

TEST_CASE("addDrvOutputDependencies makes a string depend on all outputs") {
  const std::string drv = "(" + derivation_text("dep") + ")";
  const auto seen = [&](const std::string& text) {
    return value_of("builtins.attrValues (builtins.getContext (builtins.addDrvOutputDependencies (" + text + ")))");
  };
  CHECK(seen("builtins.unsafeDiscardOutputDependency " + drv + ".drvPath") == R"([{"allOutputs":true}])");
  CHECK(seen(drv + ".drvPath") == R"([{"allOutputs":true}])");
  CHECK(value_of("let d = builtins.unsafeDiscardOutputDependency " + drv +
                 ".drvPath; in builtins.addDrvOutputDependencies \"<${d}>\" == \"<${d}>\"") == "true");
  CHECK(failure_of("builtins.addDrvOutputDependencies \"x\"").contains("must have exactly one element, but has 0"));
  CHECK(failure_of("builtins.addDrvOutputDependencies " + drv + ".outPath").contains("can only act on derivations"));
  CHECK(failure_of("builtins.addDrvOutputDependencies ./.").contains("is not a derivation"));
}

TEST_CASE("a derivation that uses them is that of Nix 2.26") {
  World world;
  world.add("app", {{"default.nix", "{ main = " +
                                        derivation_text("app",
                                                        "hash = builtins.convertHash { hash = builtins.hashString "
                                                        "\"sha256\" \"x\"; hashAlgo = \"sha256\"; toHashFormat = "
                                                        "\"sri\"; }; kind = builtins.readFileType ./default.nix;") +
                                        "; }"}});
  CHECK(world.evaluate({"app"}).at(0).drv_path == "/nix/store/cgq30cyjcf3apg3zgbqylva6dx39yh11-app.drv");
}

}  // namespace
}  // namespace eka::eval
