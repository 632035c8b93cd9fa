// Which remotes determine the versions of a set, with local repositories.
#include "engine/resolve/choose.h"

#include <cstdio>
#include <fstream>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "git/libgit2/libgit2.h"
#include "tests/temporary_directory.h"

using namespace eka;

namespace {

namespace fs = std::filesystem;

class Silent : public engine::Observer {
 public:
  void began(engine::Stage, std::string_view) override {}
  void ended(engine::Stage, std::string_view) override {}
  void note(std::string_view text) override { notes += std::string(text) + "\n"; }

  std::string notes;
};

// Sets as bare repositories, and an engine with its own cache.
class ChoiceWorld {
 public:
  ChoiceWorld() {
    settings_.cache_root = root_ / "cache";
    std::ofstream(root_ / "publish") << R"script(#!/bin/sh
# publish SET LABEL VERSION MANIFEST [EXTRA [DATE]]: EXTRA makes it another revision. With a date, it has an origin.
set -e
export GIT_DIR=$PWD/$1 GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@t.invalid GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@t.invalid
if [ ! -e "$GIT_DIR" ]; then
  git init -q --bare -b main "$GIT_DIR"
  genesis=$(git commit-tree -m "Set $1" "$(git mktree </dev/null)")
  git update-ref refs/heads/main "$genesis"
  git update-ref refs/ekala/init "$genesis"
fi
manifest=$(printf '%s' "$4" | git hash-object -w --stdin)
extra=$(printf '%s' "$5" | git hash-object -w --stdin)
tree=$(printf '100644 blob %s\tatom.toml\n100644 blob %s\textra\n' "$manifest" "$extra" | git mktree)
origin=0123456789012345678901234567890123456789
if [ -n "$6" ]; then
  origin=$(GIT_COMMITTER_DATE=$6 git commit-tree -p refs/heads/main -m "$2" "$tree")
  git update-ref "refs/eka/meta/$2/$3/origin" "$origin"
fi
commit=$(printf 'tree %s\nauthor  <> 0 +0000\ncommitter  <> 0 +0000\norigin %s\nformat pre1\n\npublish(%s): %s' \
  "$tree" "$origin" "$2" "$3" | git hash-object -t commit -w --stdin)
git update-ref "refs/eka/atoms/$2/$3" "$commit"
git update-ref "refs/eka/meta/$2/$3/manifest" "$manifest"
)script";
  }

