#include "cli/ci/eval_job_lines.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "cli/ci/json_of.h"
#include "cli/output/complain.h"

namespace eka::cli {
namespace {

using atom::Json;

Json list_of(const std::vector<std::string>& texts) {
  Json out{Json::Array{}};
  for (const auto& text : texts) out.push_back(text);
  return out;
}

// "hello-1.2.0" of "/nix/store/<hash>-hello-1.2.0.drv": Nix derives the path from the name.
std::string_view name_in(std::string_view drv_path) {
  constexpr std::size_t before = std::string_view("/nix/store/").size() + 33;
  drv_path.remove_prefix(std::min(before, drv_path.size()));
  if (drv_path.ends_with(".drv")) drv_path.remove_suffix(4);
  return drv_path;
}

// The JSON of an evaluation, which is bounded; null if it is not valid.
Json json_in(const std::string& text) {
  simdjson::dom::parser parser;
  simdjson::dom::element element;
  if (parser.parse(text).get(element) != simdjson::SUCCESS) return {};
  return json_of(element);
}

std::string_view word_for(engine::CacheStatus::State state) {
  switch (state) {
    case engine::CacheStatus::State::local:
      return "local";
    case engine::CacheStatus::State::cached:
      return "cached";
    case engine::CacheStatus::State::not_built:
      return "notBuilt";
  }
  return "notBuilt";
}

void add_derivation(Json& line, const engine::EvalJob& job) {
  line["name"] = name_in(job.plan.drv_path);
  line["system"] = job.derivation.system;
  line["drvPath"] = job.plan.drv_path;
  line["outputs"] = Json::Object{};
  for (const auto& output : job.derivation.outputs) line["outputs"][output.name] = output.path;
  line["inputDrvs"] = Json::Object{};
  for (const auto& input : job.derivation.input_derivations) line["inputDrvs"][input.path] = list_of(input.outputs);
  line["requiredSystemFeatures"] = list_of(job.derivation.required_system_features);
}

void add_cache_status(Json& line, const engine::CacheStatus& cache) {
  line["cacheStatus"] = word_for(cache.state);
  line["isCached"] = cache.state != engine::CacheStatus::State::not_built;
  line["neededBuilds"] = list_of(cache.needed_builds);
  line["neededSubstitutes"] = list_of(cache.needed_substitutes);
}

Json failed_line(const AttrPath& path, const Error& error, bool is_fatal) {
  std::string text = describe(error, Palette(Color::never)).bytes();
  if (text.ends_with('\n')) text.pop_back();
  Json line;
  line["attr"] = attr_of(path);
  line["attrPath"] = list_of(path);
  line["error"] = std::move(text);
  line["fatal"] = is_fatal;
  return line;
}

}  // namespace

std::vector<AttrPath> attr_paths(const std::vector<engine::Wanted>& items) {
  std::map<std::string, std::set<std::string>> uris;  // by label
  for (const auto& item : items) uris[item.uri.label.str()].insert(item.typed);
  std::vector<AttrPath> out;
  for (const auto& item : items) {
    AttrPath& path = out.emplace_back();
    const std::string label = item.uri.label.str();
    if (item.located && !*item.located && !item.typed.contains("::" + label)) {
      path.push_back(item.typed);
      continue;
    }
    path.push_back(label);
    if (uris[path.front()].size() > 1) path.push_back(item.typed);
  }
  return out;
}

std::string attr_of(const AttrPath& path) {
  std::string out;
  for (const auto& part : path) {
    if (!out.empty()) out += ".";
    out += part.find('.') == part.npos ? part : "\"" + part + "\"";
  }
  return out;
}

Json eval_job_line(const AttrPath& path, const Result<engine::EvalJob>& job) {
  if (!job) return failed_line(path, job.error(), false);
  Json line;
  line["attr"] = attr_of(path);
  line["attrPath"] = list_of(path);
  add_derivation(line, *job);
  if (job->plan.meta) line["meta"] = json_in(*job->plan.meta);
  if (job->cache) add_cache_status(line, *job->cache);
  return line;
}

Json fatal_line(const Error& error) {
  return failed_line({}, error, true);
}

void EvalJobLines::write(std::size_t index, const Result<engine::EvalJob>& job) {
  lines_.write(Text::line(eval_job_line(paths_[index], job)));
}

void EvalJobLines::write_fatal(const Error& error) {
  lines_.write(Text::line(fatal_line(error)));
}

}  // namespace eka::cli
