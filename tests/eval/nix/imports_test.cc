#include "eval/nix/imports.h"

#include <fstream>

#include <doctest/doctest.h>

#include "tests/eval/world.h"

namespace eka::eval {
namespace {

namespace fs = std::filesystem;

constexpr const char* output = "/nix/store/w3w67a7sq6mvq002paz5afrillny6irm-gen";
constexpr const char* drv_path = "/nix/store/q07wzjfy3pkrr9ji27fl1a04pwgyq9f6-gen.drv";

// A private store with one derivation, which builds `output`.
class Store {
 public:
  Store() {
    fs::create_directories(directory_.path() / "nix/store");
    std::ofstream(directory_.path() / std::string(drv_path).substr(1))
        << R"(Derive([("out",")" << output << R"(","","")],[],[],"x86_64-linux","/bin/sh",[],[]))";
  }
  std::optional<std::string> wanted(const std::string& errors, const std::vector<std::string>& built = {}) const {
    return wanted_build(directory_.path(), errors, built);
  }

 private:
  TemporaryDirectory directory_;
};

std::string report(const std::string& frame) {
  return "trace: hi\nerror: unable to start any build\n\n       … while calling f\n\n       … " + frame + "\n\n";
}

TEST_CASE("the derivation whose output is read during evaluation is found") {
  const Store store;
  const std::string path(output);
  CHECK(store.wanted(report("while realising the context of path '" + path + "'")) == drv_path);
  CHECK(store.wanted(report("while realising the context of path '" + path + "/lib/x.nix'")) == drv_path);
  CHECK(store.wanted(report("while adding path '" + path + "/sub'")) == drv_path);
}

TEST_CASE("other failures request no build") {
  const Store store;
  const std::string path(output);
  const std::string reading = report("while realising the context of path '" + path + "'");
  CHECK_FALSE(store.wanted(reading, {path}));  // it exists, so the failure has another cause
  CHECK_FALSE(store.wanted(report("while realising the context of path '" + path + "-else'")));
  CHECK_FALSE(store.wanted(report("while realising the context of path '/etc/passwd'")));
  CHECK_FALSE(store.wanted(report("while evaluating '" + path + "'")));
  CHECK_FALSE(store.wanted("trace: " + reading.substr(reading.find("… while realising"))));
  CHECK_FALSE(store.wanted(""));
}

}  // namespace
}  // namespace eka::eval
