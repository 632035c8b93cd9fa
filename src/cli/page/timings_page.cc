#include "cli/page/timings_page.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "cli/page/html.h"
#include "cli/page/sources.h"
#include "cli/progress/layout.h"
#include "cli/progress/words.h"
#include "cli/timings/analysis.h"

namespace eka::cli {
namespace {

using engine::Stage;
using page::escaped;
using Span = Recording::Span;

constexpr std::size_t chart_parts = 400;
constexpr std::size_t most_listed = 20;

std::string time_text(double milliseconds) {
  if (milliseconds < 999.5) return fmt::format("{:.0f} ms", milliseconds);
  return duration_text(std::chrono::milliseconds(std::llround(milliseconds)));
}

// The class of a bar, and what its color means.
struct Bar {
  char css;
  const char* meaning;
};
Bar bar_of(Stage stage) {
  switch (stage) {
    case Stage::query:
      return {'q', "query for refs"};
    case Stage::transfer:
      return {'t', "transfer of objects or files"};
    case Stage::wait:
      return {'w', "busy server"};
    case Stage::resolve:
      return {'r', "choice of versions"};
    case Stage::materialize:
      return {'m', "unpacking of trees"};
    case Stage::evaluate:
      return {'e', "evaluation"};
    case Stage::import:
      return {'i', "import to the Nix store"};
    case Stage::build:
      return {'b', "build"};
    case Stage::locate:
    case Stage::fetch_root:
    case Stage::fetch_closure:
      break;
  }
  return {'o', "waiting for requests"};
}

std::string run_figures(const Recording& recording) {
  std::uint64_t bytes = 0;
  std::uint64_t retries = 0;
  std::uint64_t requests = 0;
  for (const auto& [url, traffic] : recording.remotes) {
    bytes += traffic.bytes_received;
    retries += traffic.retries;
    requests += traffic.requests + traffic.handshakes;
  }
  std::string out = "<ul class=\"figures\">\n";
  const auto figure = [&](const std::string& value, std::string_view what) {
    out += fmt::format("<li><b>{}</b>{}</li>\n", value, what);
  };
  figure(time_text(recording.length), "in all");
  figure(std::to_string(recording.evaluated), "evaluated");
  figure(std::to_string(recording.remembered), "remembered");
  if (recording.failed > 0) figure(std::to_string(recording.failed), "failed");
  figure(std::to_string(recording.remotes.size()), "remotes");
  figure(std::to_string(requests), "requests");
  figure(std::to_string(retries), "retries");
  figure(size_text(bytes), "received");
  return out + "</ul>\n";
}

std::string limit_text(const Recording& recording) {
  const Limit limit = limit_of(recording);
  std::string out = "<h2>How fast this run could have been</h2>\n";
  if (limit.best() <= 0 || recording.length <= 0) {
    return out + "<p>Nothing in this run took long enough to say.</p>\n";
  }
  out += fmt::format("<p>At best <b>{}</b>, {:.0f} % of what it took, ", time_text(limit.best()),
                     100 * limit.best() / recording.length);
  out +=
      limit.chain >= limit.evaluations
          ? fmt::format("since <code>{}</code> alone needs that long from its first request to its evaluation.</p>\n",
                        escaped(limit.chain_of))
          : fmt::format("since all evaluations need that long if {} of them run at a time.</p>\n", recording.jobs);
  return out;
}

std::string critical_table(const Recording& recording, const std::vector<std::size_t>& path) {
  std::string out =
      "<h2>Critical path</h2>\n<p>The work that the run waited for: each step began when the one before it had ended. "
      "Only a shorter step here makes the run shorter.</p>\n";
  if (path.empty()) return out + "<p>Nothing took long enough to be on it.</p>\n";
  out += "<table><tr><th class=\"n\">from</th><th class=\"n\">took</th><th>step</th><th>of</th></tr>\n";
  // The longest steps, in the order of time.
  std::vector<std::size_t> shown = path;
  std::ranges::stable_sort(shown, std::ranges::greater{}, [&](std::size_t i) { return recording.spans[i].length(); });
  if (shown.size() > most_listed) shown.resize(most_listed);
  std::ranges::sort(shown, {}, [&](std::size_t i) { return recording.spans[i].begin; });
  for (const auto index : shown) {
    const auto& span = recording.spans[index];
    out += fmt::format("<tr><td class=\"n\">{}</td><td class=\"n\">{}</td><td>{}</td><td><code>{}</code></td></tr>\n",
                       time_text(span.begin), time_text(span.length()), doing(span.stage), escaped(span.what));
  }
  out += "</table>\n";
  if (shown.size() < path.size()) {
    out += fmt::format("<p class=\"quiet\">and {} shorter steps</p>\n", path.size() - shown.size());
  }
  return out;
}

// An SVG path through the values, scaled so that `highest` is the top; closed to an area if `area`.
std::string curve(const std::vector<double>& values, double highest, const char* name, bool area) {
  if (highest <= 0) return {};
  std::string d;
  for (std::size_t i = 0; i < values.size(); ++i) {
    d += fmt::format("{}{} {:.1f}", d.empty() ? "M" : "L", i, 98 - 96 * values[i] / highest);
  }
  if (area) d += fmt::format("L{} 98L0 98Z", values.size() - 1);
  return fmt::format("<path class=\"{}\" d=\"{}\"/>\n", name, d);
}

std::string load_chart(const Recording& recording) {
  const Load load = load_of(recording, chart_parts);
  const double requests = std::ranges::max(load.requests);
  const double evaluations = std::ranges::max(load.evaluations);
  const double bytes = std::ranges::max(load.bytes);
  const double most = std::max(requests, evaluations);
  std::string out = "<h2>At the same time</h2>\n";
  out += fmt::format(
      "<svg class=\"chart\" viewBox=\"0 0 {} 100\" preserveAspectRatio=\"none\" role=\"img\">\n"
      "<title>Requests, evaluations and received bytes over time</title>\n",
      chart_parts - 1);
  out += curve(load.requests, most, "requests", true);
  out += curve(load.evaluations, most, "evaluations", true);
  out += curve(load.bytes, bytes, "bytes", false);
  out += "</svg>\n<ul class=\"key\">";
  out += fmt::format("<li><i class=\"t\"></i>requests, at most {:.1f} at a time</li>", requests);
  out += fmt::format("<li><i class=\"e\"></i>evaluations, at most {:.1f} at a time</li>", evaluations);
  out += fmt::format("<li><i style=\"background:var(--mark)\"></i>received, at most {}/s</li></ul>\n",
                     size_text(static_cast<std::uint64_t>(bytes)));
  return out;
}

std::string remotes_table(const Recording& recording, const std::vector<Lane>& lanes) {
  std::vector<std::pair<double, const engine::RemoteCost*>> rows;
  for (const auto& cost : recording.remotes) {
    double busy = 0;
    for (const auto& lane : lanes) {
      if (lane.kind == Lane::Kind::remote && lane.name == cost.url) busy += lane.busy;
    }
    rows.emplace_back(busy, &cost);
  }
  std::ranges::stable_sort(rows, std::ranges::greater{}, [](const auto& row) { return row.first; });
  std::string out = "<h2>Slowest remotes</h2>\n";
  if (rows.empty()) return out + "<p>No request was sent.</p>\n";
  out +=
      "<table><tr><th>remote</th><th class=\"n\">waited for</th><th class=\"n\">requests</th><th "
      "class=\"n\">retries</th>"
      "<th class=\"n\">received</th></tr>\n";
  for (std::size_t i = 0; i < std::min(rows.size(), most_listed); ++i) {
    const auto& [busy, cost] = rows[i];
    out += fmt::format(
        "<tr><td><code>{}</code></td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td>"
        "<td class=\"n\">{}</td></tr>\n",
        escaped(cost->url), time_text(busy), cost->traffic.requests + cost->traffic.handshakes, cost->traffic.retries,
        size_text(cost->traffic.bytes_received));
  }
  out += "</table>\n";
  if (rows.size() > most_listed) out += fmt::format("<p class=\"quiet\">and {} more</p>\n", rows.size() - most_listed);
  return out;
}

std::string evaluations_table(const Recording& recording) {
  const auto spans = slowest(recording, Stage::evaluate, most_listed);
  std::string out = "<h2>Slowest evaluations</h2>\n";
  if (spans.empty()) return out + "<p>Nothing was evaluated.</p>\n";
  out += "<table><tr><th>atom</th><th class=\"n\">took</th></tr>\n";
  for (const auto index : spans) {
    const auto& span = recording.spans[index];
    out += fmt::format("<tr><td><code>{}</code></td><td class=\"n\">{}</td></tr>\n", escaped(span.what),
                       time_text(span.length()));
  }
  return out + "</table>\n";
}

std::string retries_table(const Recording& recording) {
  if (recording.retries.empty()) return {};
  std::string out = "<h2>Retries</h2>\n<table><tr><th class=\"n\">at</th><th>reason</th></tr>\n";
  for (std::size_t i = 0; i < std::min(recording.retries.size(), most_listed); ++i) {
    const auto& [at, text] = recording.retries[i];
    out += fmt::format("<tr><td class=\"n\">{}</td><td>{}</td></tr>\n", time_text(at), escaped(text));
  }
  return out + "</table>\n";
}

class Timeline {
 public:
  Timeline(const Recording& recording, const std::vector<std::size_t>& path)
      : recording_(recording), critical_(path.begin(), path.end()) {}

