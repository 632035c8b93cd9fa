#include "cli/inspect/graphs.h"

#include <fmt/format.h>

#include "base/text.h"
#include "cli/command/overrides.h"
#include "cli/command/settings.h"
#include "cli/command/wanted.h"
#include "cli/command/with_engine.h"
#include "cli/output/complain.h"
#include "cli/output/while_read.h"

namespace eka::cli {

void GraphArguments::add_to(CLI::App& command, const std::string& help) {
  command.add_option("uri", uris, help + " (default: the atom in the current directory)")->type_name("URI");
  add_override_option(command, overrides);
}

Graphs read_graphs(const Common& common, const GraphArguments& arguments) {
  const auto preferences = read_preferences(common);
  Graphs out;
  out.items = read_wanted_or_here(arguments.uris, preferences.aliases);
  std::vector<std::string> warnings;
  add_overrides(out.items, arguments.overrides, preferences.aliases, warnings);
  for (const auto& warning : warnings) print_error(warning_text(warning, Palette(common.color)));
  out.report = with_engine<engine::GraphReport>(preferences.settings, common, [&](engine::Context& context) {
    return while_read(engine::dependency_graphs(context, out.items));
  });
  return out;
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
