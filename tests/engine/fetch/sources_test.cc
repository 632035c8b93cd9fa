// Direct sources from local repositories and files.
#include "engine/fetch/sources.h"

#include <fstream>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "git/libgit2/libgit2.h"
#include "tests/temporary_directory.h"

using namespace eka;
using engine::SourceRequest;

namespace {

namespace fs = std::filesystem;

class Silent : public engine::Observer {
 public:
  void began(engine::Stage, std::string_view) override {}
  void ended(engine::Stage, std::string_view) override {}
  void note(std::string_view) override {}
};

// An engine with its own cache, and a directory for repositories and files.
class SourcesWorld {
 public:
  SourcesWorld() { settings_.cache_root = root_ / "cache"; }

  std::string shell(const std::string& commands) const {
    const auto whole = fmt::format(
        "exec 2>&1; set -e; cd '{}'; git() {{ command git -c user.name=t -c user.email=t@t.invalid -c "
        "init.defaultBranch=main "
        "\"$@\"; }}; {}",
        root_.string(), commands);
    FILE* pipe = ::popen(whole.c_str(), "r");
    std::string out;
    for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) out += static_cast<char>(c);
    INFO(out);
    REQUIRE(::pclose(pipe) == 0);
    while (out.ends_with('\n')) out.pop_back();
    return out;
  }

  const fs::path& root() const { return root_; }
  void consent_to(const fs::path& place) { settings_.local_sources.push_back(place); }
  std::string url(const std::string& name) const { return "file://" + (root_ / name).string(); }

  atom::LockedDirect lock(SourceRequest request) {
    request.may_be_local = true;
    return runtime_.run(lock_with(std::move(request)));
  }
  // The lock entry for an atom read from the network.
  atom::LockedDirect lock_for_stranger(SourceRequest request) { return runtime_.run(lock_with(std::move(request))); }
  // Whether content read at `url` counts as read from the network.
  bool counts_as_network(const std::string& url) { return runtime_.run(read_at_network(url)); }
  Error refusal(SourceRequest request) {
    try {
      runtime_.run(lock_with(std::move(request)));
    } catch (const Error& error) {
      return error;
    }
    return Error(Kind::failure, "it succeeded");
  }

 private:
  coro::Task<bool> read_at_network(std::string url) {
    co_await open();
    engine::Remotes remotes(*context_);
    co_return !remotes.came_from(unwrap(atom::Url::parse(url))).is_local();
  }
  coro::Task<atom::LockedDirect> lock_with(SourceRequest request) {
    co_await open();
    engine::Remotes remotes(*context_);
    engine::Sources sources(*context_, remotes);
    co_return co_await sources.lock(std::move(request));
  }
  coro::Task<> open() {
    if (!context_) context_ = co_await engine::Context::open(runtime_, settings_, observer_);
  }

  eka::test::TemporaryDirectory directory_;
  fs::path root_ = directory_.path();
  git::Libgit2 libgit2_;
  coro::Runtime runtime_{2};
  Silent observer_;
  engine::Settings settings_;
  std::unique_ptr<engine::Context> context_;
};

atom::DirectSource git_ref(std::string url, std::string ref) {
  return {.fetch = atom::GitSource{std::move(url), std::move(ref)}};
}
atom::DirectSource git_version(std::string url, std::string_view requirement) {
  return {.fetch = atom::GitSource{std::move(url), unwrap(atom::Requirement::parse(requirement))}};
}
const atom::LockedGit& as_git(const atom::LockedDirect& locked) {
  return std::get<atom::LockedGit>(locked.source);
}

constexpr const char* three_commits =
    "git init -q repo; cd repo; for n in 1 2 3; do echo $n >f; git add f; git commit -qm $n; done; git branch side "
    "HEAD~1; "
    "git tag v1.0.0 HEAD~2; git tag 1.2.0 HEAD~1; git tag -a -m x v1.10.0; git tag v2.0.0-rc.1; git tag nightly "
    "HEAD~2;";

}  // namespace

TEST_CASE("a git source with a ref is locked to the revision of the ref") {
  SourcesWorld world;
  world.shell(three_commits);
  const auto rev = [&](const std::string& what) { return world.shell("cd repo; git rev-parse " + what); };
  for (const auto& [ref, meant] : {std::pair("HEAD", "HEAD"),
                                   {"main", "HEAD"},
                                   {"side", "HEAD~1"},
                                   {"nightly", "HEAD~2"},
                                   {"refs/tags/v1.10.0", "HEAD"}}) {
    CAPTURE(ref);
    const auto locked = world.lock({"x", git_ref(world.url("repo"), ref)});
    CHECK(as_git(locked).rev.hex() == rev(meant));
    CHECK_FALSE(as_git(locked).version);
    CHECK(locked.name() == "x");
    CHECK(as_git(locked).url == world.url("repo"));
  }
  CHECK(as_git(world.lock({"x", git_ref("https://nowhere.invalid/r", rev("HEAD"))})).rev.hex() == rev("HEAD"));
}

TEST_CASE("a git source with a version is locked to the highest matching tag, peeled") {
  SourcesWorld world;
  world.shell(three_commits);
  const auto locked = world.lock({"x", git_version(world.url("repo"), "^1")});
  CHECK(as_git(locked).version->str() == "1.10.0");
  CHECK(as_git(locked).rev.hex() == world.shell("cd repo; git rev-parse 'v1.10.0^{commit}'"));
  CHECK(as_git(world.lock({"x", git_version(world.url("repo"), "~1.2")})).version->str() == "1.2.0");
  CHECK(as_git(world.lock({"x", git_version(world.url("repo"), "2.0.0-rc")})).version->str() == "2.0.0-rc.1");
}

