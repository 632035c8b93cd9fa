#include "atom/config/config.h"

#include <doctest/doctest.h>

#include "atom/config/config_keys.h"

using namespace eka::atom;

namespace {

const Config::Environment home{{"HOME", "/home/ann"}};

Config loaded(const std::vector<ConfigLayer>& layers, const Config::Environment& environment = home) {
  return eka::unwrap(Config::load(layers, environment));
}

std::string refusal(const std::string& text, const Config::Environment& environment = home) {
  const auto config = Config::load({{"eka.toml", text}}, environment);
  if (config) return "accepted";
  CHECK(config.error().kind() == eka::Kind::usage);
  return config.error().message();
}

std::string origin(const Config& config, std::string_view key) {
  for (const auto& entry : config.entries()) {
    if (entry.key == key) return entry.value.canonical() + " from " + entry.origin.str();
  }
  return "no such key";
}

}  // namespace

TEST_CASE("default configuration") {
  const Config config = loaded({});
  CHECK(config.cache_root() == "/home/ann/.cache/eka");
  CHECK(config.plan().sharectx == ShareContext::none);
  CHECK(config.plan().jobs == 0);
  CHECK(config.platforms().build == native_platform());
  CHECK(config.default_composer().set.str() == "atom");
  CHECK(config.default_composer().label.str() == "atom-nix");
  CHECK(config.aliases().entries().at("gh") == "github.com");
  CHECK(origin(config, "plan.sharectx") == "false from default");
  CHECK(config.entries().size() == ConfigKeys::all().size() + config.aliases().entries().size());
}

TEST_CASE("layers are merged key by key, the environment takes precedence, and each key records its source") {
  const Config config = loaded(
      {{"a.toml",
        "[plan]\nsharectx = true\njobs = 2\nmemory = \"512M\"\n[uri.aliases]\nwork = \"w.org\"\ngh = \"g.org\"\n"},
       {"b.toml", "plan.jobs = 3\n[uri]\naliases.work = \"x.org\"\n[platforms]\nlegacy_target = \"i686-linux\"\n"}},
      {{"HOME", "/h"},
       {"EKA_PLAN_TIMEOUT", "10m"},
       {"EKA_PLATFORMS_BUILD", "aarch64-linux"},
       {"EKA_URI_ALIASES_HERE", "h.org"},
       {"EKA_PLAN_SHARECTX", "0"},
       {"EKANS", "1"},
       {"EKA_OTHER", "x"}});
  CHECK(origin(config, "plan.sharectx") == "false from EKA_PLAN_SHARECTX");
  CHECK(origin(config, "plan.jobs") == "3 from b.toml:1:6");
  CHECK(origin(config, "plan.memory") == "536870912 from a.toml:4:1");
  CHECK(origin(config, "plan.timeout") == "600 from EKA_PLAN_TIMEOUT");
  CHECK(origin(config, "platforms.build") == "\"aarch64-linux\" from EKA_PLATFORMS_BUILD");
  CHECK(origin(config, "platforms.legacy_target") == "\"i686-linux\" from b.toml:5:1");
  CHECK(origin(config, "uri.aliases.work") == "\"x.org\" from b.toml:3:9");
  CHECK(origin(config, "uri.aliases.gh") == "\"g.org\" from a.toml:7:1");
  CHECK(origin(config, "uri.aliases.here") == "\"h.org\" from EKA_URI_ALIASES_HERE");
  CHECK(AtomUri::parse("work:o::x", config.aliases())->set->str() == "https://x.org/o");
}

