#include "eval/store/derivation.h"

#include <doctest/doctest.h>

namespace eka::eval {
namespace {

constexpr std::string_view good =
    R"(Derive([("dev","/nix/store/il4p4hssmjmxv1j8lqzm4yb60xzxlwjl-x-dev","",""),)"
    R"(("out","/nix/store/6iqh71svy5sk6dd6ml3xd1gc5p0y86b2-x","","")],)"
    R"([("/nix/store/3kjpgh0wrk3z1g7vbziirm5q3cps8h16-lib.drv",["out","dev"])],)"
    R"(["/nix/store/hkmq6dic38lhq0x6mqmmcrnsdyn7235p-src"],"x86_64-linux","/bin/sh",["-c","a\"b\n"],[("name","x")]))";

TEST_CASE("a derivation is parsed") {
  const auto derivation = Derivation::parse(good);
  REQUIRE(derivation.has_value());
  CHECK(derivation->outputs ==
        std::vector<Output>{{.name = "dev", .path = "/nix/store/il4p4hssmjmxv1j8lqzm4yb60xzxlwjl-x-dev"},
                            {.name = "out", .path = "/nix/store/6iqh71svy5sk6dd6ml3xd1gc5p0y86b2-x"}});
  CHECK(derivation->input_derivations ==
        std::vector<InputDerivation>{
            {.path = "/nix/store/3kjpgh0wrk3z1g7vbziirm5q3cps8h16-lib.drv", .outputs = {"out", "dev"}}});
  CHECK(derivation->input_sources == std::vector<std::string>{"/nix/store/hkmq6dic38lhq0x6mqmmcrnsdyn7235p-src"});
  CHECK(derivation->system == "x86_64-linux");
}

TEST_CASE("required system features are a list of words, or an array of structured attributes") {
  const auto features_with = [](std::string_view environment) {
    std::string text(good);
    text.replace(text.find(R"([("name","x")])"), 14, environment);
    return unwrap(Derivation::parse(text)).required_system_features;
  };
  using Features = std::vector<std::string>;
  CHECK(features_with(R"([("name","x")])").empty());
  CHECK(features_with(R"([("requiredSystemFeatures","kvm  big-parallel kvm")])") == Features{"big-parallel", "kvm"});
  CHECK(features_with(R"([("__json","{\"requiredSystemFeatures\":[\"nixos-test\",\"kvm\"]}")])") ==
        Features{"kvm", "nixos-test"});
  CHECK(features_with(R"([("__json","{\"requiredSystemFeatures\":7}")])").empty());
  CHECK(features_with(R"([("__json","no JSON")])").empty());
}

TEST_CASE("truncated derivations and trailing data are rejected") {
  for (std::size_t length = 0; length < good.size(); ++length) {
    CHECK_FALSE(Derivation::parse(good.substr(0, length)).has_value());
  }
  CHECK_FALSE(Derivation::parse(std::string(good) + "\n").has_value());
}

TEST_CASE("paths outside of the store are rejected") {
  std::string text(good);
  text.replace(text.find("/nix/store/hkmq"), 11, "/etc/passwd");
  CHECK_FALSE(Derivation::parse(text).has_value());
}

TEST_CASE("store paths") {
  CHECK(is_store_path("/nix/store/6iqh71svy5sk6dd6ml3xd1gc5p0y86b2-x"));
  CHECK(is_store_path("/nix/store/6iqh71svy5sk6dd6ml3xd1gc5p0y86b2-=CE=BB.a_b-c+d?"));
  CHECK_FALSE(is_store_path("/nix/store/6iqh71svy5sk6dd6ml3xd1gc5p0y86b2-"));
  CHECK_FALSE(is_store_path("/nix/store/6iqh71svy5sk6dd6ml3xd1gc5p0y86b2-.x"));
  CHECK_FALSE(is_store_path("/nix/store/6iqh71svy5sk6dd6ml3xd1gc5p0y86b2-a/b"));
  CHECK_FALSE(is_store_path("/nix/store/eiqh71svy5sk6dd6ml3xd1gc5p0y86b2-x"));  // "e" is not in this alphabet
  CHECK_FALSE(is_store_path("/nix/store/../../etc/passwd-aaaaaaaaaaaaaaaaaaaaaa"));
  CHECK_FALSE(is_store_path("/nix/store/x"));
}

}  // namespace
}  // namespace eka::eval