TEST_CASE("a missing ref or tag is reported") {
  SourcesWorld world;
  world.shell(three_commits);
  SourceRequest no_ref("x", git_ref(world.url("repo"), "gone"));
  no_ref.may_be_local = true;
  CHECK(world.refusal(no_ref).kind() == Kind::unsatisfiable);
  SourceRequest no_tag("x", git_version(world.url("repo"), "^3"));
  no_tag.may_be_local = true;
  const auto error = world.refusal(no_tag);
  CHECK(error.kind() == Kind::unsatisfiable);
  CHECK(error.hint().contains("1.10.0"));
}

TEST_CASE("an atom from the network cannot refer to a file") {
  SourcesWorld world;
  const auto error = world.refusal({"x", git_ref(world.url("repo"), "HEAD")});
  CHECK(error.kind() == Kind::usage);
  CHECK(error.message().contains("file://"));
  SourceRequest relative("x", git_ref("./repo", "HEAD"));
  relative.may_be_local = true;
  CHECK(world.refusal(relative).kind() == Kind::usage);
}

TEST_CASE("insteadOf may rewrite network URLs to local ones, but does not permit atoms to name local files") {
  // Read when the world is opened.
  struct Configuration {
    explicit Configuration(const std::string& base) {
      ::setenv("GIT_CONFIG_COUNT", "2", 1);
      ::setenv("GIT_CONFIG_KEY_0", ("url.file://" + base + "/.insteadOf").c_str(), 1);
      ::setenv("GIT_CONFIG_VALUE_0", "https://near.invalid/", 1);
      ::setenv("GIT_CONFIG_KEY_1", "url.https://far.invalid/.insteadOf", 1);
      ::setenv("GIT_CONFIG_VALUE_1", "file:///srv/far/", 1);
    }
    ~Configuration() { ::unsetenv("GIT_CONFIG_COUNT"); }
  };
  SourcesWorld world;
  const Configuration configured(world.root().string());
  world.shell(three_commits);
  world.shell("mkdir files; echo x >files/x");
  const std::string near = "https://near.invalid/";
  // The URL of the manifest decides, not the one that it is rewritten to.
  CHECK(world.counts_as_network(near + "repo"));
  CHECK(world.counts_as_network("file:///srv/far/repo"));
  CHECK_FALSE(world.counts_as_network(world.url("repo")));
  // An atom from the network still cannot name files; its network URLs work, and are kept in the lock.
  CHECK(world.refusal({"x", git_ref(world.url("repo"), "HEAD")}).kind() == Kind::usage);
  const auto locked = world.lock_for_stranger({"x", git_ref(near + "repo", "HEAD")});
  CHECK(as_git(locked).rev.hex() == world.shell("cd repo; git rev-parse HEAD"));
  CHECK(as_git(locked).url == near + "repo");
  // Raw files need consent nevertheless.
  const SourceRequest file("x", {.fetch = atom::FileSource{near + "files/x"}});
  const auto error = world.refusal(file);
  CHECK(error.kind() == Kind::usage);
  CHECK(error.message().contains("is rewritten by insteadOf to"));
  CHECK(error.hint().contains("sources.local"));
  world.consent_to(world.root() / "files");
  CHECK(std::get<atom::LockedFile>(world.lock_for_stranger(file).source).url == near + "files/x");
  CHECK(world.refusal({"x", git_ref(near + "files/../repo", "HEAD")}).message().contains(".."));
}

TEST_CASE("the locked source of an unchanged request is kept") {
  SourcesWorld world;
  world.shell(three_commits);
  const auto locked = world.lock({"x", git_ref(world.url("repo"), "main")});
  world.shell("cd repo; git commit -q --allow-empty -m 4");
  SourceRequest again("x", git_ref(world.url("repo"), "main"));
  again.locked = locked;
  SUBCASE("unchanged") {
    CHECK(as_git(world.lock(again)).rev == as_git(locked).rev);
  }
  SUBCASE("unless a fresh one is requested") {
    again.fresh = true;
    CHECK(as_git(world.lock(again)).rev != as_git(locked).rev);
  }
  SUBCASE("unless another ref is requested") {
    again.source = git_ref(world.url("repo"), "side");
    CHECK(as_git(world.lock(again)).rev != as_git(locked).rev);
  }
  SUBCASE("unless another URL is requested") {
    world.shell("git clone -q --bare repo copy.git");
    again.source = git_ref(world.url("copy.git"), "main");
    CHECK(as_git(world.lock(again)).rev != as_git(locked).rev);
  }
  SUBCASE("even if its repository no longer exists") {
    world.shell("rm -rf repo");
    CHECK(as_git(world.lock(again)).rev == as_git(locked).rev);
  }
  SUBCASE("and the lock is trusted if nothing is cached") {
    world.shell("rm -rf repo");
    std::get<atom::LockedGit>(again.locked->source).rev = atom::ObjectId{};
    CHECK(as_git(world.lock(again)).rev == atom::ObjectId{});
  }
}

TEST_CASE("the password of a URL is not written to the lock") {
  SourcesWorld world;
  SourceRequest request("x", git_ref("https://me:secret@host.invalid/r", std::string(40, 'a')));
  CHECK(as_git(world.lock(request)).url == "https://me:***@host.invalid/r");
}