  std::string shell(const std::string& commands) const {
    const auto whole = fmt::format("exec 2>&1; set -e; cd '{}'; {}", root_.string(), commands);
    FILE* pipe = ::popen(whole.c_str(), "r");
    std::string out;
    for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) out += static_cast<char>(c);
    INFO(out);
    REQUIRE(::pclose(pipe) == 0);
    while (out.ends_with('\n')) out.pop_back();
    return out;
  }

  // A manifest; each need is "tag label requirement", each set "tag url…", where "." is this directory.
  std::string manifest(const std::string& label, const std::string& version, const std::vector<std::string>& sets,
                       const std::vector<std::string>& needs) const {
    std::string out = fmt::format("[package]\nlabel = \"{}\"\nversion = \"{}\"\n[package.sets]\n", label, version);
    for (const auto& set : sets) {
      std::string tag, url, urls;
      std::istringstream words(set);
      words >> tag;
      while (words >> url) {
        if (url != "::") url = this->url(url);
        urls += (urls.empty() ? "\"" : ", \"") + url + "\"";
      }
      out += fmt::format("{} = [{}]\n", tag, urls);
    }
    out += "[compose.as]\nnix = \".\"\n";
    for (const auto& need : needs) {
      std::string tag, label_needed, requirement;
      std::istringstream words(need);
      words >> tag >> label_needed >> requirement;
      out += fmt::format("[deps.from.{}]\n{} = \"{}\"\n", tag, label_needed, requirement);
    }
    return out;
  }
  void publish(const std::string& set, const std::string& label, const std::string& version,
               const std::vector<std::string>& sets = {}, const std::vector<std::string>& needs = {},
               const std::string& extra = "") const {
    shell(fmt::format("sh publish {} {} {} '{}' '{}' '{}'", set, label, version, manifest(label, version, sets, needs),
                      extra, date_));
  }
  // Of the origins of what is published from here on.
  void date(const std::string& day) { date_ = day + "T12:00:00Z"; }
  void newest_before(const std::string& cutoff) { settings_.newest_before = unwrap(atom::Cutoff::parse(cutoff)); }
  std::string take_notes() { return std::exchange(observer_.notes, {}); }
  void yank(const std::string& set, const std::string& label, const std::string& version) const {
    shell(fmt::format("cd {0}; git update-ref refs/eka/meta/{1}/{2}/yanked $(echo why | git hash-object -w --stdin)",
                      set, label, version));
  }
  void copy(const std::string& from, const std::string& to) const { shell("cp -r " + from + " " + to); }

  std::string url(const std::string& name) const { return "file://" + (root_ / name).string(); }
  std::string revision(const std::string& set, const std::string& label, const std::string& version) const {
    return shell(fmt::format("git --git-dir={} rev-parse refs/eka/atoms/{}/{}", set, label, version));
  }

  // "label version" of each atom in the lock of a root atom found at `set`.
  std::string choose(const std::vector<std::string>& sets, const std::vector<std::string>& needs,
                     const std::string& set = "root") {
    auto chosen = runtime_.run(choose_with(set, manifest("root", "1.0.0", sets, needs)));
    lock_ = std::move(chosen.lock);
    left_out_ = std::move(chosen.left_out);
    std::vector<std::string> atoms;
    for (const auto& atom : lock_.atoms) atoms.push_back(atom.label.str() + " " + atom.version.str());
    std::ranges::sort(atoms);
    return fmt::format("{}", fmt::join(atoms, ", "));
  }
  // The same for an atom whose lock is the last result, of which `labels` (all of one set) move, to `version` if given.
  std::string update(const std::vector<std::string>& sets, const std::vector<std::string>& needs,
                     const std::vector<std::string>& labels, const std::string& version = "") {
    locked_ = lock_;
    for (const auto& label : labels) {
      const auto atom = std::ranges::find(lock_.atoms, label, [](const auto& each) { return each.label.str(); });
      REQUIRE(atom != lock_.atoms.end());
      moved_[{atom->set, atom->label}] =
          version.empty() ? std::nullopt : std::optional(unwrap(atom::Version::parse(version)));
    }
    return choose(sets, needs);
  }
  // From here on, the only version of an atom of `set`, as from a working tree.
  void replace(const std::string& set, const std::string& label, const std::string& version,
               const std::vector<std::string>& sets = {}, const std::vector<std::string>& needs = {}) {
    const auto genesis = unwrap(atom::ObjectId::parse(shell("git --git-dir=" + set + " rev-parse refs/ekala/init")));
    const auto name = unwrap(atom::Label::parse(label));
    const auto dev = unwrap(atom::Version::parse(version + "-dev.0123456789ab"));
    replaced_.push_back({{genesis, name, dev, atom::ObjectId::of("commit", version)},
                         unwrap(atom::Manifest::parse(manifest(label, version, sets, needs), "atom.toml")),
                         root_,
                         label});
  }
  Error refusal(const std::vector<std::string>& sets, const std::vector<std::string>& needs,
                const std::string& set = "root") {
    try {
      return Error(Kind::failure, "it chose " + choose(sets, needs, set));
    } catch (const Error& error) {
      return error;
    }
  }
  const atom::Lock& lock() const { return lock_; }
  // The newer versions that the last choice left out, with the reasons.
  std::string left_out() const {
    std::vector<std::string> out;
    for (const auto& each : left_out_) {
      out.push_back(fmt::format("{} ({}, {})", each.atom.str(), each.yanked ? "yanked" : "late",
                                each.published ? atom::timestamp(*each.published) : "no date"));
    }
    return fmt::format("{}", fmt::join(out, ", "));
  }
  std::string locked_revision(const std::string& label) const {
    const auto found = std::ranges::find(lock_.atoms, label, [](const auto& atom) { return atom.label.str(); });
    return found == lock_.atoms.end() ? "" : found->rev->hex();
  }

 private:
  coro::Task<engine::ChosenVersions> choose_with(std::string set, std::string text) {
    auto context = co_await engine::Context::open(runtime_, settings_, observer_);
    const auto place = unwrap(atom::Url::parse(url(set)));
    engine::VersionProblem problem{.set = atom::ObjectId::of("commit", set),
                                   .manifest = unwrap(atom::Manifest::parse(text, "atom.toml")),
                                   .file = "atom.toml",
                                   .locked = locked_,
                                   .fresh = false,
                                   .own_places = {place},
                                   .local = std::nullopt,
                                   .moved = moved_,
                                   .replaced = replaced_};
    if (const auto* offer = co_await genesis(context.get(), place)) problem.set = offer->genesis;
    co_return co_await engine::choose_versions(*context, std::move(problem));
  }
  static coro::Task<const engine::SetOffer*> genesis(engine::Context* context, atom::Url place) {
    engine::Questions questions;
    questions[place];
    co_await context->sets().ask(std::move(questions));
    co_return context->sets().offer(place);
  }

  eka::test::TemporaryDirectory directory_;
  fs::path root_ = directory_.path();
  git::Libgit2 libgit2_;
  coro::Runtime runtime_{2};
  Silent observer_;
  engine::Settings settings_;
  std::string date_;
  atom::Lock lock_;
  std::vector<engine::LeftOut> left_out_;
  std::optional<atom::Lock> locked_;
  std::map<std::pair<atom::ObjectId, atom::Label>, std::optional<atom::Version>> moved_;
  std::vector<engine::Replacement> replaced_;
};

