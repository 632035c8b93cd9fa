#include "cli/ci/report_errors.h"

#include <fstream>

#include <doctest/doctest.h>

#include "tests/temporary_directory.h"

namespace eka::cli {
namespace {

namespace fs = std::filesystem;

// A workspace with a set in `sub`, whose atom `server` is in pkgs/server-2.
class Workspace {
 public:
  Workspace() {
    write("sub/ekala.toml", "set.packages = [\"pkgs/server-2\"]\n");
    write("sub/pkgs/server-2/atom.toml",
          "[package]\nlabel = \"server\"\nversion = \"1.0.0\"\n[compose.as]\nnix = \"default.nix\"\n");
    write("sub/pkgs/server-2/default.nix", "{ }");
    fs::create_symlink("/etc/passwd", path() / "sub/passwd");
  }
  fs::path path() const { return directory_.path(); }
  Places places() const { return {path(), {path() / "sub"}}; }
  void write(const fs::path& name, const std::string& content) const {
    fs::create_directories((path() / name).parent_path());
    std::ofstream(path() / name) << content;
  }

 private:
  test::TemporaryDirectory directory_;
};

std::optional<Place> place_in(const Workspace& workspace, const std::string& message) {
  return workspace.places().of(Error(Kind::evaluation, message));
}

TEST_CASE("the place of an error is the first that it names in the workspace") {
  const Workspace workspace;
  const Place nix{"sub/pkgs/server-2/default.nix", 3, 5};
  CHECK(place_in(workspace, "no main\n\n       at server/default.nix:3:5:\n\n            3| x") == nix);
  CHECK(place_in(workspace, "at /nix/store/x/default.nix:1:1: at server/default.nix:3:5") == nix);
  CHECK(place_in(workspace, "needs x ^1 (pkgs/server-2/atom.toml:9; set)") ==
        Place{"sub/pkgs/server-2/atom.toml", 9, 0});
  CHECK(place_in(workspace, workspace.path().string() + "/sub/ekala.toml:2:1: x") == Place{"sub/ekala.toml", 2, 1});
  CHECK(workspace.places().of(Error(Kind::usage, "x").within("reading pkgs/server-2/atom.toml:4")) ==
        Place{"sub/pkgs/server-2/atom.toml", 4, 0});
}

TEST_CASE("what is no place in the workspace is none") {
  const Workspace workspace;
  for (const char* text : {"", ":", ":3", "https://a.example:443/x", "server/missing.nix:3:5", "server:3",
                           "/etc/passwd:1:1", "passwd:1:1", "../../../../../../etc/passwd:1",
                           "server/../../../../../../../../etc/passwd:1", "default.nix:1", "::::1:2:3"}) {
    CAPTURE(text);
    CHECK_FALSE(place_in(workspace, text));
  }
  CHECK_FALSE(place_in(workspace, std::string(1'000'000, ':') + std::string(1'000'000, '1')));
}

TEST_CASE("a code quality report has an issue for each error, with a place in the workspace") {
  const Workspace workspace;
  const auto report =
      code_quality({Error(Kind::evaluation, "no main at server/default.nix:3:5").within("planning ::server"),
                    Error(Kind::remote, "cannot connect"), Error(Kind::remote, "cannot connect")},
                   workspace.places())
          .canonical();
  CHECK(report.starts_with(
      R"([{"check_name":"eka/evaluation","description":"no main at server/default.nix:3:5\n  while planning ::server",)"));
  CHECK(report.contains(
      R"("location":{"lines":{"begin":3},"path":"sub/pkgs/server-2/default.nix"},"severity":"major"})"));
  CHECK(report.contains(R"("location":{"lines":{"begin":1},"path":"sub/ekala.toml"},"severity":"major"}])"));
  CHECK(code_quality({}, workspace.places()).canonical() == "[]");
}

TEST_CASE("the fingerprint of an issue does not change with what any edit changes") {
  const Workspace workspace;
  const auto fingerprint = [&](const std::string& message) {
    const auto text = code_quality({Error(Kind::evaluation, message)}, workspace.places()).canonical();
    return text.substr(text.find("\"fingerprint\""), 80);
  };
  const std::string before = fingerprint("`main` of server 1.0.0-dev.ae9dd151d245 at server/default.nix:3:5");
  CHECK(fingerprint("`main` of server 1.0.0-dev.0123456789ab at server/default.nix:40:1") == before);
  CHECK(fingerprint("`main` of client 1.0.0-dev.ae9dd151d245 at server/default.nix:3:5") != before);
}

}  // namespace
}  // namespace eka::cli
