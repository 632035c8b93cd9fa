// Archives as trees: valid ones as unpacked by Nix, others rejected.
#include "store/source/unpack.h"

#include <atomic>
#include <fstream>

#include <doctest/doctest.h>

#include "atom/hash/base_n.h"
#include "store/disk/disk.h"
#include "tests/store/cache_fixture.h"
#include "tests/store/tar_builder.h"

using namespace eka;
using namespace eka::test;

namespace {

namespace fs = std::filesystem;

coro::Task<atom::ObjectId> take_archive(store::Cache* cache, std::string bytes) {
  const auto file = co_await cache->sources().begin_file();
  const auto span = std::as_bytes(std::span(bytes));
  co_await file->write(span);
  co_return co_await file->unpack();
}

coro::Stop never() {
  static const std::atomic<bool> requested = false;
  return coro::Stop(requested);
}

std::string read_all(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// As printed by `nix-prefetch-url --unpack`, with its own store.
std::string by_nix(const fs::path& directory, const fs::path& archive) {
  const auto store = (directory / "store").string();
  return output_of("nix-prefetch-url --store '" + store + "' --option build-users-group '' --unpack 'file://" +
                   archive.string() + "' 2>/dev/null");
}

std::string hash_of(CacheFixture& fixture, const std::string& bytes) {
  const auto tree = fixture.run(take_archive(&fixture.cache(), bytes));
  return atom::nix_base32(fixture.run(fixture.cache().trees().nar_hash(tree)).bytes()) + "\n";
}

Error refusal(CacheFixture& fixture, std::string bytes) {
  try {
    fixture.run(take_archive(&fixture.cache(), std::move(bytes)));
  } catch (const Error& error) {
    return error;
  }
  return Error(Kind::failure, "it was taken");
}

constexpr const char* honest_files = R"(
mkdir -p d/sub/deep d/empty 'd/λ'; echo hi >d/f; ln -s ../f d/sub/link; ln -s /nowhere d/dangling; printf '' >d/nothing
echo '#!' >d/run; chmod 4755 d/run; ln d/f d/sub/hard; seq 1 90000 >d/sub/deep/long; chmod 600 d/nothing; echo x >'d/λ/ü b'
)";

}  // namespace

TEST_CASE("an archive has the hash that Nix computes, in every format") {
  CacheFixture fixture;
  const TemporaryDirectory directory;
  const auto in = "cd '" + directory.path().string() + "' && ";
  output_of(in + honest_files);
  for (const char* how : {"tar -czf a d", "tar -cJf a d", "tar -cjf a ./d", "tar --zstd -cf a d", "tar -H pax -cf a d",
                          "tar -H ustar -cf a d", "zip -qry a.zip d && mv a.zip a",
                          "tar -czf a d/f d/sub d/run && true", "tar -C d -cf a f sub empty"}) {
    CAPTURE(how);
    fs::remove(directory.path() / "a");
    const bool is_zip = std::string_view(how).starts_with("zip");
    if (is_zip && output_of("command -v zip || true").empty()) continue;
    output_of(in + how);
    CHECK(hash_of(fixture, read_all(directory.path() / "a")) == by_nix(directory.path(), directory.path() / "a"));
  }
  CHECK(fixture.leftovers().empty());
}

TEST_CASE("an unpacked archive materializes like any tree") {
  CacheFixture fixture;
  const auto bytes = TarBuilder()
                         .directory("top/")
                         .file("top/run", "old", 0644)
                         .file("./top//run", "new", 06755)
                         .link("top/l", "run")
                         .file("top/plain", "x", 0666)
                         .entry('1', "top/twin", 0, {}, "top/run")
                         .finish();
  const auto tree = fixture.run(take_archive(&fixture.cache(), bytes));
  const auto place = fixture.run(fixture.cache().trees().materialize(tree));
  CHECK(read_all(place / "run") == "new");
  CHECK(fs::status(place / "run").permissions() == fs::perms(0555));
  CHECK(fs::status(place / "plain").permissions() == fs::perms(0444));
  CHECK(read_all(place / "twin") == "new");
  CHECK(fs::read_symlink(place / "l") == "run");
}