// A set "company" with auth 1.0.0 and 1.1.0 and a server that needs it, the set of the root, and copies of company:
// ahead also has auth 1.9.0, behind lacks 1.1.0, rewritten has it at another revision.
struct Company : ChoiceWorld {
  Company() {
    publish("root", "unused", "1.0.0");
    publish("company", "auth", "1.0.0");
    publish("company", "auth", "1.1.0");
    publish("company", "server", "1.0.0", {"own ::"}, {"own auth ^1"});
    copy("company", "ahead");
    publish("ahead", "auth", "1.9.0");
    copy("company", "behind");
    shell("git --git-dir=behind update-ref -d refs/eka/atoms/auth/1.1.0");
    copy("company", "rewritten");
    publish("rewritten", "auth", "1.1.0", {}, {}, "rewritten");
    for (const char* other : {"ahead", "behind", "rewritten"}) {
      publish("vendor", std::string("lib-") + other, "1.0.0", {std::string("c ") + other}, {"c auth ^1"});
    }
  }
};

}  // namespace

TEST_CASE("URLs in the manifest take precedence over those given by its dependencies") {
  for (const std::string other : {"ahead", "behind", "rewritten"}) {
    CAPTURE(other);
    Company world;
    CHECK(world.choose({"company company", "vendor vendor"}, {"company server ^1", "vendor lib-" + other + " ^1"}) ==
          "auth 1.1.0, lib-" + other + " 1.0.0, server 1.0.0");
    CHECK(world.locked_revision("auth") == world.revision("company", "auth", "1.1.0"));
    // The authoritative URL is listed first.
    const auto& auth =
        *std::ranges::find(world.lock().atoms, "auth", [](const auto& atom) { return atom.label.str(); });
    const auto& mirrors = world.lock().sets.at(auth.set).mirrors;
    REQUIRE(mirrors.size() == 2);
    CHECK(mirrors[0].str() == world.url("company"));
    CHECK(mirrors[1].str() == world.url(other));
  }
}

TEST_CASE("a set declared by the manifest is authoritative even if only a dependency needs it") {
  Company world;
  CHECK(world.choose({"vendor vendor", "company company"}, {"vendor lib-ahead ^1"}) == "auth 1.1.0, lib-ahead 1.0.0");
  const auto& auth = *std::ranges::find(world.lock().atoms, "auth", [](const auto& atom) { return atom.label.str(); });
  CHECK(world.lock().sets.at(auth.set).mirrors.front().str() == world.url("company"));
}

TEST_CASE("if no versions satisfy because a mirror does not respond, the error is that of the mirror") {
  Company world;
  const auto error = world.refusal({"company behind gone"}, {"company auth >=1.1"});
  CHECK(error.kind() == Kind::remote);
  CHECK(error.message().contains(world.url("gone")));
  CHECK(error.message().contains("no versions satisfy"));
  CHECK(world.refusal({"company behind"}, {"company auth >=1.1"}).kind() == Kind::unsatisfiable);
}

TEST_CASE("a declared set that is unreachable cannot be replaced by other remotes") {
  Company world;
  const auto error = world.refusal({"vendor vendor", "company gone"}, {"vendor lib-ahead ^1"});
  CHECK(error.kind() == Kind::remote);
  CHECK(error.message().contains("gone"));
  // If no atom of the graph can belong to the unreachable set, it is ignored.
  CHECK(world.choose({"vendor vendor", "company company", "other gone"}, {"company auth ^1"}) == "auth 1.1.0");
}

