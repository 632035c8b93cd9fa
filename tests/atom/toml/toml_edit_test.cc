// Each case consists of a document, an edit, and the exact expected result.
#include "atom/toml/toml_edit.h"

#include <doctest/doctest.h>

using namespace eka::atom;

namespace {

const KeyPath auth{"deps", "from", "company", "auth"};

std::string set(std::string_view text, const KeyPath& path = auth, std::string_view literal = "\"^2\"") {
  const auto edited = set_entry(text, path, literal);
  return edited ? *edited : "error: " + edited.error().message();
}

std::string append(std::string_view text) {
  const auto edited = append_element(text, {"set", "packages"}, "\"new\"");
  return edited ? *edited : "error: " + edited.error().message();
}

std::string without(std::string_view text, const KeyPath& path = auth) {
  const auto edited = remove_entry(text, path);
  return edited ? *edited : "error: " + edited.error().message();
}

}  // namespace

TEST_CASE("an entry is removed with its line, and a table that becomes empty with its header") {
  CHECK(without("[deps.from.company]\nauth = \"^1\" # why\nlib = \"1\"\n") == "[deps.from.company]\nlib = \"1\"\n");
  CHECK(without("[deps.from.company]\n# about both\nauth = \"^1\"\nlib = \"1\"\n") ==
        "[deps.from.company]\n# about both\nlib = \"1\"\n");
  CHECK(without("[a]\nb = 1\n\n[deps.from.company]\nauth = \"^1\"\n") == "[a]\nb = 1\n");
  CHECK(without("[a]\nb = 1\n\n\n[deps.from.company]\nauth = \"^1\"\n\n# next\n[other]\nx = 1\n") ==
        "[a]\nb = 1\n\n# next\n[other]\nx = 1\n");
  CHECK(without("[deps.from.company]\nauth = \"^1\"\n") == "");
  CHECK(without("[a]\r\nb = 1\r\n\r\n[deps.from.company]\r\nauth = \"^1\"\r\n") == "[a]\r\nb = 1\r\n");
}

TEST_CASE("an entry is removed from an inline table and among dotted keys") {
  CHECK(without("[deps.from]\ncompany = { auth = \"^1\", lib = \"1\" }\n") ==
        "[deps.from]\ncompany = { lib = \"1\" }\n");
  CHECK(without("[deps.from]\ncompany = { lib = \"1\", auth = \"^1\" }\n") ==
        "[deps.from]\ncompany = { lib = \"1\" }\n");
  CHECK(without("[deps.from]\ncompany = { auth = \"^1\" }\nother = { x = \"1\" }\n") ==
        "[deps.from]\nother = { x = \"1\" }\n");
  CHECK(without("deps = { from = { company = { auth = \"^1\" }, other = { x = \"1\" } } }\n") ==
        "deps = { from = { other = { x = \"1\" } } }\n");
  CHECK(without("[deps]\nfrom.company.auth = \"^1\"\nfrom.company.lib = \"1\"\n") ==
        "[deps]\nfrom.company.lib = \"1\"\n");
  CHECK(without("deps.from.company.auth = \"^1\"\nx = 1\n") == "x = 1\n");
}

TEST_CASE("a table is removed with all of its parts") {
  const KeyPath data{"deps", "direct", "nix", "data"};
  CHECK(without("[deps.direct.nix.data]\ntar = \"u\"\n# more\n\n[deps.direct.nix.lib]\ngit = \"v\"\n", data) ==
        "# more\n\n[deps.direct.nix.lib]\ngit = \"v\"\n");
  CHECK(without("[deps.direct.nix]\ndata.tar = \"u\"\nlib.git = \"v\"\ndata.x = 1\n", data) ==
        "[deps.direct.nix]\nlib.git = \"v\"\n");
  CHECK(without("[deps.direct]\nnix = { data.tar = \"u\", lib.git = \"v\", data.x = 1 }\n", data) ==
        "[deps.direct]\nnix = { lib.git = \"v\" }\n");
  CHECK(without("[deps.direct.nix]\n[deps.direct.nix.data]\ntar = \"u\"\n[deps.direct.nix.data.more]\nx = 1\n", data) ==
        "");
}

TEST_CASE("what is not there cannot be removed") {
  CHECK(without("[deps.from.company]\nlib = \"1\"\n").starts_with("error: there is no `deps.from.company.auth`"));
  CHECK(without("deps = 1\n").starts_with("error: "));
  CHECK(without("[deps.from.company\n").starts_with("error: line 1"));
}

