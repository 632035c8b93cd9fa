#include "cli/plan/prefetch_report.h"

#include <algorithm>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "base/count_text.h"
#include "cli/output/report_json.h"

namespace eka::cli {
namespace {

using engine::Missing;
using engine::Published;

atom::Json published_json(const Published& atom) {
  atom::Json out;
  out["set"] = atom.set.hex();
  out["label"] = atom.label.str();
  out["version"] = atom.version.str();
  out["rev"] = atom.rev.hex();
  return out;
}

atom::Json atoms_json(const std::vector<Published>& atoms) {
  atom::Json out(atom::Json::Array{});
  for (const auto& atom : atoms) out.push_back(published_json(atom));
  return out;
}

std::string url_of(const atom::LockedDirect& source) {
  const auto text = std::visit([](const auto& each) { return each.url; }, source.source);
  const auto url = atom::Url::parse(text);
  return url ? url->str() : text;  // redacted
}

atom::Json source_json(const atom::LockedDirect& source) {
  atom::Json out;
  out["name"] = source.name();
  out["type"] = std::string(source.type());
  out["url"] = url_of(source);
  return out;
}

// What item `index` of the report was requested as: a URI as typed, or a file.
std::pair<const char*, std::string> asked(const engine::PrefetchRequest& request, std::size_t index) {
  if (index < request.items.size()) return {"uri", request.items[index].typed};
  return {"lock", request.locks[index - request.items.size()].name};
}

atom::Json closure_json(const engine::Prefetched& closure) {
  atom::Json out(atom::Json::Object{});
  if (closure.root) out["root"] = published_json(*closure.root);
  out["atoms"] = atoms_json(closure.atoms);
  out["milliseconds"] = times_json(closure.milliseconds);
  return out;
}

atom::Json closure_json(const Missing& closure) {
  atom::Json out(atom::Json::Object{});
  if (closure.root) out["root"] = published_json(*closure.root);
  out["missing"] = atom::Json::Object{};
  out["missing"]["atoms"] = atoms_json(closure.atoms);
  out["missing"]["sources"] = atom::Json::Array{};
  for (const auto& source : closure.sources) out["missing"]["sources"].push_back(source_json(source));
  out["missing"]["may_be_more"] = closure.may_be_more;
  return out;
}

template <class Closure>
atom::Json closures_json(const engine::PrefetchRequest& request, const std::vector<Result<Closure>>& closures) {
  atom::Json out(atom::Json::Array{});
  for (std::size_t i = 0; i < closures.size(); ++i) {
    auto entry = closures[i] ? closure_json(*closures[i]) : atom::Json(atom::Json::Object{});
    if (!closures[i]) entry["error"] = error_json(closures[i].error());
    const auto [key, name] = asked(request, i);
    entry[key] = name;
    out.push_back(std::move(entry));
  }
  return out;
}

// By their content: sources of several closures are often the same.
using SourceKey = std::tuple<std::string, std::string, std::string>;  // type, name, url

struct All {
  std::set<Published> atoms;
  std::set<SourceKey> sources;
  std::size_t closures = 0;  // that miss something
  bool may_be_more = false;

  explicit All(const MissingReport& report) {
    for (const auto& closure : report) {
      if (!closure || closure->is_nothing()) continue;
      ++closures;
      atoms.insert(closure->atoms.begin(), closure->atoms.end());
      for (const auto& source : closure->sources) sources.emplace(source.type(), source.name(), url_of(source));
      may_be_more = may_be_more || closure->may_be_more;
    }
  }
};

}  // namespace

atom::Json prefetch_document(const engine::PrefetchRequest& request, const engine::PrefetchReport& report,
                             std::chrono::milliseconds spent) {
  std::set<Published> atoms;
  for (const auto& closure : report.closures) {
    if (!closure) continue;
    if (closure->root) atoms.insert(*closure->root);
    atoms.insert(closure->atoms.begin(), closure->atoms.end());
  }
  net::Traffic traffic;
  for (const auto& remote : report.remotes) traffic += remote.traffic;
  atom::Json total;
  total["atoms"] = std::uint64_t{atoms.size()};
  total["atoms_received"] = std::uint64_t{report.atoms_received};
  total["sources_received"] = std::uint64_t{report.sources_received};
  total["requests"] = traffic.handshakes + traffic.requests;
  total["retries"] = traffic.retries;
  total["bytes_received"] = traffic.bytes_received;
  total["bytes_sent"] = traffic.bytes_sent;
  total["milliseconds"] = static_cast<std::uint64_t>(spent.count());
  atom::Json document;
  document["format"] = 1;
  document["closures"] = closures_json(request, report.closures);
  document["remotes"] = costs_json(report.remotes);
  document["total"] = std::move(total);
  return document;
}

atom::Json missing_document(const engine::PrefetchRequest& request, const MissingReport& report) {
  const All all(report);
  atom::Json document;
  document["format"] = 1;
  document["closures"] = closures_json(request, report);
  document["missing"] = atom::Json::Object{};
  document["missing"]["atoms"] = std::uint64_t{all.atoms.size()};
  document["missing"]["sources"] = std::uint64_t{all.sources.size()};
  return document;
}

Text missing_text(const MissingReport& report) {
  const All all(report);
  Text out;
  for (const auto& atom : all.atoms) {
    out += fmt::format("atom {} {} {}\n", atom.label.str(), atom.version.str(), atom.rev.hex());
  }
  for (const auto& [type, name, url] : all.sources) out += fmt::format("source {} {}\n", name, url);
  return out;
}

std::string missing_summary(const MissingReport& report) {
  const All all(report);
  if (all.closures == 0) return {};
  return fmt::format("{} and {} of {} are not cached{}", count_text(all.atoms.size(), "atom"),
                     count_text(all.sources.size(), "source"), count_text(all.closures, "closure"),
                     all.may_be_more ? ", and what missing atoms need" : "");
}

}  // namespace eka::cli