  std::string html(const std::vector<Lane>& lanes) const {
    std::string out = "<div id=\"timeline\" tabindex=\"0\" aria-label=\"timeline\"><div id=\"rows\">\n" + axis();
    for (const auto& [kind, title] :
         {std::pair(Lane::Kind::remote, "Remotes"), {Lane::Kind::atom, "Atoms"}, {Lane::Kind::run, "The run"}}) {
      std::string rows;
      for (const auto& lane : lanes) {
        if (lane.kind == kind) rows += row(lane);
      }
      if (rows.empty()) continue;
      out += fmt::format("<div class=\"group\">{}</div>\n<div class=\"lanes\">\n{}</div>\n", title, rows);
    }
    return out + "</div></div>\n";
  }

 private:
  double percent(double milliseconds) const {
    return recording_.length <= 0 ? 0 : 100 * milliseconds / recording_.length;
  }

  std::string axis() const {
    constexpr double most_ticks = 10;
    double step = 1;
    for (int i = 0; recording_.length / step > most_ticks; ++i) step *= i % 3 == 1 ? 2.5 : 2;
    std::string ticks;
    for (double at = 0; at < recording_.length; at += step) {
      ticks += fmt::format("<span style=\"left:{:.2f}%\">{}</span>", percent(at), time_text(at));
    }
    return fmt::format("<div class=\"axis\"><div class=\"name\"></div><div class=\"bars\">{}</div></div>\n", ticks);
  }

