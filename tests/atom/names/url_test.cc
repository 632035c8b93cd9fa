#include "atom/names/url.h"

#include <doctest/doctest.h>

using eka::atom::redacted;
using eka::atom::Url;

namespace {

std::string printed(std::string_view text) {
  const auto url = Url::parse(text);
  return url ? url->str() : "refused: " + url.error().message();
}

}  // namespace

TEST_CASE("the parts of a URL") {
  const Url url = Url::parse("HTTPS://Ann:s3cret@Example.COM:8443/Our/Atoms?x=1").value();
  CHECK(url.scheme() == Url::Scheme::https);
  CHECK(url.user() == "Ann");
  CHECK(url.password() == "s3cret");
  CHECK(url.host() == "example.com");
  CHECK(url.port() == 8443);
  CHECK(url.path() == "/Our/Atoms?x=1");
  CHECK(url.origin() == "https://example.com:8443");
  CHECK(url.str() == "https://Ann:***@example.com:8443/Our/Atoms?x=1");
  CHECK(url.with_secret() == "https://Ann:s3cret@example.com:8443/Our/Atoms?x=1");
  CHECK_FALSE(url.is_local());
}

TEST_CASE("equivalent spellings compare equal") {
  CHECK(Url::parse("https://h.org:443").value() == Url::parse("HTTPS://H.org/").value());
  CHECK(Url::parse("git@github.com:o/r").value() == Url::parse("ssh://git@github.com:22/o/r").value());
  CHECK(Url::parse("file:///srv/x.git").value() == Url::parse("/srv/x.git").value());
  CHECK(Url::parse("file://localhost/a%20b").value() == Url::parse("/a b").value());
  CHECK(Url::parse("http://h/").value() != Url::parse("https://h/").value());
}

TEST_CASE("ssh in git's short form") {
  CHECK(printed("git@github.com:our/atoms") == "ssh://git@github.com/our/atoms");
  CHECK(printed("host.tld:our/atoms") == "ssh://host.tld/our/atoms");
  CHECK(printed("git@host:/srv/x") == "ssh://git@host/srv/x");
  CHECK(printed("git@host:~/x") == "ssh://git@host/~/x");
  CHECK(printed("git@[::1]:x") == "ssh://git@[::1]/x");
  CHECK(Url::parse("git@h:a b%$(x)'")->path() == "/a b%$(x)'");
  CHECK(printed("git@h:a b%") == "ssh://git@h/a%20b%25");
}

TEST_CASE("file URLs and paths") {
  for (const char* path : {"./x", "../x", "foo/bar", "foo", "a%20b", "./a:b", "a/b@c:d"}) {
    const Url url = Url::parse(path).value();
    CHECK(url.is_local());
    CHECK(url.path() == path);
    CHECK(url.str() == path);
    CHECK(url.origin().empty());
  }
  CHECK(Url::parse("file:///srv/x.git")->path() == "/srv/x.git");
  CHECK(printed("/srv/x.git") == "file:///srv/x.git");
  CHECK(printed("/srv/a b%41?#λ") == "file:///srv/a%20b%2541%3F%23λ");
  CHECK(Url::parse(printed("/srv/a b%41?#λ"))->path() == "/srv/a b%41?#λ");
}

TEST_CASE("other ports and addresses") {
  CHECK(printed("http://127.0.0.1:8080/company.git") == "http://127.0.0.1:8080/company.git");
  CHECK(printed("http://[::1]:8080/x") == "http://[::1]:8080/x");
  CHECK(printed("ssh://git@h:2222/x") == "ssh://git@h:2222/x");
  CHECK(printed("https://h:/x") == "https://h/x");
  CHECK(Url::parse("git://h/x")->origin() == "git://h:9418");
}

TEST_CASE("escapes in user and password are decoded and encoded again") {
  const Url url = Url::parse("https://a%40b:p%2Fq%3A@h/").value();
  CHECK(url.user() == "a@b");
  CHECK(url.password() == "p/q:");
  CHECK(url.with_secret() == "https://a%40b:p%2Fq%3A@h/");
}

TEST_CASE("a hidden password is never sent") {
  const Url url = Url::parse(Url::parse("https://ann:s3cret@h/x")->str()).value();
  CHECK(url.str() == "https://ann:***@h/x");
  CHECK(url.password().empty());
  CHECK(url.with_secret() == "https://ann@h/x");
}