TEST_CASE("the example file of the protocol is parsed completely") {
  const Config config = loaded({{"eka.toml", R"([cache]
root = "~/elsewhere"
[plan]
sharectx = true
memory = 1073741824
timeout = 90
[platforms]
build = "x86_64-linux"
target = "aarch64-linux"
legacy_target = "i686-linux"
[manifest.default.composer]
set = { tag = "company", address = "gh:company/atoms" }
atom.label = "compose"
[uri.aliases]
gh = "github.com"
)"}});
  CHECK(config.cache_root() == "/home/ann/elsewhere");
  CHECK(config.plan().memory_bytes == 1U << 30);
  CHECK(config.plan().timeout.count() == 90);
  CHECK(config.default_composer().set.str() == "company");
  CHECK(config.default_composer().address == "gh:company/atoms");
  CHECK(config.default_composer().label.str() == "compose");
}

TEST_CASE("the location of the cache") {
  CHECK(loaded({}, {{"HOME", "/h"}, {"XDG_CACHE_HOME", "/c"}}).cache_root() == "/c/eka");
  CHECK(loaded({}, {{"HOME", "/h"}, {"XDG_CACHE_HOME", "relative"}}).cache_root() == "/h/.cache/eka");
  CHECK(loaded({}, {{"XDG_CACHE_HOME", "/c"}, {"EKA_CACHE_ROOT", "/e"}}).cache_root() == "/e");
  CHECK(loaded({{"x", "cache.root = \"~\""}}).cache_root() == "/home/ann");
  CHECK(loaded({{"x", "cache.root = \"~bob/x\""}}).cache_root() == "~bob/x");
  CHECK(refusal("", {}) == "cannot expand “cache.root” (~/.cache/eka): HOME is not set");
}

TEST_CASE("unknown keys are rejected with a suggestion") {
  CHECK(refusal("[plan]\nshare_ctx = true") ==
        "eka.toml:2:1: unknown key “plan.share_ctx”; did you mean “plan.sharectx”?");
  CHECK(refusal("[platform]\n") == "eka.toml:1:2: unknown key “platform”; did you mean “platforms”?");
  CHECK(refusal("[manifest.default.composer]\nset.tga = \"x\"")
            .starts_with("eka.toml:2:5: unknown key “manifest.default.composer.set.tga”; did you mean "
                         "“manifest.default.composer.set.tag”"));
  CHECK(refusal("[uri]\nalias.x = \"y\"") == "eka.toml:2:1: unknown key “uri.alias”; did you mean “uri.aliases”?");
  CHECK(refusal("", {{"HOME", "/h"}, {"EKA_PLAN_JBOS", "1"}}) ==
        "environment variable “EKA_PLAN_JBOS” is unknown; did you mean “EKA_PLAN_JOBS”?");
}

TEST_CASE("a truth value or a word") {
  const auto shown = [](const std::string& value) { return origin(loaded({{"x", value}}), "plan.sharectx"); };
  CHECK(shown("plan.sharectx = true") == "true from x:1:6");
  CHECK(shown("plan.sharectx = false") == "false from x:1:6");
  CHECK(shown("plan.sharectx = \"set\"") == "\"set\" from x:1:6");
  CHECK(loaded({}, {{"HOME", "/h"}, {"EKA_PLAN_SHARECTX", "set"}}).plan().sharectx == ShareContext::set);
  CHECK(refusal("plan.sharectx = \"sets\"") ==
        "eka.toml:1:6: “plan.sharectx”: invalid value “sets”: must be true, false or set");
}

TEST_CASE("invalid types and values are rejected with their position") {
  CHECK(refusal("[plan]\njobs = true") == "eka.toml:2:8: “plan.jobs” must be a string, not a boolean");
  CHECK(refusal("[plan]\nsharectx = \"true\"") == "eka.toml:2:12: “plan.sharectx” must be true or false, not a string");
  CHECK(refusal("plan = 1") == "eka.toml:1:8: “plan” must be a table, not an integer");
  CHECK(refusal("plan.memory = \"4 GiB\"")
            .starts_with("eka.toml:1:6: “plan.memory”: invalid value “4 GiB”: must be a number"));
  CHECK(refusal("", {{"HOME", "/h"}, {"EKA_PLAN_JOBS", "many"}}) ==
        "EKA_PLAN_JOBS: invalid value “many”: must be a number from 1 to 65536");
  for (const char* text :
       {"[plan", "plan.jobs = 0", "plan.jobs = -1", "plan.memory = \"99999999999T\"", "plan.timeout = \"1d\"",
        "plan.memory = \"G\"", "platforms.build = \"linux\"", "platforms.build = \"\"", "cache.root = \"\"",
        "cache.root = \"a\\u0000b\"", "manifest.default.composer.set.tag = \"..\"", "uri.aliases.gh = 1",
        "uri.aliases.\"a b\" = \"x\"", "uri.aliases.gh = \"\""}) {
    CHECK_MESSAGE(refusal(text).starts_with("eka.toml:1:"), std::string(text));
  }
}

TEST_CASE("a password in an alias is not printed") {
  const Config config = loaded({{"eka.toml", "uri.aliases.work = \"https://ann:s3cret@w.org\""}});
  CHECK(origin(config, "uri.aliases.work") == "\"https://ann:***@w.org\" from eka.toml:1:13");
}

TEST_CASE("local source directories: an array, or paths separated by colons, only in the user's configuration") {
  const auto local = [](const std::vector<ConfigLayer>& layers, const Config::Environment& environment = home) {
    return loaded(layers, environment).sources().local;
  };
  using Paths = std::vector<std::string>;
  CHECK(local({}) == Paths{});
  CHECK(local({{"x", "sources.local = [\"/a\", \"~/b\"]"}}) == Paths{"/a", "/home/ann/b"});
  CHECK(local({{"x", "sources.local = [\"/a\"]"}}, {{"HOME", "/h"}, {"EKA_SOURCES_LOCAL", "/c:~:/d"}}) ==
        Paths{"/c", "/h", "/d"});
  CHECK(local({{"x", "sources.local = [\"/a\"]"}}, {{"HOME", "/h"}, {"EKA_SOURCES_LOCAL", ""}}) == Paths{});
  for (const char* text : {"sources.local = \"/a\"", "sources.local = [\"a\"]", "sources.local = [\"/a:/b\"]",
                           "sources.local = [\"\"]", "sources.local = [1]"}) {
    CAPTURE(text);
    const auto config = Config::load({{"x", text}}, home);
    CHECK_FALSE(config);
  }
  const auto refused = Config::load({{"r", "[sources]\nlocal = [\"/a\"]", true}}, home);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message().find("can be set only in the user's configuration") != std::string::npos);
  CHECK(origin(loaded({{"x", "sources.local = [\"/a\"]"}}), "sources.local") == "[\"/a\"] from x:1:9");
}