TEST_CASE("an archive with paths outside its directory is rejected") {
  CacheFixture fixture;
  const TemporaryDirectory outside;
  const std::string away = outside.path().string();
  const auto refused = [&](const TarBuilder& tar, const char* word) {
    const auto error = refusal(fixture, tar.finish());
    CAPTURE(error.message());
    CHECK(error.kind() == Kind::integrity);
    CHECK(error.message().contains(word));
  };
  refused(TarBuilder().file("../x", "x"), "is outside of its directory");
  refused(TarBuilder().file("a/../../x", "x"), "is outside of its directory");
  refused(TarBuilder().file(away + "/x", "x"), "absolute");
  refused(TarBuilder().file("a\\b", "x"), "backslash");
  for (const char* name :
       {".git/config", "a/.GIT/config", "git~1/x", ".git /x", ".git::$INDEX_ALLOCATION/x", ".g\xe2\x80\x8cit/x"}) {
    refused(TarBuilder().file(name, "x"), ".git");
  }
  refused(TarBuilder().link("l", away).file("l/x", "x"), "is below a symbolic link");
  refused(TarBuilder().link("a/l", "..").file("a/l/x", "x"), "is below a symbolic link");
  refused(TarBuilder().file("l/x", "x").link("l", away), "is also a directory");
  refused(TarBuilder().link("l", away).directory("l"), "is below a symbolic link");
  refused(TarBuilder().file("f", "x").file("f/x", "x"), "is below a file");
  refused(TarBuilder().file("a", "x").entry('1', "h", 0644, {}, "/etc/passwd"), "absolute");
  refused(TarBuilder().file("a", "x").entry('1', "h", 0644, {}, "../../etc/passwd"), "is outside of its directory");
  refused(TarBuilder().file("a", "x").entry('1', "h", 0644, {}, "b"), "hard link");
  refused(TarBuilder().file("a", "x").entry('3', "null", 0666), "device");
  refused(TarBuilder().file("a", "x").entry('6', "pipe", 0666), "pipe");
  refused(TarBuilder().link("l", "").file("x", "x"), "empty symbolic link");
  CHECK(fs::is_empty(outside.path()));
  CHECK(fixture.leftovers().empty());
  CHECK(fixture.pack_count() == 0);
}

TEST_CASE("files that are not archives, or not trees, are rejected") {
  CacheFixture fixture;
  CHECK(refusal(fixture, "").kind() == Kind::integrity);
  CHECK(refusal(fixture, "hello").kind() == Kind::integrity);
  CHECK(refusal(fixture, std::string(5000, '\0')).kind() == Kind::integrity);
  CHECK(refusal(fixture, TarBuilder().file("alone", "x").finish()).message().contains("not a directory"));
  CHECK(refusal(fixture, "#mtree\n./f type=file contents=/etc/passwd\n").message().contains("cannot read"));
  const auto whole = TarBuilder().file("d/a", std::string(5000, 'x')).finish();
  CHECK(refusal(fixture, whole.substr(0, 3000)).message().contains("cannot read"));
  CHECK(fixture.leftovers().empty());
}

