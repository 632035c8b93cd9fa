#include "git/wire/capabilities.h"

#include <doctest/doctest.h>

#include "tests/git/repository.h"

namespace eka::git {
namespace {

Result<Capabilities> parse_capabilities(std::string_view bytes, std::size_t step = 3) {
  AdvertisementParser parser;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    if (const auto fed = parser.feed(bytes.substr(at, step)); !fed) return std::unexpected(fed.error());
  }
  if (parser.is_old_protocol()) return fail(Kind::remote, "old");
  return parser.finish();
}

std::string advertisement(std::initializer_list<std::string_view> lines) {
  PacketWriter out;
  for (const std::string_view line : lines) out.line(line);
  return std::move(out.flush()).take();
}

}  // namespace

TEST_CASE("capabilities: as advertised by git") {
  const test::TemporaryDirectory home;
  test::make_repository(home.path());
  const std::string bytes = test::upload_pack(home.path(), "");
  const auto capabilities = parse_capabilities(bytes);
  REQUIRE(capabilities);
  CHECK(capabilities->value("agent")->starts_with("git/"));
  CHECK(capabilities->feature("fetch", "shallow"));
  CHECK_FALSE(capabilities->feature("fetch", "shall"));
  CHECK(capabilities->value("object-format") == "sha1");
  CHECK_FALSE(capabilities->has("object"));
  CHECK(capabilities->usable());
  CHECK(Capabilities::from_text(capabilities->text()).text() == capabilities->text());

  SUBCASE("the greeting of smart HTTP servers may come first") {
    const auto greeted = parse_capabilities("001e# service=git-upload-pack\n0000" + bytes);
    REQUIRE(greeted);
    CHECK(greeted->text() == capabilities->text());
  }
  SUBCASE("every truncation is a retryable error") {
    for (std::size_t n = 0; n < bytes.size(); ++n) {
      const auto cut = parse_capabilities(std::string_view(bytes).substr(0, n));
      REQUIRE_FALSE(cut);
      CHECK(cut.error().is_retryable());
    }
  }
  SUBCASE("trailing data is rejected") {
    CHECK_FALSE(parse_capabilities(bytes + "0000"));
  }
  SUBCASE("older protocols are recognized") {
    for (const std::string protocol : {"version=0", "version=1"}) {
      const std::string old = test::upload_pack(home.path(), "", protocol);
      for (const std::string& answer : {old, "001e# service=git-upload-pack\n0000" + old}) {
        const auto result = parse_capabilities(answer);
        REQUIRE_FALSE(result);
        CHECK(result.error().message() == "old");
      }
    }
  }
}

TEST_CASE("capabilities: unsupported object formats and missing commands are reported") {
  const auto sha256 = parse_capabilities(advertisement({"version 2", "ls-refs", "fetch", "object-format=sha256"}));
  REQUIRE(sha256);
  CHECK(sha256->usable().error().message().contains("sha256"));
  const auto without = parse_capabilities(advertisement({"version 2", "ls-refs"}));
  REQUIRE(without);
  CHECK(without->usable().error().message().contains("\"fetch\""));
}

TEST_CASE("capabilities: malicious advertisements") {
  CHECK(parse_capabilities(advertisement({"version 2", "agent=\x1b]52;c;eA==\x07"}))
            .error()
            .message()
            .contains("invalid capability"));
  const auto refused = parse_capabilities(advertisement({"ERR no \x1b[31mway"}));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message() == "remote error: no \\x1b[31mway");
  CHECK_FALSE(refused.error().is_retryable());
  PacketWriter endless;
  endless.line("version 2");
  for (int i = 0; i < 100'000; ++i) endless.line("a=b");
  CHECK(parse_capabilities(std::move(endless).take(), 1000).error().message().contains("too long"));
}

}  // namespace eka::git
