#include "eval/seatbelt.h"

#include <doctest/doctest.h>

namespace eka::eval {
namespace {

const Sandbox example{.bwrap = {},
                      .nix_instantiate = "/opt/nix/bin/nix-instantiate",
                      .libraries = {"/opt/nix/lib/libnixexpr.dylib"},
                      .expressions = "/opt/eka/share/eka/nix",
                      .store = "/Users/x/a \"b\"\\c/store",
                      .sources = {{.outside = "/cache/trees/1", .inside = "/nix/store/1-a"}},
                      .system = "aarch64-darwin",
                      .doorkeeper = {},
                      .room = {}};

TEST_CASE("the profile denies all but what the room holds") {
  CHECK(seatbelt_profile(example) == R"text((version 1)
(deny default)
(allow process-exec (literal "/opt/nix/bin/nix-instantiate"))
(allow file-read* (subpath "/usr/lib") (subpath "/System/Library") (literal "/dev/null") (literal "/dev/urandom"))
(allow file-read-metadata (literal "/") (literal "/nix") (literal "/nix/store"))
(allow sysctl-read)
(allow file-read* (subpath "/opt/nix/bin/nix-instantiate"))
(allow file-read* (subpath "/opt/nix/lib/libnixexpr.dylib"))
(allow file-read* (subpath "/opt/eka/share/eka/nix"))
(allow file-read* (subpath "/nix/store/1-a"))
(allow file-read* file-write* (subpath "/Users/x/a \"b\"\\c/store"))
)text");
}

TEST_CASE("the command is that of the other room, with everything where it lies") {
  const auto arguments = seatbelt_arguments(example);
  CHECK(arguments.options == std::vector<std::string>{"-p", seatbelt_profile(example)});
  std::string command;
  for (const auto& word : arguments.command) command += word + "|";
  CHECK(command.starts_with("/opt/nix/bin/nix-instantiate|--store|/Users/x/a \"b\"\\c/store|--eval|"));
  CHECK(command.ends_with("|-I|eka=/opt/eka/share/eka/nix|-I|atom=/nix/store/1-a|-|"));
  CHECK_FALSE(command.contains("/eka/store"));
}

}  // namespace
}  // namespace eka::eval
