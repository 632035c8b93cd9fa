#include "git/wire/fetch.h"

#include <doctest/doctest.h>

#include "base/text.h"
#include "tests/git/repository.h"

namespace eka::git {
namespace {

const Capabilities capabilities =
    Capabilities::from_text("agent=git\nls-refs=unborn\nfetch=shallow filter\nobject-format=sha1\n");

struct Fetched {
  std::string pack, progress;
  std::optional<Error> error;
};

Fetched parse_fetch(std::string_view bytes, std::size_t step) {
  Fetched seen;
  FetchParser parser;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    parser.feed(bytes.substr(at, step));
    while (true) {
      const auto event = parser.next();
      if (!event) {
        seen.error = event.error();
        return seen;
      }
      if (!*event) break;
      ((*event)->type == FetchParser::Event::Type::pack ? seen.pack : seen.progress) += (*event)->bytes;
    }
  }
  if (const auto finished = parser.finish(); !finished) seen.error = finished.error();
  return seen;
}

std::string band(int number, std::string_view bytes) {
  PacketWriter out;
  return std::move(out.data(static_cast<char>(number) + std::string(bytes))).take();
}

std::string line(std::string_view text) {
  PacketWriter out;
  return std::move(out.line(text)).take();
}

const std::string pack_section = line("packfile");

}  // namespace

TEST_CASE("fetch: git's response, split anywhere, contains a pack that git accepts") {
  const test::TemporaryDirectory home;
  test::make_repository(home.path());
  const auto want = *atom::ObjectId::parse(test::shell(home.path(), "git rev-parse main").substr(0, 40));
  FetchOptions options;
  SUBCASE("with history") {}
  SUBCASE("with progress") {
    options.progress = [](std::string_view) {};
  }
  SUBCASE("with depth 1") {
    options.depth = 1;
  }
  const auto request = fetch_request(capabilities, std::vector{want}, options);
  REQUIRE(request);
  const std::string bytes = test::upload_pack(home.path(), *request);

  const Fetched whole = parse_fetch(bytes, bytes.size());
  CHECK_FALSE(whole.error);
  CHECK(whole.progress.empty() == !options.progress);
  const test::TemporaryDirectory scratch;
  test::write_file(scratch.path() / "pack", whole.pack);
  test::shell(scratch.path(), "git init -q . && git index-pack --stdin < pack");
  const std::string commits =
      test::shell(scratch.path(), "git cat-file --batch-all-objects --batch-check | grep -c commit");
  CHECK(commits == (options.depth == 1 ? "1\n" : "3\n"));
  for (const std::size_t step : {1U, 5U, 1000U, 65521U}) CHECK(parse_fetch(bytes, step).pack == whole.pack);

  // Truncate anywhere in the first and the last kilobyte, and at some points in between.
  for (std::size_t n = 0; n < bytes.size(); n += n < 1000 || n + 1000 > bytes.size() ? 1 : 997) {
    const Fetched cut = parse_fetch(std::string_view(bytes).substr(0, n), 65536);
    REQUIRE(cut.error);
    CHECK(cut.error->is_retryable());
    CHECK(whole.pack.starts_with(cut.pack));
  }
  for (const std::string_view extra : {"0000", "0002", "0006xx", "x"})
    CHECK(parse_fetch(bytes + std::string(extra), 100).error);
}

TEST_CASE("fetch: sections") {
  const std::string pack = pack_section + band(1, "PACK") + "0000";
  CHECK(parse_fetch(pack, 3).pack == "PACK");
  CHECK(parse_fetch(line("acknowledgments") + line("NAK") + line("ready") + "0001" + pack, 3).pack == "PACK");
  CHECK(parse_fetch(line("shallow-info") + line("shallow 01") + "0001" + line("wanted-refs") + "0001" + pack, 3).pack ==
        "PACK");
  CHECK(parse_fetch(pack_section + band(1, "PA") + band(1, "") + band(2, "so far") + band(1, "CK") + "0000", 2).pack ==
        "PACK");

  const auto refused = [](const std::string& bytes) {
    const Fetched seen = parse_fetch(bytes, 3);
    return seen.error && !seen.error->is_retryable() && seen.error->kind() == Kind::remote;
  };
  CHECK(refused(line("packfile-uris") + line("0123 https://elsewhere.example/pack") + "0001" + pack));
  CHECK(refused(line("wanted-refs") + "0001" + line("shallow-info") + "0001" + pack));
  CHECK(refused(line("shallow-info") + "0001" + line("shallow-info") + "0001" + pack));
  CHECK(refused(line("acknowledgments") + line("NAK") + "0000"));
  CHECK(refused(line("surprise") + "0001" + pack));
  CHECK(refused("0000"));
  CHECK(refused(pack_section + "0000"));
  CHECK(refused(pack_section + "0004" + "0000"));
  CHECK(refused(pack_section + band(4, "x")));
  CHECK(refused(pack_section + band(1, "PACK") + "0001"));
  CHECK(refused(pack + pack));
}

