#include "git/wire/ls_refs.h"

#include <doctest/doctest.h>

#include "tests/git/repository.h"

namespace eka::git {
namespace {

constexpr std::string_view id = "0123456789abcdef0123456789abcdef01234567";

Result<std::vector<Ref>> parse_refs(std::string_view bytes, std::vector<std::string> prefixes = {},
                                    std::size_t step = 11, LsRefsLimits limits = {}) {
  LsRefsParser parser(std::move(prefixes), limits);
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    if (const auto fed = parser.feed(bytes.substr(at, step)); !fed) return std::unexpected(fed.error());
  }
  return std::move(parser).finish();
}

std::string answer(std::initializer_list<std::string> lines) {
  PacketWriter out;
  for (const std::string& line : lines) out.line(line);
  return std::move(out.flush()).take();
}

std::string ref_line(std::string_view name) {
  return std::string(id) + " " + std::string(name);
}

std::vector<std::string> names(const std::vector<Ref>& refs) {
  std::vector<std::string> out;
  for (const Ref& each : refs) out.push_back(each.name);
  return out;
}

}  // namespace

TEST_CASE("ls-refs: git's response") {
  const test::TemporaryDirectory home;
  test::make_repository(home.path());
  const auto capabilities = Capabilities::from_text("agent=git\nls-refs=unborn\nfetch=shallow\nobject-format=sha1\n");
  const std::string bytes = test::upload_pack(home.path(), ls_refs_request(capabilities, {}));
  const auto refs = parse_refs(bytes);
  REQUIRE(refs);
  CHECK(names(*refs) == std::vector<std::string>{"HEAD", "refs/eka/atoms/a/1.0.0", "refs/eka/atoms/a/1.1.0",
                                                 "refs/eka/meta/a/1.0.0/manifest", "refs/heads/main",
                                                 "refs/heads/topic/x", "refs/loose/blob", "refs/tags/v1.0"});
  CHECK((*refs)[0].symref_target == "refs/heads/main");
  CHECK((*refs)[0].id == (*refs)[4].id);
  CHECK((*refs)[7].peeled == (*refs)[0].id);
  CHECK((*refs)[7].id != (*refs)[0].id);
  CHECK_FALSE((*refs)[4].peeled);

  for (std::size_t n = 0; n < bytes.size(); ++n) {
    const auto cut = parse_refs(std::string_view(bytes).substr(0, n));
    REQUIRE_FALSE(cut);
    CHECK(cut.error().is_retryable());
  }
}

TEST_CASE("ls-refs: the request contains the prefixes") {
  const std::vector<std::string> prefixes = {"refs/eka/", "HEAD"};
  CHECK(ls_refs_request(Capabilities(), prefixes) ==
        "0014command=ls-refs\n00010009peel\n000csymrefs\n0019ref-prefix refs/eka/\n0014ref-prefix HEAD\n0000");
}

TEST_CASE("ls-refs: sorted prefixes match what a list of them matches") {
  const std::vector<std::string> names = {"HEAD",      "refs/a",   "refs/a/",  "refs/a/b", "refs/a/b/c", "refs/a0",
                                          "refs/ab/c", "refs/b/1", "refs/b/2", "refs/c",   "refs/ca/x",  "refs/z"};
  for (unsigned bits = 0; bits < 1U << 9; ++bits) {
    std::vector<std::string> prefixes;
    for (std::size_t i = 0; i < 9; ++i) {
      if ((bits >> i & 1) != 0) prefixes.push_back(names[names.size() - 1 - i]);
    }
    const RefPrefixes sorted(prefixes);
    for (const auto& name : names) CHECK(sorted.match(name) == matches_any(name, prefixes));
    CHECK(sorted.match("refs/a/b/c/d") == matches_any("refs/a/b/c/d", prefixes));
  }
}

TEST_CASE("ls-refs: refs outside the prefixes are dropped, unborn ones are omitted") {
  const auto refs =
      parse_refs(answer({ref_line("refs/heads/z"), "unborn HEAD symref-target:refs/heads/none", ref_line("refs/tags/t"),
                         ref_line("refs/heads/a") + " some-day:maybe peeled:" + std::string(id)}),
                 {"refs/heads/", "HEAD"});
  REQUIRE(refs);
  CHECK(names(*refs) == std::vector<std::string>{"refs/heads/a", "refs/heads/z"});
}

TEST_CASE("ls-refs: cyclic symrefs are returned but not followed") {
  const auto refs =
      parse_refs(answer({"unborn HEAD symref-target:HEAD", ref_line("refs/a") + " symref-target:refs/b",
                         ref_line("refs/b") + " symref-target:refs/a", ref_line("refs/c") + " symref-target:refs/c"}));
  REQUIRE(refs);
  CHECK(names(*refs) == std::vector<std::string>{"refs/a", "refs/b", "refs/c"});
  CHECK((*refs)[2].symref_target == "refs/c");
}

TEST_CASE("ls-refs: invalid ref names are rejected") {
  for (const std::string& bad :
       {std::string("../x"), std::string("refs/../x"), std::string("refs/heads/\x1b[31m"), std::string("refs//x"),
        std::string("refs/x/"), std::string("refs/.x"), std::string("refs/x.lock"), std::string("refs/x.lock/y"),
        std::string("refs/x."), std::string("refs/a@{1}"), std::string("refs/a:b"), std::string("refs/a*"),
        std::string("refs/a\\b"), std::string("refs/a\x7f"), std::string("/etc/passwd"), std::string("x"),
        "refs/" + std::string(5000, 'x'), std::string("refs/a\0b", 8), std::string()}) {
    CAPTURE(bad);
    const auto refs = parse_refs(answer({ref_line(bad)}));
    REQUIRE_FALSE(refs);
    CHECK(refs.error().message().contains("is not a valid ref name"));
    CHECK_FALSE(refs.error().message().contains('\x1b'));
    CHECK_FALSE(parse_refs(answer({ref_line("refs/a") + " symref-target:" + bad})).has_value());
  }
  CHECK_FALSE(parse_refs(answer({ref_line("refs/" + std::string(65'000, 'x'))})));
}

TEST_CASE("ls-refs: malformed lines") {
  CHECK_FALSE(parse_refs(answer({"0123 refs/a"})));
  CHECK_FALSE(parse_refs(answer({ref_line("refs/a") + " peeled:12"})));
  CHECK_FALSE(parse_refs(answer({ref_line("refs/a"), ref_line("refs/a")})));
  CHECK_FALSE(parse_refs(answer({ref_line("refs/a")}) + "0000"));
  CHECK_FALSE(parse_refs("0001" + answer({ref_line("refs/a")})));
  CHECK(parse_refs(answer({"ERR go away"})).error().message() == "remote error: go away");
  CHECK(parse_refs("0000")->empty());
}

TEST_CASE("ls-refs: the number and size of refs are limited") {
  const std::string four = answer({ref_line("refs/a"), ref_line("refs/b"), ref_line("refs/c"), ref_line("refs/d")});
  CHECK(parse_refs(four, {}, 7, {.refs = 4, .bytes = four.size()}));
  CHECK_FALSE(parse_refs(four, {}, 7, {.refs = 3, .bytes = four.size()}));
  CHECK_FALSE(parse_refs(four, {}, 7, {.refs = 4, .bytes = four.size() - 1}));
  CHECK(parse_refs(four, {"refs/a"}, 7, {.refs = 1, .bytes = four.size()}));
}

}  // namespace eka::git
