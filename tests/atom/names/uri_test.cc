#include "atom/names/uri.h"

#include <doctest/doctest.h>

#include "tests/atom/vectors.h"

using namespace eka::atom;

namespace {

std::string expanded(std::string_view text, const Aliases& aliases = Aliases::defaults()) {
  const auto uri = AtomUri::parse(text, aliases);
  return uri ? uri->str() : "refused: " + uri.error().message();
}

std::string uri_refusal(std::string_view text, const Aliases& aliases = Aliases::defaults()) {
  const auto uri = AtomUri::parse(text, aliases);
  return uri ? "accepted: " + uri->str() : uri.error().message();
}

bool mentions(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("URIs match the vectors") {
  const Vectors vectors("uris.json");
  const Aliases aliases = Aliases::defaults();
  for (const auto element : (*vectors)["cases"].get_array()) {
    const std::string text = text_of(element["uri"]);
    CAPTURE(text);
    const auto uri = AtomUri::parse(text, aliases);
    REQUIRE(uri);
    CHECK(uri->label.str() == text_of(element["label"]));
    REQUIRE(uri->set.has_value() == !element["url"].is_null());
    if (uri->set) CHECK(uri->set->with_secret() == text_of(element["url"]));
    REQUIRE(uri->requirement.has_value() == !element["requirement"].is_null());
    if (uri->requirement) CHECK(uri->requirement->str() == text_of(element["requirement"]));
  }
  for (const auto element : (*vectors)["direct"].get_array()) {
    const auto url = parse_direct_uri(text_of(element["uri"]), aliases);
    REQUIRE(url);
    CHECK(url->str() == text_of(element["url"]));
  }
}

TEST_CASE("common forms of locations") {
  CHECK(expanded("http://127.0.0.1:8080/company.git::server@^1") == "http://127.0.0.1:8080/company.git::server@^1");
  CHECK(expanded("file:///srv/other.git::tool") == "file:///srv/other.git::tool");
  CHECK(expanded("/srv/other.git::tool") == "file:///srv/other.git::tool");
  CHECK(expanded("./some/repo::lib") == "./some/repo::lib");
  CHECK(expanded("../x::lib") == "../x::lib");
  CHECK(expanded("company.git::lib") == "company.git::lib");
  CHECK(expanded("localhost:8080/o/r::x") == "https://localhost:8080/o/r::x");
  CHECK(expanded("example.com/o/r::x") == "https://example.com/o/r::x");
  CHECK(expanded("example.com:8443/o/r::x") == "https://example.com:8443/o/r::x");
  CHECK(expanded("10.0.0.7/o/r::x") == "https://10.0.0.7/o/r::x");
  CHECK(expanded("host.tld:o/r::x") == "ssh://host.tld/o/r::x");
  CHECK(expanded("user@host:o/r::x") == "ssh://user@host/o/r::x");
  CHECK(expanded("user@host:2222/o/r::x") == "ssh://user@host:2222/o/r::x");
  CHECK(expanded("https://[::1]:8080/o/r::x") == "https://[::1]:8080/o/r::x");
  CHECK(expanded("[::1]:8080/o/r::x") == "https://[::1]:8080/o/r::x");
  CHECK(expanded("git@[::1]/o/r::x") == "ssh://git@[::1]/o/r::x");
  CHECK(expanded("git@[::1]:o/r::x") == "ssh://git@[::1]/o/r::x");
  CHECK(expanded("::x@>=1, <2") == "::x@>=1, <2");
  CHECK(expanded("x") == "::x");
}

TEST_CASE("an alias may expand to any location, and explicit parts take precedence") {
  Aliases aliases = Aliases::defaults();
  REQUIRE(aliases.set("work", "https://git.example.com/team"));
  REQUIRE(aliases.set("box", "git@buildbox:sets"));
  REQUIRE(aliases.set("home", "git@host.tld:"));
  REQUIRE(aliases.set("disk", "/srv/sets/"));
  REQUIRE(aliases.set("gh", "github.example.com"));
  CHECK(expanded("work:a/b::x", aliases) == "https://git.example.com/team/a/b::x");
  CHECK(expanded("http://work:a/b::x", aliases) == "http://git.example.com/team/a/b::x");
  CHECK(expanded("ann@work:a::x", aliases) == "https://ann@git.example.com/team/a::x");
  CHECK(expanded("box:a::x", aliases) == "ssh://git@buildbox/sets/a::x");
  CHECK(expanded("home:a::x", aliases) == "ssh://git@host.tld/a::x");
  CHECK(expanded("disk:a.git::x", aliases) == "file:///srv/sets/a.git::x");
  CHECK(expanded("pkgs::x", aliases) == "https://github.example.com/nixos/nixpkgs::x");
  CHECK(expanded("ssh://git@gh:o/r::x") == "ssh://git@github.com/o/r::x");
  CHECK(expanded("gh:/o/r::x") == "https://github.com/o/r::x");
}

TEST_CASE("a cycle of aliases is reported") {
  Aliases aliases;
  REQUIRE(aliases.set("a", "b:x"));
  REQUIRE(aliases.set("b", "c"));
  REQUIRE(aliases.set("c", "b:y"));
  REQUIRE(aliases.set("me", "me"));
  CHECK(uri_refusal("a:o::x", aliases) == "alias “b” is recursive: b → c → b");
  CHECK(uri_refusal("me:o::x", aliases) == "alias “me” is recursive: me → me");
}

TEST_CASE("an unknown alias is reported with suggestions") {
  CHECK(uri_refusal("gj:o/r::x") == "unknown alias “gj”; similar aliases: “gh”, “gl”");
  CHECK(mentions(uri_refusal("https://pkg:o/r::x"), "“pkgs”"));
  CHECK(mentions(uri_refusal("localhost:o/r::x"), "unknown alias “localhost”"));
  Aliases aliases;
  REQUIRE(aliases.set("a", "gone:x"));
  CHECK(uri_refusal("a:y::x", aliases) == "unknown alias “gone” in the expansion of alias “a”");
}

TEST_CASE("malicious and malformed URIs are rejected") {
  for (const char* text : {"",
                           "::",
                           "a::",
                           "::@",
                           "x@",
                           "x@nope",
                           "foo@host:path",
                           "ext::sh -c id::x",
                           "EXT::a::x",
                           "ftp://h/x::y",
                           "https:///h::x",
                           "https://::x",
                           "a@b@c/d::x",
                           "https://h%2Fx/y::z",
                           "-oX@h:p::x",
                           "git@-oX:p::x",
                           "ssh://-oX/p::x",
                           "https://h/%0a::x",
                           "http://h/shutdown?x=::x",
                           "git://h/x?y::x",
                           "https://h/a#b::x",
                           "h:\n::x",
                           "::a/b",
                           "::../x",
                           "x y",
                           "x\x1b",
                           "gl:repo::atom::"}) {
    CHECK_MESSAGE(!AtomUri::parse(text, Aliases::defaults()), std::string(text));
  }
  CHECK_FALSE(AtomUri::parse(std::string(10'000'000, ':'), Aliases::defaults()));
  CHECK_FALSE(parse_direct_uri("", Aliases::defaults()));
  CHECK_FALSE(parse_direct_uri("ext::sh", Aliases::defaults()));
}

TEST_CASE("errors and output never contain a password") {
  for (const char* text :
       {"https://ann:s3cret@h%2f/x::y", "ann:s3cret@h^/x::y", "ann:s3cret@h/x::-y", "ann:s3cret@h/x::y@z",
        "ann:s3cret@h/x", "https://ann:s3cret@h:o/x::y", "ann:s3cret@gj:o/x::y", "ann:s3cret@a@b/x::y"}) {
    const std::string message = uri_refusal(text);
    CHECK_FALSE(mentions(message, "accepted"));
    CHECK_MESSAGE(!mentions(message, "s3cret"), message);
  }
  CHECK(expanded("ann:s3cret@h.org/x::y") == "https://ann:***@h.org/x::y");
}

TEST_CASE("aliases are named like labels and must not be empty") {
  Aliases aliases;
  CHECK(aliases.set("a-1", "x.org"));
  CHECK_FALSE(aliases.set("a:b", "x.org"));
  CHECK_FALSE(aliases.set("", "x.org"));
  CHECK_FALSE(aliases.set("a", ""));
  CHECK_FALSE(aliases.set("a", "x.org\n"));
  CHECK(Aliases::defaults().entries().size() == 11);
}

TEST_CASE("a revision instead of a requirement") {
  CHECK(expanded("gh:o/r::x@rev:0123abc") == "https://github.com/o/r::x@rev:0123abc");
  CHECK(expanded("::x@rev:0123456789012345678901234567890123456789") ==
        "::x@rev:0123456789012345678901234567890123456789");
  const auto uri = AtomUri::parse("::x@rev:0123abc", Aliases::defaults());
  REQUIRE(uri);
  CHECK(uri->rev == "0123abc");
  CHECK_FALSE(uri->requirement);
  for (const char* wrong : {"::x@rev:", "::x@rev:012345", "::x@rev:0123ABC", "::x@rev:main-branch",
                            "::x@rev:01234567890123456789012345678901234567890"}) {
    CAPTURE(wrong);
    CHECK(mentions(uri_refusal(wrong), "hexadecimal digits"));
  }
}