TEST_CASE("fetch: the server's error message is escaped") {
  const Fetched seen = parse_fetch(pack_section + band(1, "PA") + band(3, "out of \x1b[31mmemory\r\n") + "0000", 7);
  REQUIRE(seen.error);
  CHECK(seen.error->message() == "remote error: out of \\x1b[31mmemory");
  CHECK(seen.pack == "PA");
  CHECK(parse_fetch(line("ERR upload-pack: not our ref"), 7).error->message() ==
        "remote error: upload-pack: not our ref");
  CHECK(parse_fetch(line("ERR " + std::string(60'000, '\x9b')), 7).error->message().size() < 500);
}

TEST_CASE("fetch: with a have, the server sends a thin pack in one round") {
  const test::TemporaryDirectory home;
  test::shell(home.path(),
              "git init -q -b main . && mkdir a && seq 20000 > a/large && seq 20001 40000 > a/other && git add -A && "
              "git -c user.name=x -c user.email=x commit -qm 1 && echo more >> a/large && "
              "for tree in $(git rev-parse HEAD:a) $(git add -A; git write-tree --prefix=a/); do "
              "printf 'tree %s\\nauthor  <> 0 +0000\\ncommitter  <> 0 +0000\\n\\nx' $tree | "
              "git hash-object -t commit -w --stdin >> commits; done");
  const std::string commits = test::shell(home.path(), "cat commits");
  const auto first = *atom::ObjectId::parse(commits.substr(0, 40));
  const auto second = *atom::ObjectId::parse(commits.substr(41, 40));
  FetchOptions options;
  const auto whole = fetch_request(capabilities, std::vector{second}, options);
  options.haves = {first};
  const auto difference = fetch_request(capabilities, std::vector{second}, options);
  REQUIRE(difference);
  CHECK(difference->contains("have " + first.hex() + "\n"));
  CHECK(parse_fetch(test::upload_pack(home.path(), *whole), 65536).pack.size() > 50'000);
  const Fetched seen = parse_fetch(test::upload_pack(home.path(), *difference), 65536);
  CHECK_FALSE(seen.error);
  CHECK(seen.pack.size() < 1000);
}

TEST_CASE("fetch: a depth requires server support") {
  FetchOptions options;
  options.depth = 1;
  CHECK_FALSE(fetch_request(Capabilities::from_text("fetch=filter"), {}, options));
  CHECK(fetch_request(Capabilities::from_text("fetch=filter shallow"), {}, options)->contains("deepen 1\n"));
}

TEST_CASE("fetch: a filter is sent if the server supports it, and git applies it") {
  const test::TemporaryDirectory home;
  test::make_repository(home.path());
  test::shell(home.path(), "git config uploadpack.allowFilter true");
  const auto id = [&](const std::string& revision) {
    return *atom::ObjectId::parse(test::shell(home.path(), "git rev-parse " + revision).substr(0, 40));
  };
  const std::vector wants = {id("main"), id("main:one")};
  FetchOptions options;
  std::string expected;
  SUBCASE("commits, and a blob wanted by id") {
    options.filter = Filter::trees;
    expected = "      1 blob\n      3 commit\n";
  }
  SUBCASE("trees too") {
    options.filter = Filter::blobs;
    expected = "      1 blob\n      3 commit\n      5 tree\n";
  }
  CHECK_FALSE(fetch_request(Capabilities::from_text("fetch=shallow"), wants, options)->contains("filter"));
  const auto request = fetch_request(capabilities, wants, options);
  REQUIRE(request);
  const Fetched whole = [&] {
    const std::string bytes = test::upload_pack(home.path(), *request);
    return parse_fetch(bytes, bytes.size());
  }();
  CHECK_FALSE(whole.error);
  const test::TemporaryDirectory scratch;
  test::write_file(scratch.path() / "pack", whole.pack);
  CHECK(test::shell(scratch.path(),
                    "git init -q . && git index-pack --stdin < pack > /dev/null && git cat-file "
                    "--batch-all-objects --batch-check | cut -d' ' -f2 | sort | uniq -c") == expected);
}

}  // namespace eka::git
