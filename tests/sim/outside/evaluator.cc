#include "tests/sim/outside/evaluator.h"

#include <deque>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <simdjson.h>

#include "atom/hash/digest.h"

namespace eka::sim {
namespace {

std::string file_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream out;
  out << file.rdbuf();
  return out.str();
}

std::string text(const simdjson::dom::element& value) {
  return std::string(std::string_view(value.get_string()));
}
std::string text(const simdjson::simdjson_result<simdjson::dom::element>& value) {
  return std::string(std::string_view(value.get_string()));
}

// What the root sees, breadth first; each atom by the content of its code, each edge by the names it goes by.
// `code` gets the code of all.
std::string graph_of(const simdjson::dom::element& document, const std::string& root,
                     const std::map<std::string, std::filesystem::path>& places, std::set<std::string>& code) {
  std::map<std::string, std::size_t> numbers{{root, 0}};
  std::deque<std::string> open{root};
  std::string out;
  const auto number = [&](const std::string& key) {
    const auto [place, fresh] = numbers.try_emplace(key, numbers.size());
    if (fresh) open.push_back(key);
    return place->second;
  };
  for (; !open.empty(); open.pop_front()) {
    const simdjson::dom::element atom = document["atoms"][open.front()].value();
    const auto own = file_text(places.at(text(atom["root"])) / "default.nix");
    code.insert(own);
    // That it lies in a working tree makes no other derivation.
    const auto version = text(atom["version"]);
    out += fmt::format("{} {} {}", text(atom["label"]), version.substr(0, version.find("-dev.")), own);
    if (text(atom["compose"]["use"]) == "atom") out += fmt::format(" by {}", number(text(atom["compose"]["atom"])));
    for (const auto [tag, labels] : simdjson::dom::object(atom["deps"])) {
      for (const auto [label, key] : simdjson::dom::object(labels)) {
        out += fmt::format(" {}.{}={}", tag, label, number(text(key)));
      }
    }
    for (const auto [name, pin] : simdjson::dom::object(atom["pins"])) {
      out += fmt::format(" {}:{}", name, file_text(places.at(text(pin["path"])) / "file"));
    }
    out += "\n";
  }
  return out;
}

// Of an evaluator, which writes to its private store as long as it runs.
class RunningProcess {
 public:
  RunningProcess() = default;
  ~RunningProcess() { *runs_ = false; }
  RunningProcess(const RunningProcess&) = delete;
  RunningProcess& operator=(const RunningProcess&) = delete;
  std::shared_ptr<const bool> runs() const { return runs_; }

 private:
  std::shared_ptr<bool> runs_ = std::make_shared<bool>(true);
};

class SimulatedEvaluator final : public eval::Evaluator {
 public:
  SimulatedEvaluator(Simulator& simulator, const Faults& faults, Store& store)
      : simulator_(simulator), faults_(faults), store_(store) {}

  coro::Task<> prepare() override {
    co_await simulator_.sleep(milliseconds(simulator_.random().below(30)));
    prepared_ = true;
  }

  const Identity& identity() const override { return identity_; }

