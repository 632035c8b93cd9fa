// eka graph URI…: the dependency graph.
#include <cstdlib>
#include <memory>

#include <fmt/format.h>

#include "cli/ci/report_errors.h"
#include "cli/command/command.h"
#include "cli/command/overrides.h"
#include "cli/command/selection.h"
#include "cli/command/settings.h"
#include "cli/command/with_engine.h"
#include "cli/graph/graph_text.h"
#include "cli/output/complain.h"
#include "cli/output/report_json.h"
#include "cli/output/while_read.h"
#include "cli/page/graph_page.h"
#include "coro/process/process.h"
#include "engine/plan/dependency_graph.h"

namespace eka::cli {
namespace {

struct GraphOptions {
  SelectionOptions atoms;
  std::vector<std::string> overrides;
  std::string format = "text";
};

atom::Json json_document(const std::vector<engine::Wanted>& items, const engine::GraphReport& report) {
  atom::Json document;
  document["format"] = 1;
  document["graphs"] = atom::Json::Array{};
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto& graph = report.graphs[i];
    atom::Json entry = graph ? graph_json(*graph) : atom::Json(atom::Json::Object{});
    if (!graph) entry["error"] = error_json(graph.error());
    entry["uri"] = items[i].typed;
    document["graphs"].push_back(std::move(entry));
  }
  return document;
}

// Drawn by Graphviz. Throws Kind::failure if it is not installed or fails.
std::string svg_of(const std::string& dot) {
  coro::Command command({"dot", "-Tsvg"});
  for (const char* const name : {"PATH", "HOME"}) {
    if (const char* const value = std::getenv(name)) command.env[name] = value;
  }
  command.input = dot;
  std::optional<coro::Exit> exit;
  try {
    exit = with_runtime<coro::Exit>([&](coro::Runtime&) { return coro::run(command); });
  } catch (const Error& error) {
    throw Error(error)
        .within("drawing the graph with dot")
        .with_hint("install Graphviz (Debian: apt-get install graphviz), or use --format html");
  }
  if (!exit->ok()) throw Error(Kind::failure, "dot failed: " + exit->errors).within("drawing the graph");
  return exit->output;
}

void show(const std::string& format, const std::vector<engine::Wanted>& items, const engine::GraphReport& report) {
  std::vector<engine::DependencyGraph> graphs;
  for (const auto& graph : report.graphs) {
    if (graph) graphs.push_back(*graph);
  }
  if (format == "json") {
    print(Text::pretty(json_document(items, report)));
  } else if (format == "dot") {
    print(graphs_dot(graphs));
  } else if (format == "html") {
    print(graph_page(graphs));
  } else if (format == "svg") {
    print(svg_of(graphs_dot(graphs)));
  } else {
    for (const auto& graph : graphs) print(graph_text(graph));
  }
}

// What a run needs that selects its atoms first.
struct GraphRun {
  const GraphOptions& options;
  const atom::Aliases& aliases;
  const Palette& palette;
  std::vector<engine::Wanted> items{};
};

coro::Task<engine::GraphReport> select_and_read(engine::Context* context, engine::Selection selection, GraphRun* run) {
  run->items = co_await select_with_overrides(*context, std::move(selection), run->options.overrides, run->aliases,
                                              run->palette);
  co_return co_await engine::dependency_graphs(*context, run->items, run->options.atoms.fail_fast);
}

int graph(const Common& common, const GraphOptions& options) {
  const Palette palette(common.color);
  const auto preferences = read_preferences(common);
  const auto selection = options.atoms.read(preferences.aliases);
  GraphRun run{options, preferences.aliases, palette};
  const auto report = with_engine<engine::GraphReport>(preferences.settings, common, [&](engine::Context& context) {
    return while_read(select_and_read(&context, selection, &run));
  });
  show(options.format, run.items, report);
  std::vector<Error> errors;
  for (const auto& result : report.graphs) {
    if (!result) errors.push_back(result.error());
  }
  report_errors(errors, palette);
  if (common.verbose > 0) tell_costs(report.remotes);
  return exit_code(errors);
}

}  // namespace

void add_graph(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("graph", "show the dependency graph of atoms");
  const auto options = std::make_shared<GraphOptions>();
  options->atoms.add_to(*command);
  add_override_option(*command, options->overrides);
  command
      ->add_option(
          "--format", options->format,
          "output format: text, html (a page to explore the graph), svg (needs Graphviz), dot or json (default: text)")
      ->type_name("FORMAT")
      ->check(one_of({"text", "html", "svg", "dot", "json"}));
  command->footer("Example:\n  eka graph --format html ::server >graph.html\n");
  command->callback([options, &action] {
    options->atoms.check_given();
    action = [options](const Common& common) { return graph(common, *options); };
  });
}

}  // namespace eka::cli
