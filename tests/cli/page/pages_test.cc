#include <doctest/doctest.h>

#include "cli/page/graph_page.h"
#include "cli/page/timings_page.h"
#include "tests/cli/plans.h"

using namespace eka;
using engine::DependencyGraph;
using engine::Stage;

namespace {

constexpr std::size_t megabyte = 1'000'000;
const std::string hostile = "http://h/</script><script>alert(1)</script>\"><img src=x onerror=alert(1)>";

bool has(const std::string& html, const std::string& text) {
  return html.find(text) != std::string::npos;
}

std::size_t count(const std::string& html, const std::string& text) {
  std::size_t out = 0;
  for (auto at = html.find(text); at != std::string::npos; at = html.find(text, at + 1)) ++out;
  return out;
}

// Each atom requires three of the next ones; the last is in the working tree. Deterministic.
DependencyGraph graph_of(std::size_t size) {
  DependencyGraph out;
  const auto one = cli::plan_of("atom");
  for (std::size_t i = 0; i < size; ++i) {
    DependencyGraph::Node node{{one.rev, cli::plan_of("atom-" + std::to_string(i)).label, one.version, one.rev},
                               i == 0 ? "" : "company",
                               false,
                               {},
                               {"https://git.example.org/company.git"},
                               false};
    for (const std::size_t step : {std::size_t{1}, std::size_t{7}, std::size_t{40}}) {
      if (i + step < size) node.needs.push_back(i + step);
    }
    out.nodes.push_back(std::move(node));
  }
  return out;
}

}  // namespace

TEST_CASE("the page of timings says what a reader without JavaScript needs") {
  cli::Recording recording;
  recording.command = "eka plan ::a";
  recording.length = 1000;
  recording.evaluated = 1;
  recording.spans = {{Stage::transfer, "http://h/1", 0, 400}, {Stage::evaluate, "::a", 400, 950}};
  recording.remotes = {{"http://h/1", {}}};
  recording.remotes[0].traffic.requests = 2;
  recording.remotes[0].traffic.bytes_received = 340'000;
  recording.retries = {{100, "http://h/1: connection reset"}};
  const auto html = cli::timings_page(recording);
  CHECK(has(html, "<h1>eka plan ::a</h1>"));
  CHECK(has(html, "<b>1.0 s</b>in all"));
  CHECK(has(html, "<b>340 kB</b>received"));
  CHECK(has(html, "class=\"t c\" style=\"left:0.00%;width:40.00%\""));
  CHECK(has(html, "class=\"e c\" style=\"left:40.00%;width:55.00%\""));
  CHECK(has(html, "http://h/1: connection reset"));
  CHECK(has(html, "At best <b>550 ms</b>, 55 % of what it took"));
}

TEST_CASE("the page of an empty run") {
  CHECK(has(cli::timings_page({}), "Nothing in this run took long enough to say."));
}

TEST_CASE("hostile names in the page of timings are text") {
  cli::Recording recording;
  recording.command = "eka plan " + hostile;
  recording.length = 10;
  recording.spans = {{Stage::transfer, hostile, 0, 5}, {Stage::evaluate, hostile, 5, 10}};
  recording.retries = {{1, hostile}};
  recording.remotes = {{hostile, {}}};
  const auto html = cli::timings_page(recording);
  CHECK(count(html, "<script") == 1);
  CHECK_FALSE(has(html, "<img"));
}

TEST_CASE("the page of a run with a thousand atoms is below two megabytes") {
  cli::Recording recording;
  recording.command = "eka plan";
  recording.length = 60'000;
  for (int i = 0; i < 1000; ++i) {
    const auto name =
        "https://git.example.org/packages/set-" + std::to_string(i % 60) + ".git::atom-" + std::to_string(i);
    const double at = i * 59;
    recording.spans.push_back({Stage::fetch_root, name, 0, at});
    recording.spans.push_back({Stage::fetch_closure, name, at, at + 10});
    recording.spans.push_back({Stage::materialize, name, at + 10, at + 20});
    recording.spans.push_back({Stage::evaluate, name, at + 20, at + 60});
  }
  CHECK(cli::timings_page(recording).size() < 2 * megabyte);
}

TEST_CASE("the page of a graph lists each atom with what it requires and what requires it") {
  const auto html = cli::graph_page({graph_of(3), graph_of(3)});
  CHECK(has(html, "<title>Dependencies of atom-0 1.0.0</title>"));
  CHECK(has(html, "3 atoms in 1 set, 2 dependencies; 0 in several versions"));
  CHECK(count(html, "<tr id=\"a") == 3);
  CHECK(has(html, "<td><a href=\"#a2\">atom-2</a></td><td><a href=\"#a0\">atom-0</a></td></tr>"));
  CHECK(has(html, "at https://git.example.org/company.git"));
}

TEST_CASE("hostile names in the page of a graph are text") {
  auto graph = graph_of(2);
  graph.nodes[1].set = hostile;
  graph.nodes[1].vouched_by = {hostile};
  const auto html = cli::graph_page({graph});
  CHECK(count(html, "<script") == 2);  // the data and the script
  CHECK_FALSE(has(html, "<img"));
}

TEST_CASE("the page of a graph of two thousand atoms is below two megabytes") {
  CHECK(cli::graph_page({graph_of(2000)}).size() < 2 * megabyte);
}

TEST_CASE("the page of no graph") {
  CHECK(has(cli::graph_page({}), "0 atoms in 0 sets"));
}