  std::string row(const Lane& lane) const {
    std::string bars;
    for (const auto index : lane.spans) bars += bar(index);
    const auto name = escaped(lane.name);
    return fmt::format(
        "<div class=\"row\" data-busy=\"{:.0f}\"><div class=\"name\" title=\"{}\"><bdi>{}</bdi></div>"
        "<div class=\"bars\">{}</div></div>\n",
        lane.busy, name, name, bars);
  }

  std::string bar(std::size_t index) const {
    const Span& span = recording_.spans[index];
    return fmt::format("<i class=\"{}{}{}\" style=\"left:{:.2f}%;width:{:.2f}%\" title=\"{} {}, from {}{}\"></i>",
                       bar_of(span.stage).css, critical_.contains(index) ? " c" : "", span.finished ? "" : " u",
                       percent(span.begin), percent(span.length()),
                       is_work(span.stage) ? doing(span.stage) : "waiting,", time_text(span.length()),
                       time_text(span.begin), span.finished ? "" : ", not finished");
  }

  const Recording& recording_;
  std::set<std::size_t> critical_;
};

std::string key() {
  std::string out = "<ul class=\"key\">";
  for (const Stage stage : {Stage::query, Stage::transfer, Stage::wait, Stage::resolve, Stage::materialize,
                            Stage::evaluate, Stage::import, Stage::build, Stage::fetch_closure}) {
    const Bar kind = bar_of(stage);
    out += fmt::format("<li><i class=\"{}\"></i>{}</li>", kind.css, kind.meaning);
  }
  return out + "<li><i style=\"box-shadow:0 0 0 2px var(--mark)\"></i>on the critical path</li></ul>\n";
}

constexpr std::string_view controls =
    "<div class=\"controls\" id=\"controls\" hidden>\n"
    "<input id=\"filter\" type=\"search\" placeholder=\"filter rows ( / )\" aria-label=\"filter rows\">\n"
    "<button id=\"out\" aria-label=\"zoom out\">&minus;</button><button id=\"in\" aria-label=\"zoom in\">+</button>\n"
    "<label>order <select id=\"sort\"><option value=\"time\">first begun</option>"
    "<option value=\"longest\">longest</option></select></label>\n"
    "<label><input id=\"critical\" type=\"checkbox\"> only the critical path</label>\n"
    "<span id=\"found\" class=\"quiet\" role=\"status\"></span>\n"
    "<span class=\"quiet\">keys: / filter, + and &minus; zoom, 0 all</span>\n</div>\n"
    "<div id=\"tip\" hidden></div>\n";

}  // namespace

std::string timings_page(const Recording& recording) {
  const auto lanes = lanes_of(recording);
  const auto path = critical_path(recording);
  std::string body = fmt::format("<h1>{}</h1>\n", escaped(recording.command));
  body += run_figures(recording) + limit_text(recording) + load_chart(recording);
  body += "<h2>Timeline</h2>\n" + key();
  body += controls;
  body += Timeline(recording, path).html(lanes);
  body += critical_table(recording, path) + remotes_table(recording, lanes) + evaluations_table(recording) +
          retries_table(recording);
  const std::string css = std::string(page::common_css) + std::string(page::timings_css);
  return page::whole("Timings of " + recording.command, css, body, page::timings_js);
}

}  // namespace eka::cli
