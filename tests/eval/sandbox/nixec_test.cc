#include "eval/sandbox/nixec.h"

#include <array>

#include <doctest/doctest.h>

#include "eval/sandbox/syscalls.h"

namespace eka::eval {
namespace {

TEST_CASE("a request round-trips") {
  const NixecRequest sent{
      .binary = {.device = ~std::uint64_t{0}, .inode = 2, .size = 3, .modified_ns = -4},
      .parent = 5,
      .limits = {.memory_bytes = 6, .cpu_seconds = 7, .wall_seconds = 8, .file_bytes = 9, .open_files = 10},
      .sandbox = {.bwrap = "b",
                  .nix_instantiate = "n",
                  .libraries = {"l1", "l \"2\"\n"},
                  .expressions = "e",
                  .store = "s",
                  .sources = {{.outside = "o", .inside = "i"}},
                  .system = "y",
                  .launcher = "d",
                  .root = "r",
                  .imports = true,
                  .container = true},
      .expression_file = "x",
      .filter = std::string("\0f\0", 3)};
  const auto got = NixecRequest::parse(sent.text());
  REQUIRE(got.has_value());
  CHECK(got->binary == sent.binary);
  CHECK(got->text() == sent.text());
  CHECK(got->sandbox.libraries == sent.sandbox.libraries);
  CHECK(got->sandbox.sources.at(0).inside == "i");
  CHECK(got->sandbox.launcher == "d");
  CHECK(got->sandbox.root == "r");
  CHECK(got->sandbox.imports);
  CHECK(got->sandbox.container);
  CHECK(got->filter == sent.filter);
  CHECK_FALSE(NixecRequest::parse(sent.text() + "more").has_value());
  CHECK_FALSE(NixecRequest::parse(sent.text().substr(0, sent.text().size() - 1)).has_value());
}

TEST_CASE("an invalid request is rejected") {
  for (const char* text : {"", "{}", "[]", "{\"binary\":1}", "\xff"}) {
    CAPTURE(text);
    CHECK_FALSE(NixecRequest::parse(text).has_value());
  }
}

TEST_CASE("the program name selects nixec") {
  CHECK(is_nixec("nixec"));
  CHECK(is_nixec("/usr/bin/nixec"));
  CHECK_FALSE(is_nixec("eka"));
  CHECK_FALSE(is_nixec("/nixec/eka"));
}

TEST_CASE("the filter is a valid BPF program") {
  const std::string filter = syscall_filter();
  CHECK(filter.size() % 8 == 0);     // instructions
  CHECK(filter.size() / 8 > 100);    // many of them
  CHECK(filter.size() / 8 <= 4096);  // at most the kernel's limit
}

}  // namespace
}  // namespace eka::eval