TEST_CASE("declared URLs are authoritative for indirect dependencies, too") {
  Company world;
  world.publish("middle", "between", "1.0.0", {"v vendor"}, {"v lib-ahead ^1"});
  world.publish("outer", "top", "1.0.0", {"m middle"}, {"m between ^1"});
  CHECK(world.choose({"outer outer", "company company"}, {"outer top ^1"}) ==
        "auth 1.1.0, between 1.0.0, lib-ahead 1.0.0, top 1.0.0");
}

TEST_CASE("for an undeclared set, a version counts if all dependents' URLs offer the same revision") {
  Company world;
  world.publish("other", "honest", "1.0.0", {"c company"}, {"c auth ^1"});
  const std::vector<std::string> sets{"vendor vendor", "other other"};
  CHECK(world.choose(sets, {"vendor lib-ahead ^1"}) == "auth 1.9.0, lib-ahead 1.0.0");
  CHECK(world.choose(sets, {"vendor lib-ahead ^1", "other honest ^1"}) == "auth 1.1.0, honest 1.0.0, lib-ahead 1.0.0");
  CHECK(world.choose(sets, {"vendor lib-behind ^1", "other honest ^1"}) ==
        "auth 1.0.0, honest 1.0.0, lib-behind 1.0.0");
  CHECK(world.choose(sets, {"vendor lib-rewritten ^1", "other honest ^1"}) ==
        "auth 1.0.0, honest 1.0.0, lib-rewritten 1.0.0");
  CHECK(world.choose(sets, {"vendor lib-rewritten ^1"}) == "auth 1.1.0, lib-rewritten 1.0.0");
  CHECK(world.locked_revision("auth") == world.revision("rewritten", "auth", "1.1.0"));
}

TEST_CASE("if no version is left, the error names both URLs and a remedy") {
  Company world;
  world.publish("other", "newer", "1.0.0", {"c company"}, {"c auth ^1.1"});
  const std::vector<std::string> needs{"vendor lib-rewritten ^1", "other newer ^1"};
  const auto error = world.refusal({"vendor vendor", "other other"}, needs);
  CHECK(error.kind() == Kind::unsatisfiable);
  const auto all = error.message() + error.hint();
  CHECK(all.contains(world.url("company")));
  CHECK(all.contains(world.url("rewritten")));
  CHECK(error.hint().contains("[package.sets]"));
  CHECK(world.choose({"vendor vendor", "other other", "company company"}, needs) ==
        "auth 1.1.0, lib-rewritten 1.0.0, newer 1.0.0");
}

TEST_CASE("the manifest of a version that is not chosen imposes no restrictions") {
  Company world;
  // lib 2.0.0 has an unsatisfiable requirement, and names an outdated copy.
  world.publish("vendor", "lib", "1.0.0", {"c company"}, {"c auth ^1"});
  world.publish("vendor", "lib", "2.0.0", {"c behind"}, {"c auth ^3"});
  CHECK(world.choose({"vendor vendor"}, {"vendor lib *"}) == "auth 1.1.0, lib 1.0.0");
}

TEST_CASE("a version on which two URLs of one dependency disagree is ignored") {
  Company world;
  world.publish("vendor", "pair", "1.0.0", {"c company rewritten"}, {"c auth ^1"});
  CHECK(world.choose({"vendor vendor"}, {"vendor pair ^1"}) == "auth 1.0.0, pair 1.0.0");
  // In the manifest itself, this is an error.
  const auto error = world.refusal({"c company rewritten"}, {"c auth ^1"});
  CHECK(error.kind() == Kind::integrity);
  CHECK(error.message().contains(world.url("company")));
  CHECK(error.message().contains(world.url("rewritten")));
}

TEST_CASE("`::` in a dependency refers to the URLs that offer the dependency") {
  Company world;
  world.publish("vendor", "through", "1.0.0", {"c ahead"}, {"c server ^1"});
  world.publish("other", "honest", "1.0.0", {"c company"}, {"c server ^1"});
  CHECK(world.choose({"vendor vendor"}, {"vendor through ^1"}) == "auth 1.9.0, server 1.0.0, through 1.0.0");
  CHECK(world.choose({"vendor vendor", "other other"}, {"vendor through ^1", "other honest ^1"}) ==
        "auth 1.1.0, honest 1.0.0, server 1.0.0, through 1.0.0");
}

