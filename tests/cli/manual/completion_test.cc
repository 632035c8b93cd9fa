// Completion of command lines, from the commands of the program and from names that a fake knows.
#include "cli/manual/completion.h"

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "cli/app.h"

using namespace eka;
using namespace eka::cli;

namespace {

using Words = std::vector<std::string>;

class FakeNames : public KnownNames {
 public:
  Words aliases() const override { return {"gh", "work"}; }
  Words sets() const override { return {"https://example.com/set.git"}; }
  Words labels(const std::string& place) const override {
    if (place.empty()) return {"client", "server"};
    if (place == "https://example.com/set.git" || place == "gh:owner/repo") return {"auth", "log"};
    return {};
  }
  Words versions(const std::string& place, const std::string& label) const override {
    if (place == "gh:owner/repo" && label == "log") return {"1.0.0", "1.2.0", "2.0.0-rc.1"};
    return {};
  }
};

class CompletedProgram {
 public:
  CompletedProgram() { declare(app, common_, action_); }
  Completion completion(const Words& words) const { return complete(app, words, FakeNames()); }
  Words values(const Words& words) const {
    Words out;
    for (const auto& candidate : completion(words).candidates) out.push_back(candidate.value);
    return out;
  }
  CLI::App app;

 private:
  Common common_;
  Action action_;
};

bool has(const Words& words, const std::string& word) {
  return std::ranges::find(words, word) != words.end();
}

}  // namespace

TEST_CASE("commands are completed at every depth") {
  const CompletedProgram eka;
  CHECK(eka.values({"pl"}) == Words{"plan"});
  CHECK(eka.values({"p"}) == Words{"plan", "prefetch", "publish"});
  CHECK(eka.values({"cache", ""}) == Words{"stat", "verify", "gc", "export", "import", "key", "clear"});
  CHECK(eka.values({"--offline", "-j", "4", "cache", "g"}) == Words{"gc"});
  CHECK(eka.values({"add", "direct", "n"}) == Words{"nix"});
  CHECK(eka.values({"zzz"}).empty());
  CHECK(has(eka.values({""}), "verify"));
  CHECK_FALSE(has(eka.values({""}), "complete"));
}

TEST_CASE("options are completed, with those of eka, and not after --") {
  const CompletedProgram eka;
  CHECK(eka.values({"plan", "--fre"}) == Words{"--fresh-eval"});
  CHECK(eka.values({"plan", "--off"}) == Words{"--offline"});
  CHECK(has(eka.values({"plan", "-"}), "-c"));
  CHECK(eka.values({"plan", "--", "--off"}).empty());
  CHECK(eka.values({"cache", "gc", "--old"}) == Words{"--older-than"});
  CHECK_FALSE(has(eka.values({"publish", "--"}), "--target"));  // hidden
  const auto offline = eka.completion({"plan", "--offl"}).candidates;
  REQUIRE(offline.size() == 1);
  CHECK(offline.front().help.starts_with("work offline"));
}

TEST_CASE("values are completed where they are few") {
  const CompletedProgram eka;
  CHECK(eka.values({"--color", ""}) == Words{"auto", "always", "never"});
  CHECK(eka.values({"plan", "--color=al"}) == Words{"--color=always"});
  CHECK(eka.values({"plan", "--json="}) == Words{"--json=document", "--json=lines", "--json=eval-jobs"});
  CHECK(eka.values({"graph", "--format", "d"}) == Words{"dot"});
  CHECK(eka.values({"plan", "-t", "aarch64-l"}) == Words{"aarch64-linux"});
  CHECK(eka.values({"plan", "-vt", "aarch64-l"}) == Words{"aarch64-linux"});
  CHECK(eka.values({"completion", ""}) == Words{"bash", "fish", "zsh"});
  CHECK(eka.values({"config", "net.off"}) == Words{"net.offline"});
  CHECK(eka.values({"config", "net.offline", "net.re"}) == Words{"net.retry"});
  // The value follows its option in the same word, or is optional: the next word is an argument.
  CHECK(eka.values({"plan", "-j4", "::s"}) == Words{"::server"});
  CHECK(eka.values({"plan", "--json", "::s"}) == Words{"::server"});
}