TEST_CASE("the size of an archive is limited") {
  const TemporaryDirectory directory;
  const auto refused = [&](const std::string& bytes, store::ArchiveLimits limits) {
    const auto archive = directory.path() / "archive";
    std::ofstream(archive, std::ios::binary) << bytes;
    fs::remove(directory.path() / "pack");
    try {
      store::unpack(archive, directory.path() / "pack", never(), limits);
    } catch (const Error& error) {
      return error.message();
    }
    return std::string("it was taken");
  };
  TarBuilder many;
  for (int i = 0; i < 20; ++i) many.file("d/" + std::to_string(i), "x");
  CHECK(refused(many.finish(), {.entries = 21}) == "it was taken");
  CHECK(refused(many.finish(), {.entries = 20}).contains("maximum number of entries"));
  const auto big = TarBuilder().file("d/a", std::string(400'000, 'x')).file("d/b", std::string(400'000, 'x')).finish();
  CHECK(refused(big, {.unpacked_base = 800'000, .expansion = 0}) == "it was taken");
  CHECK(refused(big, {.unpacked_base = 799'999, .expansion = 0}).contains("expansion limit"));
  std::string deep;
  for (int i = 0; i < 3000; ++i) deep += "d/";
  CHECK(refused(TarBuilder().file(deep + "f", "x").finish(), {}).contains("nested too deeply"));
  CHECK(refused(TarBuilder().lying_file("d/huge", 1ULL << 32).finish(), {}).contains("cannot read"));
}

TEST_CASE("a decompression bomb is rejected") {
  CacheFixture fixture;
  const TemporaryDirectory directory;
  output_of("cd '" + directory.path().string() + "' && mkdir d && truncate -s 400M d/a && tar -c d | bzip2 -9 >bomb");
  const auto error = refusal(fixture, read_all(directory.path() / "bomb"));
  CHECK(error.kind() == Kind::integrity);
  CHECK(error.message().contains("expansion limit"));
  CHECK(fixture.leftovers().empty());
}

TEST_CASE("a bomb of headers only is rejected") {
  CacheFixture fixture;
  const TemporaryDirectory directory;
  // 2,000,000 entries without content and with the same name: a gigabyte of headers.
  const std::string one = TarBuilder().file("d/a", "").finish().substr(0, 512);
  std::ofstream(directory.path() / "one", std::ios::binary) << one;
  output_of("cd '" + directory.path().string() +
            "' && { for i in $(seq 1 2000); do cat one; done >many; for i in $(seq 1 1000); do cat many; done; } | "
            "gzip -1 >bomb");
  const auto error = refusal(fixture, read_all(directory.path() / "bomb"));
  CHECK(error.kind() == Kind::integrity);
  CHECK((error.message().contains("maximum number of entries") || error.message().contains("expansion limit")));
  CHECK(fixture.leftovers().empty());
}

TEST_CASE("global headers are limited, too") {
  CacheFixture fixture;
  const TemporaryDirectory directory;
  // Global pax headers, which libarchive does not report as entries.
  const std::string header = TarBuilder().entry('g', "pax", 0644, std::string("11 a=bcdef\n")).finish();
  std::ofstream(directory.path() / "one", std::ios::binary) << header.substr(0, 1024);
  output_of("cd '" + directory.path().string() +
            "' && { for i in $(seq 1 1000); do cat one; done >many; for i in $(seq 1 1500); do cat many; done; } | "
            "gzip -1 >bomb");
  const auto error = refusal(fixture, read_all(directory.path() / "bomb"));
  CHECK(error.kind() == Kind::integrity);
  CHECK(fixture.leftovers().empty());
}

TEST_CASE("unpacking can be cancelled") {
  const TemporaryDirectory directory;
  const auto archive = directory.path() / "archive";
  std::ofstream(archive, std::ios::binary) << TarBuilder().file("d/a", "x").file("d/b", "x").finish();
  const std::atomic<bool> requested = true;
  CHECK_THROWS_AS(store::unpack(archive, directory.path() / "pack", coro::Stop(requested)), Cancelled);
}

TEST_CASE("a name too long for file systems is rejected") {
  CacheFixture fixture;
  std::string part(200, 'd');
  std::string path;
  for (int i = 0; i < 20; ++i) path += part + "/";
  // pax: the length of the line including itself, followed by the name of the entry.
  const std::string line = " path=" + path + "f\n";
  const std::string pax = std::to_string(line.size() + 4) + line;
  CHECK(refusal(fixture, TarBuilder().entry('x', "pax", 0644, pax).file("f", "x").finish())
            .message()
            .contains("too long"));
  CHECK(refusal(fixture, TarBuilder().file("d/" + std::string(90, 'x'), "x").finish()).message() == "it was taken");
  const std::string long_name = " path=d/" + std::string(256, 'x') + "\n";
  const std::string named = std::to_string(long_name.size() + 3) + long_name;
  CHECK(refusal(fixture, TarBuilder().entry('x', "pax", 0644, named).file("f", "x").finish())
            .message()
            .contains("has a name longer than 255 bytes"));
}

TEST_CASE("a file is stored under its hash") {
  CacheFixture fixture;
  struct Keep {
    static coro::Task<atom::NarHash> file(store::Cache* cache, std::string text, bool restart) {
      const auto file = co_await cache->sources().begin_file();
      if (restart) {
        const std::string other(700'000, 'y');
        co_await file->write(std::as_bytes(std::span(other)));
        co_await file->restart();
        CHECK(file->size() == 0);
      }
      co_await file->write(std::as_bytes(std::span(text)));
      CHECK(file->size() == text.size());
      co_return co_await file->keep();
    }
  };
  for (const bool restart : {false, true}) {
    const auto hash = fixture.run(Keep::file(&fixture.cache(), "abc", restart));
    CHECK(hash.hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    const auto place = fixture.run(fixture.cache().sources().file(hash));
    REQUIRE(place);
    CHECK(read_all(*place) == "abc");
    CHECK(fs::status(*place).permissions() == fs::perms(0400));
  }
  const atom::NarHash unknown({});
  CHECK_FALSE(fixture.run(fixture.cache().sources().file(unknown)));
}

TEST_CASE("a source has a name only if it is complete") {
  CacheFixture fixture;
  const auto tree = fixture.run(take_archive(&fixture.cache(), TarBuilder().file("d/a", "x").finish()));
  CHECK_FALSE(fixture.run(fixture.cache().sources().tree("git-x")));
  fixture.run(fixture.cache().sources().name("git-x", tree));
  CHECK(fixture.run(fixture.cache().sources().tree("git-x")) == tree);
  fixture.reopen();
  CHECK(fixture.run(fixture.cache().sources().tree("git-x")) == tree);
  output_of("cd '" + (fixture.root() / "git").string() + "' && git fsck --strict 2>&1 && rm objects/pack/*");
  fixture.reopen();
  CHECK_FALSE(fixture.run(fixture.cache().sources().tree("git-x")));
}
