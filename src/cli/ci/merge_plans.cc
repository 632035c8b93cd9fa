#include "cli/ci/merge_plans.h"

#include <algorithm>
#include <list>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "base/text.h"
#include "cli/ci/json_of.h"
#include "cli/output/shard.h"

namespace eka::cli {
namespace {

namespace dom = simdjson::dom;

// The requests of the whole run to one remote: the sum of each counter over all shards.
using Counters = std::map<std::string, std::uint64_t>;
using Costs = std::map<std::string, Counters>;  // by url

atom::Json cost_json(const std::string& url, const Counters& counters) {
  atom::Json out;
  out["url"] = url;
  for (const auto& [name, value] : counters) out[name] = value;
  return out;
}

// The parsed documents. Throws simdjson_error for malformed documents, Error for inconsistent ones.
class Merge {
 public:
  void add(const PlanDocument& document) {
    const dom::element root = parsers_.emplace_back().parse(document.text);
    if (std::int64_t(root["format"]) != 1) throw Error(Kind::usage, "unsupported format: must be 1");
    const Shard shard = shard_of(root);
    if (count_ && *count_ != shard.count) {
      throw Error(Kind::usage, fmt::format("shard {} does not match the other documents, which have {} shards",
                                           shard.str(), *count_));
    }
    count_ = shard.count;
    if (!names_.emplace(shard.number, document.name).second) {
      throw Error(Kind::usage, fmt::format("duplicate shard {}, also in {}", shard.str(), names_[shard.number]));
    }
    std::size_t nth = 0;
    for (const dom::element plan : root["plans"].get_array()) plans_.emplace(shard.position(nth++), plan);
    for (const dom::element cost : root["remotes"].get_array()) add_cost(cost);
  }

  MergedPlans finish() const {
    check_complete();
    MergedPlans out;
    out.document["format"] = 1;
    out.document["plans"] = atom::Json::Array{};
    for (const auto& [position, plan] : plans_) {
      out.document["plans"].push_back(plan_json(plan));
      std::int64_t code = 0;
      if (plan["error"]["code"].get(code) == simdjson::SUCCESS) out.codes.push_back(static_cast<int>(code));
    }
    out.document["remotes"] = atom::Json::Array{};
    for (const auto& [url, counters] : costs_) out.document["remotes"].push_back(cost_json(url, counters));
    return out;
  }

 private:
  static Shard shard_of(dom::element root) {
    dom::element shard;
    if (root["shard"].get(shard) != simdjson::SUCCESS) {
      throw Error(Kind::usage, "not the document of a shard").with_hint("create it with `eka plan --json --shard K/N`");
    }
    return unwrap(Shard::parse(fmt::format("{}/{}", std::uint64_t(shard["number"]), std::uint64_t(shard["count"]))));
  }

  void add_cost(dom::element cost) {
    auto& counters = costs_[std::string(std::string_view(cost["url"]))];
    for (const auto& [name, value] : cost.get_object()) {
      std::uint64_t number = 0;
      if (value.get(number) == simdjson::SUCCESS) counters[std::string(name)] += number;
    }
  }

  // The plan unchanged, except for its remotes, which cover the whole run.
  atom::Json plan_json(dom::element plan) const {
    atom::Json out = json_of(plan);
    dom::array remotes;
    if (plan["remotes"].get(remotes) != simdjson::SUCCESS) return out;
    out["remotes"] = atom::Json::Array{};
    for (const dom::element cost : remotes) {
      const auto url = std::string(std::string_view(cost["url"]));
      if (const auto found = costs_.find(url); found != costs_.end()) {
        out["remotes"].push_back(cost_json(url, found->second));
      }
    }
    return out;
  }

  void check_complete() const {
    std::string missing;
    for (std::size_t number = 1; number <= count_.value_or(0); ++number) {
      if (!names_.contains(number)) missing += (missing.empty() ? "" : ", ") + Shard{number, *count_}.str();
    }
    if (!missing.empty()) throw Error(Kind::usage, "missing shards: " + printable(missing));
    // Shards of one list leave no gap.
    std::size_t expected = 0;
    for (const auto& [position, plan] : plans_) {
      if (position != expected++) {
        throw Error(Kind::usage, "inconsistent shards: they are not parts of the same list of URIs");
      }
    }
  }

  std::list<dom::parser> parsers_;  // own the data that the elements refer to
  std::optional<std::size_t> count_;
  std::map<std::size_t, std::string> names_;   // of the documents, by shard
  std::map<std::size_t, dom::element> plans_;  // by position in the whole list
  Costs costs_;
};

}  // namespace

Result<MergedPlans> merge_plans(const std::vector<PlanDocument>& documents) {
  Merge merge;
  for (const auto& document : documents) {
    try {
      merge.add(document);
    } catch (const Error& e) {
      return std::unexpected(Error(e).within("merging " + document.name));
    } catch (const simdjson::simdjson_error& e) {
      return std::unexpected(
          Error(Kind::usage, document.name + " is not output of `eka plan --json --shard`: " + e.what()));
    }
  }
  try {
    return merge.finish();
  } catch (const Error& e) {
    return std::unexpected(e);
  }
}

}  // namespace eka::cli