  coro::Task<eval::Answers> evaluate_each(eval::Evaluation evaluation, eval::Answered answered) override {
    if (!prepared_) simulator_.violate("the evaluator was used before it was prepared");
    auto& random = simulator_.random();
    const RunningProcess process;
    eval::Answers out;
    simdjson::dom::parser parser;
    const simdjson::dom::element document = parser.parse(evaluation.closure_json);
    std::map<std::string, std::filesystem::path> places;
    for (const auto& source : evaluation.sources) places[source.store_path] = source.on_disk;
    for (const auto root : simdjson::dom::array(document["roots"])) {
      const auto key = std::string(std::string_view(root.get_string()));
      co_await simulator_.sleep(milliseconds(random.below(500)));
      if (faults_.strikes(Fault::evaluation_never_ends)) {
        simulator_.tell("evaluating " + key + " does not end");
        co_await simulator_.sleep(evaluation.limits.wall_time);
        out.failure = Error(Kind::evaluation, "evaluating took too long");
        out.exhausted = eval::Exhausted::time;
        co_return out;
      }
      if (faults_.strikes(Fault::evaluation_out_of_memory)) {
        simulator_.tell("evaluating " + key + " is out of memory");
        out.failure = Error(Kind::evaluation, "out of memory");
        out.exhausted = eval::Exhausted::memory;
        co_return out;
      }
      if (faults_.strikes(Fault::evaluation_fails)) {
        simulator_.tell("evaluating " + key + " fails");
        out.failure = Error(Kind::evaluation, "undefined variable");
        co_return out;
      }
      std::set<std::string> code;
      const auto path = derivation_path(graph_of(document, key, places, code));
      store_.made_of[path] = std::move(code);
      simulator_.tell("evaluated " + key + ": " + path);
      const auto label = text(document["atoms"][key]["label"]);
      out.roots.emplace_back(eval::Evaluated{.label = label,
                                             .drv_path = path,
                                             .outputs = {{"out", path.substr(0, path.size() - 4) + "-out"}},
                                             .meta = {},
                                             .imported = false,
                                             .messages = {},
                                             .scratch = process.runs()});
      if (answered) answered(out.roots.size() - 1, out.roots.back());
    }
    co_return out;
  }

  bool is_complete(const eval::Evaluated& evaluated) const override {
    return !*static_cast<const bool*>(evaluated.scratch.get());
  }

  coro::Task<> import_derivations(std::vector<eval::Evaluated> evaluated) override {
    for (const auto& each : evaluated) {
      if (!is_complete(each)) simulator_.violate(each.drv_path + " was imported while its store was written to");
    }
    co_await simulator_.sleep(milliseconds(simulator_.random().below(50)));
    for (const auto& each : evaluated) store_.valid.insert(each.drv_path);
  }

  coro::Task<std::vector<bool>> exist(std::vector<std::string> store_paths) override {
    co_await simulator_.sleep(milliseconds(simulator_.random().below(3)));
    std::vector<bool> out;
    for (const auto& path : store_paths) out.push_back(store_.valid.contains(path));
    co_return out;
  }

  // Their texts are never read in a simulated world.
  coro::Task<std::vector<eval::Derivation>> derivations(std::vector<std::string> drv_paths) override {
    co_return std::vector<eval::Derivation>(drv_paths.size());
  }

  coro::Task<Result<void>> keep(std::vector<std::string>) override { co_return Result<void>(); }

  // Without a remote cache nothing travels between stores.
  coro::Task<std::vector<eval::StoreObject>> read_closure(std::vector<std::string> /*drv_paths*/) override {
    simulator_.violate("derivations were read although there is no remote cache");
    co_return std::vector<eval::StoreObject>();
  }
  coro::Task<> add_closure(std::vector<eval::StoreObject> /*objects*/,
                           std::vector<std::string> /*drv_paths*/) override {
    simulator_.violate("derivations were added although there is no remote cache");
    co_return;
  }

  coro::Task<> add_source(eval::Source source) override {
    store_.valid.insert(source.store_path);
    co_return;
  }

  coro::Task<std::vector<std::optional<Error>>> realise(eval::Realisation request, eval::BuildWatch&) override {
    co_return std::vector<std::optional<Error>>(request.drv_paths.size());
  }

 private:
  Simulator& simulator_;
  const Faults& faults_;
  Store& store_;
  bool prepared_ = false;
  Identity identity_{"simulated", "0", "/nix/store"};
};

}  // namespace

std::string derivation_path(const std::string& graph) {
  constexpr std::string_view digits = "0123456789abcdfghijklmnpqrsvwxyz";
  std::string name;
  for (const auto byte : atom::Sha256::of(graph)) name += digits[byte % 32];
  return "/nix/store/" + name + "-simulated.drv";
}

std::unique_ptr<eval::Evaluator> make_evaluator(Simulator& simulator, const Faults& faults, Store& store) {
  return std::make_unique<SimulatedEvaluator>(simulator, faults, store);
}

}  // namespace eka::sim