TEST_CASE("a remote that claims the genesis of another set has no effect") {
  Company world;
  world.publish("liar", "auth", "7.0.0");
  world.shell(
      "git --git-dir=liar fetch -q company refs/ekala/init && git --git-dir=liar update-ref refs/ekala/init "
      "$(git --git-dir=company rev-parse refs/ekala/init)");
  world.publish("vendor", "lib", "1.0.0", {"c liar"}, {"c auth *"});
  CHECK(world.choose({"company company", "vendor vendor"}, {"company server ^1", "vendor lib ^1"}) ==
        "auth 1.1.0, lib 1.0.0, server 1.0.0");
  // Not even if the manifest names it with another tag.
  CHECK(world.choose({"company company", "l liar"}, {"company server ^1"}) == "auth 1.1.0, server 1.0.0");
  CHECK(world.refusal({"company company", "l liar"}, {"company server ^1", "l auth *"}).kind() == Kind::unsatisfiable);
}

TEST_CASE("a manifest of a revision offered by another remote is not trusted") {
  Company world;
  // The same revision of server, with a manifest that claims no dependencies.
  world.copy("company", "sly");
  world.shell(
      "git --git-dir=sly update-ref refs/eka/meta/server/1.0.0/manifest $(printf '[package]\\nlabel = "
      "\"server\"\\nversion = \"1.0.0\"\\n[compose.as]\\nnix = \".\"\\n' | git --git-dir=sly hash-object -w "
      "--stdin)");
  world.publish("vendor", "lib", "1.0.0", {"c sly"}, {"c server ^1"});
  world.publish("other", "honest", "1.0.0", {"c company"}, {"c server ^1"});
  CHECK(world.choose({"vendor vendor", "other other"}, {"vendor lib ^1", "other honest ^1"}) ==
        "auth 1.1.0, honest 1.0.0, lib 1.0.0, server 1.0.0");
}

TEST_CASE("the manifest's own set is read from the URL where it was found") {
  Company world;
  world.publish("vendor", "lib", "1.0.0", {"c ahead"}, {"c auth ^1"});
  CHECK(world.choose({"own ::", "vendor vendor"}, {"own server ^1", "vendor lib ^1"}, "company") ==
        "auth 1.1.0, lib 1.0.0, server 1.0.0");
}

TEST_CASE("a version that changed at a URL since an earlier run is rejected there only") {
  Company world;
  world.copy("company", "mirror");
  CHECK(world.choose({"c company"}, {"c auth =1.1.0"}) == "auth 1.1.0");
  world.publish("company", "auth", "1.1.0", {}, {}, "changed");
  CHECK(world.refusal({"c company"}, {"c auth =1.1.0"}).kind() == Kind::integrity);
  CHECK(world.choose({"c mirror"}, {"c auth =1.1.0"}) == "auth 1.1.0");
}