TEST_CASE("an existing entry is replaced in place") {
  CHECK(set("[deps.from.company]\nauth = \"^1\"\n") == "[deps.from.company]\nauth = \"^2\"\n");
  CHECK(set("[deps.from.company]\nauth=\"^1\" # why\n") == "[deps.from.company]\nauth=\"^2\" # why\n");
  CHECK(set("[deps.from.company]\n  auth   =   '^1'   # why\n") ==
        "[deps.from.company]\n  auth   =   \"^2\"   # why\n");
  CHECK(set("[deps.from.company]\n\"auth\" = \"^1\"\n") == "[deps.from.company]\n\"auth\" = \"^2\"\n");
  CHECK(set("[ deps . from . company ]\nauth = \"^1\"\n") == "[ deps . from . company ]\nauth = \"^2\"\n");
  CHECK(set("deps.from.company.auth = \"^1\"\n") == "deps.from.company.auth = \"^2\"\n");
  CHECK(set("[deps]\nfrom.company = { auth = \"^1\", b = \"*\" } # c\n") ==
        "[deps]\nfrom.company = { auth = \"^2\", b = \"*\" } # c\n");
  CHECK(set("[deps]\nfrom = {company = {auth = \"^1\"}}\n") == "[deps]\nfrom = {company = {auth = \"^2\"}}\n");
  CHECK(set("[deps.from.company]\nauth = \"\"\"\n^1\"\"\"\n") == "[deps.from.company]\nauth = \"^2\"\n");
  CHECK(set("[deps.from.company]\nauth = \"^1\"") == "[deps.from.company]\nauth = \"^2\"");
}

TEST_CASE("a new entry is inserted after its siblings") {
  CHECK(set("[deps.from.company]\nlib = \"1\" # one\n\n# next\n[other]\n") ==
        "[deps.from.company]\nlib = \"1\" # one\nauth = \"^2\"\n\n# next\n[other]\n");
  CHECK(set("[deps.from.company]\n\tlib = \"1\"\n") == "[deps.from.company]\n\tlib = \"1\"\n\tauth = \"^2\"\n");
  CHECK(set("[deps.from.company]\n") == "[deps.from.company]\nauth = \"^2\"\n");
  CHECK(set("[deps.from.company]") == "[deps.from.company]\nauth = \"^2\"\n");
  CHECK(set("[deps.from.company] # none yet\n\n[x]\n") == "[deps.from.company] # none yet\nauth = \"^2\"\n\n[x]\n");
  CHECK(set("[deps.from.company]\nlib = [\n  1,\n  2 # two\n] # all\n") ==
        "[deps.from.company]\nlib = [\n  1,\n  2 # two\n] # all\nauth = \"^2\"\n");
  CHECK(set("[deps.from.company]\nlib = \"1\"") == "[deps.from.company]\nlib = \"1\"\nauth = \"^2\"\n");
}

TEST_CASE("a new entry follows the style of inline tables and dotted keys") {
  CHECK(set("[deps.from]\ncompany = { lib = \"1\" }\n") == "[deps.from]\ncompany = { lib = \"1\", auth = \"^2\" }\n");
  CHECK(set("[deps.from]\ncompany = {lib = \"1\"}\n") == "[deps.from]\ncompany = {lib = \"1\", auth = \"^2\"}\n");
  CHECK(set("[deps.from]\ncompany = {}\n") == "[deps.from]\ncompany = { auth = \"^2\" }\n");
  CHECK(set("[deps]\nfrom.company.lib = \"1\" # l\nfrom.other.x = \"1\"\n") ==
        "[deps]\nfrom.company.lib = \"1\" # l\nfrom.company.auth = \"^2\"\nfrom.other.x = \"1\"\n");
  CHECK(set("[deps]\nfrom = { other = { x = \"1\" } }\n") ==
        "[deps]\nfrom = { other = { x = \"1\" }, company.auth = \"^2\" }\n");
  CHECK(set("deps.from.company.lib = \"1\"\n\n[x]\n") ==
        "deps.from.company.lib = \"1\"\ndeps.from.company.auth = \"^2\"\n\n[x]\n");
}

TEST_CASE("a missing table gets a header next to related ones") {
  CHECK(set("[package]\nlabel = \"a\"\n") == "[package]\nlabel = \"a\"\n\n[deps.from.company]\nauth = \"^2\"\n");
  CHECK(set("") == "[deps.from.company]\nauth = \"^2\"\n");
  CHECK(set("# only a comment\n") == "# only a comment\n\n[deps.from.company]\nauth = \"^2\"\n");
  CHECK(set("[deps.from.other]\nx = \"1\"\n\n[z]\ny = 1\n") ==
        "[deps.from.other]\nx = \"1\"\n\n[deps.from.company]\nauth = \"^2\"\n\n[z]\ny = 1\n");
  CHECK(set("[package]\nlabel = \"a\"") == "[package]\nlabel = \"a\"\n\n[deps.from.company]\nauth = \"^2\"\n");
}