TEST_CASE("malicious URLs are rejected") {
  for (const char* text : {
           "",
           "ext::sh -c id",
           "EXT::sh",
           "fd::17",
           "ftp://h/x",
           "ftps://h/x",
           "git+ssh://h/x",
           "ext://h/x",  // 14
           "https:///h",
           "https://",
           "https://:80/x",

           "file://host/x",
           "file://",
           "file:x",
           "https://a@b@c/x",
           "https://a@b@c",
           "a@b@c:x",  // ambiguous host
           "https://h%2Fx/y",
           "https://h%00/y",
           "https://h/%0a",
           "https://h/%00x",
           "https://u%0a@h/x",
           "https://h/\n",
           "https://h/a\x7f",
           "https://h\\@e/x",
           "https://h x/y",
           "https://h/a b",
           "https://h/a#b",
           "git://h/a#b",
           "ssh://h/a?b",
           "https://h^/",
           "ssh://-oProxyCommand=x/y",
           "-oProxyCommand=x:y",
           "ssh://-u@h/x",
           "ssh://%2du@h/x",
           "-u@h:x",
           "git@-h:x",
           "git@h:-x",
           "ssh://git@[-oX]/y",
           "-x",  // ssh options
           "https://h:0/x",
           "https://h:65536/x",
           "https://h:8a/x",
           "https://h:-1/x",
           "https://[::1/x",
           "https://h/%0D",
           "foo:bar",
           "user@host",
           "https://:p@h/x",
           "https://..h/",
           "https://a..b/",
           "https://.h/",
           "https://λ.org/x",
       }) {
    CHECK_MESSAGE(!Url::parse(text), std::string(text));
  }
  CHECK_FALSE(Url::parse("https://h/" + std::string(10'000'000, 'x')));
}

TEST_CASE("the URL of a repository has no query") {
  CHECK(Url::parse("https://h/file.tar?ref=1"));
  CHECK(Url::parse_repository("https://h/a%3Fb"));
  CHECK(Url::parse_repository("git://h/a%3Fb"));
  for (const char* const text : {"https://h/a?b", "http://h/?", "http://u:s3cret@h/shutdown?x="}) {
    const auto refused = Url::parse_repository(text);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind() == eka::Kind::usage);
    CHECK(refused.error().message().find("a query") != std::string::npos);
    CHECK(refused.error().message().find("s3cret") == std::string::npos);
  }
}

TEST_CASE("errors contain neither passwords nor control characters") {
  for (const char* text :
       {"https://ann:s3cret@h%2f/x", "https://ann:s3cret@a@h/x", "https://ann:pa/s3cret@h/x", "ftp://ann:s3cret@h/x",
        "https://ann:s3cret@/x", "https://ann:s3cret@h/\x1b[2J", "https://ann:s3cret@h:x/y", "ann:s3cret@-h:x",
        "https://ann:a:s3cret@h^/", "https://ann:%s3cret@h/"}) {
    const auto url = Url::parse(text);
    REQUIRE_MESSAGE(!url, std::string(text));
    CHECK_MESSAGE(url.error().message().find("s3cret") == std::string::npos, url.error().message());
    CHECK(url.error().message().find('\x1b') == std::string::npos);
  }
  CHECK(redacted("https://ann:s3cret@h/x") == "https://ann:***@h/x");
  CHECK(redacted("https://h/x") == "https://h/x");
  CHECK(redacted("https://h/x::label@^1") == "https://h/x::label@^1");
}

TEST_CASE("only passwords are hidden: labels, ports and paths stay") {
  const std::pair<const char*, const char*> cases[] = {
      {"https://ann:s3/cr::et@h/x::label@^1", "https://ann:***@h/x::label@^1"},
      {"https://ann:s3cret@h/x::label", "https://ann:***@h/x::label"},
      {"https://ann:s3cret::word@h", "https://ann:***@h"},
      {"https://ann:s3@cret@h/x", "https://ann:***@h/x"},
      {"ann:s3cret@h/x::label@^1", "ann:***@h/x::label@^1"},
      {"ann:s3::cret@h/x", "ann:***@h/x"},
      {"https://ann:123@h/x", "https://ann:***@h/x"},
  };
  for (const auto& [typed, shown] : cases) CHECK(redacted(typed) == shown);
  for (const char* const open :
       {"gh:owner/repo::server@lates", "::y@abc", "::y@>=1, <3", "host:path::label@req", "git@host:path::label@req",
        "https://host::label@^1", "https://host:8080::label@1", "https://host:8080/x::label@lates", "label@1:2",
        "https://h/x::a@", "::a", "::", "gh:o/r::a@b@c"}) {
    CHECK(redacted(open) == open);
  }
}