TEST_CASE("of a lock, only what moves gets another version, wherever it is in the graph") {
  ChoiceWorld world;
  const std::vector<std::string> sets{"company company", "again company"}, needs{"company app ^1", "again tool ^1"};
  world.publish("root", "unused", "1.0.0");
  world.publish("company", "app", "1.0.0", {"own ::"}, {"own lib ^1"});
  world.publish("company", "lib", "1.0.0", {"own ::"}, {"own base ^1"});
  world.publish("company", "base", "1.0.0");
  world.publish("company", "tool", "1.0.0", {"own ::"}, {"own base ^1"});
  REQUIRE(world.choose(sets, needs) == "app 1.0.0, base 1.0.0, lib 1.0.0, tool 1.0.0");
  world.publish("company", "app", "1.1.0", {"own ::"}, {"own lib ^1"});
  world.publish("company", "lib", "1.1.0", {"own ::"}, {"own base ^1"});
  world.publish("company", "base", "1.1.0");
  world.publish("company", "base", "1.2.0-rc.1");
  world.publish("company", "base", "2.0.0");
  world.publish("company", "tool", "1.1.0", {"own ::"}, {"own base ^1"});

  SUBCASE("an indirect dependency") {
    CHECK(world.update(sets, needs, {"base"}) == "app 1.0.0, base 1.1.0, lib 1.0.0, tool 1.0.0");
  }
  SUBCASE("a direct one") {
    CHECK(world.update(sets, needs, {"app"}) == "app 1.1.0, base 1.0.0, lib 1.0.0, tool 1.0.0");
  }
  SUBCASE("several") {
    CHECK(world.update(sets, needs, {"app", "lib"}) == "app 1.1.0, base 1.0.0, lib 1.1.0, tool 1.0.0");
  }
  SUBCASE("to a version that it has already") {
    CHECK(world.update(sets, needs, {"base"}, "1.0.0") == "app 1.0.0, base 1.0.0, lib 1.0.0, tool 1.0.0");
  }
  SUBCASE("what the new version needs follows") {
    world.publish("company", "app", "1.2.0", {"own ::"}, {"own lib ^1.1"});
    CHECK(world.update(sets, needs, {"app"}) == "app 1.2.0, base 1.0.0, lib 1.1.0, tool 1.0.0");
  }
  SUBCASE("also if its dependents have to change") {
    world.publish("company", "lib", "1.2.0", {"own ::"}, {"own base >=1"});
    world.publish("company", "tool", "1.2.0", {"own ::"}, {"own base >=1"});
    CHECK(world.update(sets, needs, {"base"}) == "app 1.0.0, base 2.0.0, lib 1.2.0, tool 1.2.0");
  }
  SUBCASE("an exact version that nothing allows") {
    CHECK_THROWS_WITH_AS(world.update(sets, needs, {"base"}, "2.0.0"), doctest::Contains("the requested update"),
                         Error);
  }
}

TEST_CASE("a yanked version is chosen only if the lock names it") {
  Company world;
  const std::vector<std::string> sets{"company company"};
  REQUIRE(world.choose(sets, {"company server ^1"}) == "auth 1.1.0, server 1.0.0");
  world.yank("company", "auth", "1.1.0");
  CHECK(world.choose(sets, {"company server ^1"}) == "auth 1.0.0, server 1.0.0");
  const auto error = world.refusal(sets, {"company auth ^1.1"});
  CHECK(error.kind() == Kind::unsatisfiable);
  CHECK(error.hint().contains("yanked auth 1.1.0"));
  world.yank("company", "auth", "1.0.0");
  CHECK(world.refusal(sets, {"company auth ^1"}).message().contains("all versions of auth are yanked"));
}

TEST_CASE("a yanked version stays in a lock that names it") {
  Company world;
  const std::vector<std::string> sets{"company company"}, needs{"company server ^1"};
  REQUIRE(world.choose(sets, needs) == "auth 1.1.0, server 1.0.0");
  world.yank("company", "auth", "1.1.0");
  CHECK(world.update(sets, needs, {"server"}) == "auth 1.1.0, server 1.0.0");
}

TEST_CASE("any URL that decides the versions of a set can yank one, others cannot") {
  Company world;
  world.copy("company", "mirror");
  world.yank("mirror", "auth", "1.1.0");
  CHECK(world.choose({"company company mirror"}, {"company auth ^1"}) == "auth 1.0.0");
  world.publish("vendor", "lib-mirror", "1.0.0", {"c mirror"}, {"c auth ^1"});
  CHECK(world.choose({"company company", "vendor vendor"}, {"vendor lib-mirror ^1"}) == "auth 1.1.0, lib-mirror 1.0.0");
}

TEST_CASE("an override is the only version of its atom, and is judged like any other") {
  Company world;
  const std::vector<std::string> sets{"company company"};
  SUBCASE("with what it needs itself") {
    world.replace("company", "auth", "1.5.0", {"c company"}, {"c tool ^1"});
    world.publish("company", "tool", "1.0.0");
    CHECK(world.choose(sets, {"company server ^1"}) == "auth 1.5.0-dev.0123456789ab, server 1.0.0, tool 1.0.0");
    CHECK(world.locked_revision("auth") == atom::ObjectId::of("commit", "1.5.0").hex());
  }
  SUBCASE("that does not satisfy") {
    world.replace("company", "auth", "2.0.0");
    CHECK(world.refusal(sets, {"company server ^1"}).message().contains("2.0.0"));
  }
}