TEST_CASE("URIs are completed from the working tree, the aliases and the cache") {
  const CompletedProgram eka;
  CHECK(eka.values({"plan", ""}) == Words{"::client", "::server", "https://example.com/set.git::", "gh:", "work:"});
  CHECK(eka.values({"plan", "::"}) == Words{"::client", "::server"});
  CHECK(eka.values({"plan", "::s"}) == Words{"::server"});
  CHECK(eka.values({"plan", "::client", "::s"}) == Words{"::server"});
  CHECK(eka.values({"plan", "gh:owner/repo::"}) == Words{"gh:owner/repo::auth", "gh:owner/repo::log"});
  CHECK(eka.values({"build", "https://example.com/set.git::l"}) == Words{"https://example.com/set.git::log"});
  CHECK(eka.values({"plan", "gh:owner/repo::log@"}) ==
        Words{"gh:owner/repo::log@2.0.0-rc.1", "gh:owner/repo::log@1.2.0", "gh:owner/repo::log@1.0.0"});
  CHECK(eka.values({"plan", "gh:owner/repo::log@^1"}) ==
        Words{"gh:owner/repo::log@^1.2.0", "gh:owner/repo::log@^1.0.0"});
  CHECK(eka.values({"plan", "gh:other/repo::"}).empty());
  CHECK(eka.values({"resolve", "s"}) == Words{"server"});
}

TEST_CASE("paths are left to the shell") {
  const CompletedProgram eka;
  using enum Completion::Files;
  CHECK(eka.completion({"prefetch", "--lock", ""}).files == all);
  CHECK(eka.completion({"inspect", "lock", ""}).files == all);
  CHECK(eka.completion({"-C", ""}).files == directories);
  CHECK(eka.completion({"plan", "./s"}).files == directories);
  CHECK(eka.completion({"plan", "::s"}).files == none);
  CHECK(eka.completion({"cache", ""}).files == none);
}

TEST_CASE("eka help completes commands, topics, keys and variables") {
  const CompletedProgram eka;
  CHECK(eka.values({"help", "cache", "g"}) == Words{"gc"});
  CHECK(eka.values({"help", "plat"}) == Words{"platforms.build", "platforms.target", "platforms.legacy_target"});
  CHECK(eka.values({"help", "plan"}).front() == "plan");
  CHECK(has(eka.values({"help", "plan"}), "plan.jobs"));
  CHECK(has(eka.values({"help", "EKA_NET_"}), "EKA_NET_OFFLINE"));
  CHECK(eka.values({"help", "exit"}) == Words{"exit-codes"});
}

TEST_CASE("a line of bash is split as the shell does") {
  CHECK(words_of_line("eka pl") == Words{"pl"});
  CHECK(words_of_line("eka plan ") == Words{"plan", ""});
  CHECK(words_of_line("A=1 eka plan 'a b' \"c\\\"d\" e\\ f") == Words{"plan", "a b", "c\"d", "e f"});
  CHECK(words_of_line("eka  plan\t--color=al") == Words{"plan", "--color=al"});
  CHECK(words_of_line("eka ''") == Words{""});
  CHECK(words_of_line("eka") == Words{""});
  CHECK(words_of_line("") == Words{""});
}

TEST_CASE("bash replaces only what follows the last breaking character") {
  const std::string breaks = " \t\n\"'@><=;|&(:";
  CHECK(for_bash("gh:owner/repo::log", "gh:owner/repo::l", breaks) == "log");
  CHECK(for_bash("gh:o/r::log@1.0.0", "gh:o/r::log@", breaks) == "1.0.0");
  CHECK(for_bash("--color=always", "--color=", breaks) == "always");
  CHECK(for_bash("plan", "pl", breaks) == "plan");
  CHECK(for_bash("gh:owner/repo::log", "gh:owner/repo::l", " ") == "gh:owner/repo::log");
}
