#include "cli/inspect/graphs.h"

#include <fmt/format.h>

#include "base/text.h"
#include "cli/command/settings.h"
#include "cli/command/wanted.h"
#include "cli/command/with_engine.h"
#include "cli/output/complain.h"
#include "cli/output/report_json.h"
#include "cli/output/while_read.h"

namespace eka::cli {

Graphs read_graphs(const Common& common, const std::vector<std::string>& uris) {
  const auto preferences = read_preferences(common);
  Graphs out;
  out.items = read_wanted_or_here(uris, preferences.aliases);
  const auto display = make_display(decide(common.progress, common.quiet), common.verbose, Palette(common.color));
  out.report = with_engine<engine::GraphReport>(preferences.settings, *display, [&](engine::Context& context) {
    return while_read(engine::dependency_graphs(context, out.items));
  });
  return out;
}

int finish_graphs(const Common& common, const Graphs& graphs, const std::vector<Error>& errors) {
  print_error(describe(errors, Palette(common.color)));
  if (common.verbose > 0) tell_costs(graphs.report.remotes);
  return exit_code(errors);
}

engine::Nodes require_named(const engine::DependencyGraph& graph, const std::string& name) {
  auto parsed = engine::DependencyName::parse(name);
  if (!parsed) throw std::move(parsed).error().within("parsing " + name);
  auto nodes = engine::nodes_named(graph, *parsed);
  if (!nodes.empty()) return nodes;
  Error error(Kind::failure, fmt::format("{} does not depend on `{}`", graph.nodes.front().atom.str(), parsed->str()));
  std::vector<std::string> labels;
  for (const auto& node : graph.nodes) labels.push_back(node.atom.label.str());
  const auto near = nearest(parsed->label.str(), labels);
  throw near.empty() || near == parsed->label.str()
      ? error
      : std::move(error).with_hint(fmt::format("did you mean `{}`?", near));
}

}  // namespace eka::cli