TEST_CASE("line endings are preserved") {
  CHECK(set("[deps.from.company]\r\nlib = \"1\"\r\n") == "[deps.from.company]\r\nlib = \"1\"\r\nauth = \"^2\"\r\n");
  CHECK(set("[package]\r\nx = 1\r\n") == "[package]\r\nx = 1\r\n\r\n[deps.from.company]\r\nauth = \"^2\"\r\n");
  CHECK(append("[set]\r\npackages = [\r\n  \"a\",\r\n]\r\n") ==
        "[set]\r\npackages = [\r\n  \"a\",\r\n  \"new\",\r\n]\r\n");
}

TEST_CASE("strings and comments are not mistaken for structure") {
  CHECK(set("a = \"[deps.from.company]\"\n# [deps.from.company]\n") ==
        "a = \"[deps.from.company]\"\n# [deps.from.company]\n\n[deps.from.company]\nauth = \"^2\"\n");
  CHECK(set("a = '''\n[deps.from.company]\nauth = 1\n'''\n[deps.from.company]\n") ==
        "a = '''\n[deps.from.company]\nauth = 1\n'''\n[deps.from.company]\nauth = \"^2\"\n");
  CHECK(set("a = \"x # \\\" y\" # c\n[deps.from.company]\n") ==
        "a = \"x # \\\" y\" # c\n[deps.from.company]\nauth = \"^2\"\n");
}

TEST_CASE("keys are quoted if necessary") {
  CHECK(set("", {"deps", "from", "a.b", "λ"}) == "[deps.from.\"a.b\"]\n\"λ\" = \"^2\"\n");
  CHECK(set("[deps.from.\"a.b\"]\nx = \"1\"\n", {"deps", "from", "a.b", "y"}) ==
        "[deps.from.\"a.b\"]\nx = \"1\"\ny = \"^2\"\n");
}

TEST_CASE("top-level entries are inserted before the first header") {
  CHECK(set("[a]\nx = 1\n", {"top"}) == "top = \"^2\"\n[a]\nx = 1\n");
  CHECK(set("one = 1\n\n[a]\n", {"top"}) == "one = 1\ntop = \"^2\"\n\n[a]\n");
  CHECK(set("\xef\xbb\xbf[a]\nx = 1\n", {"top"}) == "\xef\xbb\xbftop = \"^2\"\n[a]\nx = 1\n");
}

TEST_CASE("elements are appended in the style of the array") {
  CHECK(append("[set]\npackages = []\n") == "[set]\npackages = [\"new\"]\n");
  CHECK(append("[set]\npackages = [\"a\"] # c\n") == "[set]\npackages = [\"a\", \"new\"] # c\n");
  CHECK(append("[set]\npackages = [\"a\", ]\n") == "[set]\npackages = [\"a\", \"new\", ]\n");
  CHECK(append("[set]\npackages = [\n  \"a\", # first\n  \"b\", # second\n]\n") ==
        "[set]\npackages = [\n  \"a\", # first\n  \"b\", # second\n  \"new\",\n]\n");
  CHECK(append("[set]\npackages = [\n  \"a\", # first\n  \"b\" # second, last\n]\n") ==
        "[set]\npackages = [\n  \"a\", # first\n  \"b\", # second, last\n  \"new\"\n]\n");
  CHECK(append("[set]\npackages = [\"a\",\n            \"b\"]\n") ==
        "[set]\npackages = [\"a\",\n            \"b\",\n            \"new\"]\n");
  CHECK(append("[set]\npackages = [\n  # none yet\n]\n") == "[set]\npackages = [\"new\"\n  # none yet\n]\n");
  CHECK(append("set = { packages = [\"a\"] }\n") == "set = { packages = [\"a\", \"new\"] }\n");
  CHECK(append("[set]\n") == "[set]\npackages = [\"new\"]\n");
  CHECK(append("") == "[set]\npackages = [\"new\"]\n");
}

TEST_CASE("an impossible edit is rejected") {
  CHECK(set("deps = 3\n").starts_with("error: "));
  CHECK(set("[deps\n").starts_with("error: line 1"));
  CHECK(set("[[deps.from.company]]\nx = 1\n").starts_with("error: "));
  CHECK(append("[set]\npackages = \"a\"\n").starts_with("error: "));
}
