#include "cli/ci/eval_job_lines.h"

#include <doctest/doctest.h>

namespace eka::cli {
namespace {

engine::Wanted wanted(const std::string& uri) {
  return {uri, unwrap(atom::AtomUri::parse(uri, {})), std::nullopt};
}

std::vector<std::string> attrs(const std::vector<std::string>& uris) {
  std::vector<engine::Wanted> items;
  for (const auto& uri : uris) items.push_back(wanted(uri));
  std::vector<std::string> out;
  for (const auto& path : attr_paths(items)) out.push_back(attr_of(path));
  return out;
}

using Strings = std::vector<std::string>;

TEST_CASE("jobs are named by their labels, and by their URIs where those are ambiguous") {
  CHECK(attrs({"https://a.example/s::server", "https://b.example/s::tool@^1"}) == Strings{"server", "tool"});
  CHECK(attrs({"https://a.example/s::server", "https://a.example/s::server@^1", "https://a.example/s::tool"}) ==
        Strings{"server.\"https://a.example/s::server\"", "server.\"https://a.example/s::server@^1\"", "tool"});
  CHECK(attrs({"https://a.example/s::tool", "https://a.example/s::tool"}) == Strings{"tool", "tool"});
}

TEST_CASE("an error is a line with the text that people see") {
  const Error error = Error(Kind::evaluation, "no “main”").within("planning x").with_hint("add it");
  CHECK(eval_job_line({"x.y"}, std::unexpected(error)).canonical() ==
        R"({"attr":"\"x.y\"","attrPath":["x.y"],)"
        R"("error":"error: no “main”\n  while planning x\n  help: add it","fatal":false})");
  CHECK(fatal_line(Error(Kind::usage, "Nix is missing")).canonical() ==
        R"({"attr":"","attrPath":[],"error":"error: Nix is missing","fatal":true})");
}

}  // namespace
}  // namespace eka::cli
