#include "cli/page/html.h"

#include <doctest/doctest.h>

#include "atom/hash/base_n.h"
#include "atom/hash/digest.h"

using namespace eka;
namespace page = cli::page;

TEST_CASE("markup and control characters in text have no effect") {
  CHECK(page::escaped("<img src=x onerror=\"f('&')\">") == "&lt;img src=x onerror=&quot;f(&#39;&amp;&#39;)&quot;&gt;");
  CHECK(page::escaped("a\x1b[2J\xe2\x80\xae") == "a\\x1b[2J\\xe2\\x80\\xae");
}

TEST_CASE("data cannot end its element") {
  const atom::Json document = atom::Json::Object{{"a", "</script><!--<script>"}};
  const auto block = page::data_block("data", document);
  CHECK(block ==
        "<script type=\"application/json\" id=\"data\">"
        "{\"a\":\"\\u003c/script>\\u003c!--\\u003cscript>\"}</script>\n");
}

TEST_CASE("a page allows only its own script, and to load nothing") {
  const auto html = page::whole("<title>", "b{}", "<p>x</p>", "let a;");
  CHECK(html.find("<title>&lt;title&gt;</title>") != std::string::npos);
  const auto hash = atom::base64(atom::Sha256::of("let a;"));
  CHECK(html.find("content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-" + hash + "'\"") !=
        std::string::npos);
  CHECK(html.find("<script>let a;</script>") != std::string::npos);
}
