#include "cli/page/graph_page.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/count_text.h"
#include "cli/graph/tree_text.h"
#include "cli/page/html.h"
#include "cli/page/sources.h"
#include "cli/progress/words.h"

namespace eka::cli {
namespace {

using Node = engine::DependencyGraph::Node;
using page::escaped;

struct Set {
  std::string name;  // its tag, or "" if no graph gives it one
  std::string id;
  std::size_t atoms = 0;
};

// All graphs as one.
struct Merged {
  struct Atom {
    const Node* node;
    std::size_t set;
    std::set<std::size_t> needs;
    std::set<std::size_t> needed_by;
  };
  std::vector<Atom> atoms;
  std::vector<Set> sets;
  std::vector<std::size_t> roots;
};

Merged merged(const std::vector<engine::DependencyGraph>& graphs) {
  Merged out;
  std::map<engine::Published, std::size_t> atoms;
  std::map<std::string, std::size_t> sets;
  const auto set_of = [&](const Node& node) {
    const auto id = node.atom.set.hex();
    const auto [place, is_new] = sets.emplace(id, out.sets.size());
    if (is_new) out.sets.push_back({node.set, id});
    auto& set = out.sets[place->second];
    if (set.name.empty()) set.name = node.set;
    return place->second;
  };
  for (const auto& graph : graphs) {
    std::vector<std::size_t> places;
    for (const auto& node : graph.nodes) {
      const auto [place, is_new] = atoms.emplace(node.atom, out.atoms.size());
      if (is_new) {
        out.atoms.push_back({&node, set_of(node), {}, {}});
        ++out.sets[out.atoms.back().set].atoms;
      }
      places.push_back(place->second);
    }
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
      for (const auto next : graph.nodes[i].needs) {
        out.atoms[places[i]].needs.insert(places[next]);
        out.atoms[places[next]].needed_by.insert(places[i]);
      }
    }
    if (!places.empty() && std::ranges::find(out.roots, places.front()) == out.roots.end()) {
      out.roots.push_back(places.front());
    }
  }
  return out;
}

std::string name_of(const Set& set) {
  return set.name.empty() ? set.id.substr(0, 12) : set.name;
}

// As in graph.js: neighbours in the list of sets are far apart on the circle of colors.
int hue_of(std::size_t set) {
  constexpr double golden_angle = 137.508;
  return static_cast<int>(static_cast<double>(set) * golden_angle + 210) % 360;
}

std::string set_html(const Set& set, std::size_t index) {
  return fmt::format("<span class=\"set\" style=\"--hue:{}\"></span>{}", hue_of(index), escaped(name_of(set)));
}

atom::Json data_of(const Merged& graph) {
  atom::Json out;
  out["atoms"] = atom::Json::Array{};
  for (const auto& each : graph.atoms) {
    atom::Json entry;
    entry["label"] = each.node->atom.label.str();
    entry["version"] = each.node->atom.version.str();
    entry["set"] = std::uint64_t{each.set};
    entry["from"] = provenance(*each.node);
    entry["needs"] = atom::Json::Array{};
    for (const auto next : each.needs) entry["needs"].push_back(std::uint64_t{next});
    out["atoms"].push_back(std::move(entry));
  }
  out["sets"] = atom::Json::Array{};
  for (const auto& set : graph.sets) out["sets"].push_back(atom::Json::Object{{"name", set.name}, {"id", set.id}});
  out["roots"] = atom::Json::Array{};
  for (const auto root : graph.roots) out["roots"].push_back(std::uint64_t{root});
  return out;
}

std::string links(const Merged& graph, const std::set<std::size_t>& atoms) {
  std::vector<std::string> out;
  for (const auto index : atoms) {
    const auto& atom = graph.atoms[index].node->atom;
    out.push_back(fmt::format("<a href=\"#a{}\">{}</a>", index, escaped(atom.label.str())));
  }
  return fmt::format("{}", fmt::join(out, ", "));
}

std::string list(const Merged& graph) {
  std::string out =
      "<details id=\"list\" open><summary>List of atoms</summary>\n<table><tr><th>atom</th><th>version</th><th>set</th>"
      "<th>from</th><th>requires</th><th>required by</th></tr>\n";
  for (std::size_t i = 0; i < graph.atoms.size(); ++i) {
    const auto& each = graph.atoms[i];
    out +=
        fmt::format("<tr id=\"a{}\"><td><b>{}</b></td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                    i, escaped(each.node->atom.label.str()), escaped(each.node->atom.version.str()),
                    set_html(graph.sets[each.set], each.set), escaped(provenance(*each.node)), links(graph, each.needs),
                    links(graph, each.needed_by));
  }
  return out + "</table></details>\n";
}

std::string title_of(const Merged& graph) {
  constexpr std::size_t most_named = 3;
  std::vector<std::string> names;
  for (const auto root : graph.roots) {
    if (names.size() < most_named) names.push_back(graph.atoms[root].node->atom.str());
  }
  const std::size_t more = graph.roots.size() - names.size();
  return fmt::format("Dependencies of {}{}", fmt::join(names, ", "), more > 0 ? fmt::format(" and {} more", more) : "");
}

std::string graph_figures(const Merged& graph) {
  std::size_t edges = 0;
  std::map<std::pair<std::size_t, std::string>, std::size_t> versions;
  for (const auto& each : graph.atoms) {
    edges += each.needs.size();
    ++versions[{each.set, each.node->atom.label.str()}];
  }
  const auto several = std::ranges::count_if(versions, [](const auto& entry) { return entry.second > 1; });
  return fmt::format("<p class=\"quiet\">{} in {}, {}; {} in several versions</p>\n",
                     count_text(graph.atoms.size(), "atom"), count_text(graph.sets.size(), "set"),
                     edges == 1 ? "1 dependency" : fmt::format("{} dependencies", edges), several);
}

std::string legend(const Merged& graph) {
  std::string out = "<ul class=\"legend\">";
  for (std::size_t i = 0; i < graph.sets.size(); ++i) {
    out += fmt::format("<li>{} <span class=\"quiet\">{}</span></li>", set_html(graph.sets[i], i), graph.sets[i].atoms);
  }
  return out + "</ul>\n";
}

// Hidden until the script runs.
constexpr std::string_view screen =
    "<div class=\"controls\" id=\"controls\" hidden>\n"
    "<input id=\"search\" type=\"search\" placeholder=\"search atoms ( / )\" aria-label=\"search atoms\">\n"
    "<label>color <select id=\"color\"><option value=\"sets\">by set</option>"
    "<option value=\"versions\">several versions</option></select></label>\n"
    "<button id=\"all\" type=\"button\">Show all</button><button id=\"fold-all\" type=\"button\">Fold or unfold "
    "all</button>"
    "<button id=\"help-button\" type=\"button\">Keys</button>\n</div>\n"
    "<div class=\"screen\" id=\"screen\" hidden>\n<div id=\"graph\">"
    "<canvas id=\"canvas\" tabindex=\"0\" role=\"application\" aria-label=\"dependency graph; details of the selected "
    "atom "
    "are beside it\"></canvas>\n<ul id=\"results\" hidden></ul>\n"
    "<table id=\"help\" hidden>\n"
    "<tr><th>drag, wheel</th><td>move, zoom</td></tr>\n"
    "<tr><th>click</th><td>select; with <kbd>Shift</kbd>: path from the selected atom</td></tr>\n"
    "<tr><th>arrow keys</th><td>go to what it requires, what requires it, and neighbours</td></tr>\n"
    "<tr><th><kbd>/</kbd></th><td>search</td></tr>\n"
    "<tr><th><kbd>f</kbd> or double click</th><td>fold or unfold what only this atom requires</td></tr>\n"
    "<tr><th><kbd>p</kbd></th><td>path from here to the atom selected next</td></tr>\n"
    "<tr><th><kbd>w</kbd></th><td>why is this here: the shortest path from a root</td></tr>\n"
    "<tr><th><kbd>+</kbd> <kbd>-</kbd> <kbd>0</kbd></th><td>zoom, show all</td></tr>\n"
    "<tr><th><kbd>Esc</kbd></th><td>select nothing</td></tr>\n"
    "</table></div>\n<aside id=\"panel\" aria-live=\"polite\"></aside>\n</div>\n";

}  // namespace

std::string graph_page(const std::vector<engine::DependencyGraph>& graphs) {
  const Merged graph = merged(graphs);
  const auto title = title_of(graph);
  std::string body = fmt::format("<h1>{}</h1>\n", escaped(title));
  body += graph_figures(graph) + legend(graph);
  body += screen;
  body += list(graph) + page::data_block("data", data_of(graph));
  const std::string css = std::string(page::common_css) + std::string(page::graph_css);
  // Without atoms (all of them failed) there is nothing to draw.
  return page::whole(title, css, body, graph.roots.empty() ? std::string_view() : page::graph_js);
}

}  // namespace eka::cli
