#include "eval/build/build_log.h"

#include <vector>

#include <doctest/doctest.h>

namespace eka::eval {
namespace {

class Watch final : public BuildWatch {
 public:
  void began(std::string_view) override {}
  void ended(std::string_view) override {}
  void printed(std::string_view, std::string_view line) override { lines.emplace_back(line); }
  std::vector<std::string> lines;
};

constexpr const char* drv = "/nix/store/kc55i7ljgz1j51hhqz1hgz5l0bi4rhhx-nosh.drv";

// What a build prints, as in Nix's JSON; then its failure.
struct Failed {
  explicit Failed(const std::vector<std::string>& lines) : log(watch) {
    log.line(std::string(R"(@nix {"action":"start","id":1,"type":105,"fields":[")") + drv + R"("]})");
    for (const std::string& line : lines) {
      log.line(R"(@nix {"action":"result","fields":[")" + line + R"("],"id":1,"type":101})");
    }
    log.line(std::string(R"(@nix {"action":"msg","level":0,"raw_msg":"builder for '\u001b[35;1m)") + drv +
             R"(\u001b[0m' failed with exit code 1"})");
  }
  std::string message() const { return log.failures().at(drv); }

  Watch watch;
  BuildLog log;
};

TEST_CASE("an error that Nix frames in the log is printed without the frame") {
  const Failed failed({R"(\u0001)",
                       R"(\u0005\u0000\u0000\u0000\u0000\u0000\u0000\u0000Error\u0000\u0000\u0000)"
                       R"(\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000)"
                       R"(\u0005\u0000\u0000\u0000\u0000\u0000\u0000\u0000Error\u0000\u0000\u0000)"
                       R"(D\u0000\u0000\u0000\u0000\u0000\u0000\u0000executing '\u001b[35;1m/bin/sh\u001b[0m': )"
                       R"(\u001b[35;1mNo such file or directory\u001b[0m\u0000\u0000\u0000\u0000\u0000\u0000)"});
  const std::string expected = "executing '/bin/sh': No such file or directory";
  CHECK(failed.watch.lines == std::vector<std::string>{expected});
  CHECK(failed.message() == std::string("builder for '") + drv + "' failed with exit code 1\n> " + expected);
}

TEST_CASE("a framed error of several lines ends with its frame") {
  const Failed failed({R"(before)", R"(\u0001)",
                       R"(\u0005\u0000\u0000\u0000\u0000\u0000\u0000\u0000Error\u0000\u0000\u0000)"
                       R"(\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000)"
                       R"(\u0005\u0000\u0000\u0000\u0000\u0000\u0000\u0000Error\u0000\u0000\u0000)"
                       R"(D\u0000\u0000\u0000\u0000\u0000\u0000\u0000one)",
                       R"(two\u0000\u0000\u0000\u0000)", R"(after\u0000)"});
  CHECK(failed.watch.lines == std::vector<std::string>{"before", "one", "two", std::string("after\0", 6)});
}

TEST_CASE("lines that only resemble a frame are kept") {
  const Failed failed({R"(\u0001 is a byte)", R"(\u0005\u0000Error)", R"(Error)"});
  CHECK(failed.watch.lines == std::vector<std::string>{"\x01 is a byte", std::string("\5\0Error", 7), "Error"});
}

TEST_CASE("colours are removed from lines and messages") {
  const Failed failed({R"(\u001b[31;1merror:\u001b[0m executing '\u001b[35;1m/bin/sh\u001b[0m')"});
  CHECK(failed.watch.lines == std::vector<std::string>{"error: executing '/bin/sh'"});
  CHECK(failed.message() ==
        std::string("builder for '") + drv + "' failed with exit code 1\n> error: executing '/bin/sh'");
}

}  // namespace
}  // namespace eka::eval