namespace {

// A set with auth 1.0.0 to 1.3.0, of November 1, 10, 20 and of an unknown day, and a server that needs it.
struct Dated : ChoiceWorld {
  Dated() {
    publish("root", "unused", "1.0.0");
    publish("company", "auth", "1.3.0");
    date("2026-11-01");
    publish("company", "auth", "1.0.0");
    publish("company", "server", "1.0.0", {"own ::"}, {"own auth ^1"});
    date("2026-11-10");
    publish("company", "auth", "1.1.0");
    date("2026-11-20");
    publish("company", "auth", "1.2.0");
  }
  const std::vector<std::string> sets{"company company"}, needs{"company server ^1"};
};

}  // namespace

TEST_CASE("with a limit, only versions that were published before it are chosen") {
  Dated world;
  REQUIRE(world.choose(world.sets, world.needs) == "auth 1.3.0, server 1.0.0");
  CHECK(world.take_notes().empty());
  world.newest_before("2026-11-21");
  CHECK(world.choose(world.sets, world.needs) == "auth 1.2.0, server 1.0.0");
  CHECK(world.take_notes().contains(
      "published before 2026-11-21T00:00:00Z (resolve.newest-before): auth 1.3.0 (date unknown)"));
  world.newest_before("2026-11-20T12:00:01Z");
  CHECK(world.choose(world.sets, world.needs) == "auth 1.2.0, server 1.0.0");
  world.newest_before("2026-11-20T12:00:00Z");
  CHECK(world.choose(world.sets, world.needs) == "auth 1.1.0, server 1.0.0");
  world.newest_before("2026-11-02");
  CHECK(world.choose(world.sets, world.needs) == "auth 1.0.0, server 1.0.0");
  world.take_notes();
  CHECK(world.choose(world.sets, {"company auth =1.0.0"}) == "auth 1.0.0");
  CHECK_MESSAGE(world.take_notes().empty(), "newer versions would not satisfy");
}

TEST_CASE("newer versions that are left out are reported with the reason, if they satisfy") {
  Dated world;
  REQUIRE(world.choose(world.sets, world.needs) == "auth 1.3.0, server 1.0.0");
  CHECK(world.left_out().empty());
  world.yank("company", "auth", "1.3.0");
  REQUIRE(world.choose(world.sets, world.needs) == "auth 1.2.0, server 1.0.0");
  CHECK(world.left_out() == "auth 1.3.0 (yanked, no date)");
  world.newest_before("2026-11-12");
  REQUIRE(world.choose(world.sets, world.needs) == "auth 1.1.0, server 1.0.0");
  CHECK(world.left_out() == "auth 1.2.0 (late, 2026-11-20T12:00:00Z), auth 1.3.0 (yanked, no date)");
  REQUIRE(world.choose(world.sets, {"company auth =1.1.0"}) == "auth 1.1.0");
  CHECK(world.left_out().empty());
}

TEST_CASE("an error says which versions the limit leaves out") {
  Dated world;
  world.newest_before("2026-11-12");
  const auto error = world.refusal(world.sets, {"company auth ^1.2"});
  CHECK(error.kind() == Kind::unsatisfiable);
  CHECK(error.hint().contains(
      "before 2026-11-12T00:00:00Z: auth 1.2.0 (2026-11-20T12:00:00Z), auth 1.3.0 (date unknown)"));
  world.newest_before("2026-10-01");
  CHECK(world.refusal(world.sets, {"company auth ^1"})
            .message()
            .contains("no version of auth is known to have been published before 2026-10-01T00:00:00Z"));
  world.yank("company", "auth", "1.0.0");
  CHECK(world.refusal(world.sets, {"company auth ^1"})
            .message()
            .contains("no version of auth that is not yanked is known to have been published before"));
}

TEST_CASE("the limit does not apply to what a lock names, unless it is updated") {
  Dated world;
  REQUIRE(world.choose(world.sets, world.needs) == "auth 1.3.0, server 1.0.0");
  world.newest_before("2026-11-12");
  CHECK(world.update(world.sets, world.needs, {"server"}) == "auth 1.3.0, server 1.0.0");
  CHECK(world.update(world.sets, world.needs, {"auth"}) == "auth 1.1.0, server 1.0.0");
}

TEST_CASE("the limit does not apply to overrides") {
  Dated world;
  world.newest_before("2026-11-12");
  world.replace("company", "auth", "1.5.0");
  CHECK(world.choose(world.sets, world.needs) == "auth 1.5.0-dev.0123456789ab, server 1.0.0");
}
