#include "eval/evaluator.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>
#include <utility>

#include <simdjson.h>
#include <unistd.h>

#include "coro/pool.h"
#include "coro/process.h"
#include "error/text.h"
#include "eval/failure.h"
#include "eval/nixec.h"
#include "eval/private_store.h"
#include "eval/real_store.h"
#include "eval/sandbox.h"
#include "eval/scratch.h"

namespace eka::eval {
namespace {

namespace fs = std::filesystem;

// No file of an honest evaluation is larger: its store holds derivations and what they take from their own trees.
constexpr std::uint64_t largest_file = std::uint64_t{4} << 30;
constexpr std::uint64_t most_open_files = 1024;

std::vector<Sandbox::Bind> binds_of(const std::vector<Source>& sources) {
  std::vector<Sandbox::Bind> binds;
  std::set<std::string> seen;
  for (const Source& source : sources) {
    if (!is_store_path(source.store_path)) {
      throw Error(Kind::failure, "a source cannot stand at " + printable(source.store_path));
    }
    if (seen.insert(source.store_path).second) {
      binds.push_back({.outside = fs::absolute(source.on_disk).string(), .inside = source.store_path});
    }
  }
  return binds;
}

void check_number(std::size_t sources, std::size_t most) {
  if (sources <= most) return;
  throw Error(Kind::evaluation, "the closure has " + std::to_string(sources) + " atoms and sources; more than " +
                                    std::to_string(most) + " cannot be evaluated together");
}

NixecRequest request_for(const Installation& installation, const Evaluation& evaluation, const Scratch& scratch,
                         bool in_a_room) {
  std::vector<Sandbox::Bind> sources = binds_of(evaluation.sources);
  check_number(sources.size(), in_a_room ? most_sources : most_sources_without_room);
  const auto seconds = [](std::chrono::seconds time) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(1, time.count()));
  };
  return {.binary = installation.self_identity,
          .parent = ::getpid(),
          .limits = {.memory_bytes = evaluation.limits.memory_bytes,
                     .cpu_seconds = seconds(evaluation.limits.cpu_time),
                     .wall_seconds = seconds(evaluation.limits.wall_time),
                     .file_bytes = largest_file,
                     .open_files = most_open_files},
          .sandbox = {.bwrap = installation.bwrap.string(),
                      .nix_instantiate = installation.nix_instantiate.string(),
                      .libraries = installation.libraries,
                      .expressions = installation.expressions.string(),
                      .store = scratch.store().string(),
                      .sources = std::move(sources),
                      .system = evaluation.system,
                      .room = in_a_room ? scratch.room().string() : std::string()},
          .expression_file = scratch.expression().string()};
}

// A scratch directory that is ready, and the command to run.
struct Prepared {
  std::shared_ptr<Scratch> scratch;
  coro::Command command;
};

Prepared prepare(const Installation& installation, const fs::path& scratch_root, coro::Pool& pool,
                 const Evaluation& evaluation, bool in_a_room) {
  Prepared prepared{.scratch = std::make_shared<Scratch>(scratch_root, pool), .command = {}};
  std::ofstream expression(prepared.scratch->expression(), std::ios::binary);
  expression << expression_for(evaluation.closure_json);
  expression.close();
  if (!expression) throw Error(Kind::failure, "cannot write to " + prepared.scratch->expression().string());
  fs::create_symlink(installation.self, prepared.scratch->nixec());
  prepared.command.argv = {prepared.scratch->nixec().string()};
  prepared.command.directory = "/";
  prepared.command.input = request_for(installation, evaluation, *prepared.scratch, in_a_room).json();
  prepared.command.output_limit = evaluation.limits.output_bytes;
  return prepared;
}

// As coro::run(), but it is the evaluation's fault when it says too much.
coro::Task<coro::Exit> run_bounded(coro::Command command) {
  const std::uint64_t limit = command.output_limit;
  try {
    co_return co_await coro::run(std::move(command));
  } catch (const Error& error) {
    if (!error.message().contains(" wrote more than ")) throw;
    throw Error(Kind::evaluation, "evaluation printed more than " + std::to_string(limit >> 20) + " MiB");
  }
}

// [{"label": "…", "drvPath": "…"}, …]
std::vector<Evaluated> read_answer(const coro::Exit& exit, const std::shared_ptr<Scratch>& scratch) {
  std::vector<Evaluated> evaluated;
  const std::string messages = messages_of(exit.errors);
  try {
    simdjson::dom::parser parser;
    const simdjson::dom::array roots = parser.parse(simdjson::padded_string(exit.output));
    for (const simdjson::dom::element root : roots) {
      evaluated.push_back({.label = std::string(std::string_view(root["label"])),
                           .drv_path = std::string(std::string_view(root["drvPath"])),
                           .outputs = {},
                           .messages = messages,
                           .scratch = scratch});
    }
  } catch (const simdjson::simdjson_error&) {
    throw Error(Kind::evaluation, "the evaluator's answer is not understood: " + printable(exit.output));
  }
  for (Evaluated& one : evaluated) one.outputs = read_derivation(scratch->store(), one.drv_path).outputs;
  return evaluated;
}

// For Nix outside of the sandbox: nothing of the user's environment or configuration.
std::map<std::string, std::string> nix_environment(const Installation& installation) {
  std::string configuration =
      "experimental-features = nix-command\n"
      "substituters =\n"
      "plugin-files =\n";
  if (lacks_build_users(installation.store)) configuration += "build-users-group =\n";
  std::map<std::string, std::string> environment{{"HOME", "/nonexistent"},
                                                 {"USER", "eka"},
                                                 {"NIX_CONF_DIR", "/nonexistent"},
                                                 {"NIX_USER_CONF_FILES", ""},
                                                 {"NIX_CONFIG", configuration}};
  if (const char* socket = std::getenv("NIX_DAEMON_SOCKET_PATH")) environment["NIX_DAEMON_SOCKET_PATH"] = socket;
  return environment;
}

coro::Command copy_command(const Installation& installation, const fs::path& from,
                           const std::set<std::string>& drv_paths) {
  coro::Command command;
  command.argv = {installation.nix.string(), "copy", "--derivation", "--no-check-sigs", "--from", from.string(), "--to",
                  installation.store};
  command.argv.insert(command.argv.end(), drv_paths.begin(), drv_paths.end());
  command.env = nix_environment(installation);
  command.directory = "/";
  return command;
}

// Nix sends all paths in one stream, and `nix copy` of 2.8 loses its place in it when another process adds one of them
// at the same moment. What is there by then is left out of the next attempt, so that each attempt gets further.
coro::Task<> copy(const Installation& installation, fs::path from, std::set<std::string> drv_paths) {
  constexpr int attempts = 8;
  for (int attempt = 1;; ++attempt) {
    coro::Command command = copy_command(installation, from, drv_paths);
    const coro::Exit exit = co_await coro::run(std::move(command));
    if (exit.ok()) co_return;
    if (attempt < attempts && exit.errors.contains("not an absolute path: 'nix-archive-1'")) continue;
    throw Error(Kind::failure, "the Nix store does not take the derivations: " + printable(exit.errors, 4000, true))
        .within("admitting into the store " + installation.store);
  }
}

using DerivationsByScratch = std::map<const Scratch*, std::set<std::string>>;

DerivationsByScratch by_scratch(const std::vector<Evaluated>& evaluated) {
  DerivationsByScratch groups;
  for (const Evaluated& one : evaluated) {
    groups[static_cast<const Scratch*>(one.scratch.get())].insert(one.drv_path);
  }
  return groups;
}

// Which private stores are to be copied, and which derivations from each: one store, unless some could not be joined.
std::map<fs::path, std::set<std::string>> joined(const DerivationsByScratch& groups) {
  std::map<fs::path, std::set<std::string>> stores;
  for (const auto& [scratch, drv_paths] : groups) stores[scratch->store()] = drv_paths;
  const fs::path into = stores.begin()->first;
  std::vector<fs::path> others;
  for (const auto& [store, drv_paths] : stores) {
    if (store != into) others.push_back(store);
  }
  const std::vector<fs::path> left = join(into, others);
  for (const fs::path& other : others) {
    if (std::ranges::find(left, other) != left.end()) continue;
    stores[into].merge(stores[other]);
    stores.erase(other);
  }
  return stores;
}

}  // namespace

struct Evaluator::Parts {
  Installation installation;
  fs::path scratch_root;
  coro::Pool& pool;
  bool can_furnish = true;  // until nixec says otherwise
};

Evaluator::Evaluator(Installation installation, fs::path scratch_root, coro::Pool& pool)
    : parts_(new Parts{std::move(installation), fs::absolute(std::move(scratch_root)), pool, true}) {
  asio::post(pool.executor(), [root = parts_->scratch_root] { Scratch::sweep(root); });
}

Evaluator::~Evaluator() = default;

const Installation& Evaluator::installation() const {
  return parts_->installation;
}

coro::Task<std::vector<Evaluated>> Evaluator::evaluate(Evaluation evaluation) {
  Parts& parts = *parts_;
  const bool in_a_room = parts.can_furnish;
  Prepared prepared = co_await coro::offload(parts.pool, [&parts, &evaluation, in_a_room] {
    return prepare(parts.installation, parts.scratch_root, parts.pool, evaluation, in_a_room);
  });
  const auto start = std::chrono::steady_clock::now();
  const coro::Exit exit = co_await run_bounded(std::move(prepared.command));
  if (in_a_room && exit.code() == nixec_cannot_furnish) {
    parts.can_furnish = false;
    co_return co_await evaluate(std::move(evaluation));
  }
  if (!exit.ok()) {
    const Ending ending{
        .code = exit.code(),
        .signal = exit.signal(),
        .errors = exit.errors,
        .took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start),
        .cpu_limit = evaluation.limits.cpu_time,
        .wall_limit = evaluation.limits.wall_time,
        .memory_limit = evaluation.limits.memory_bytes};
    throw explain(ending);
  }
  co_return co_await coro::offload(parts.pool, [&exit, &prepared] { return read_answer(exit, prepared.scratch); });
}

coro::Task<> Evaluator::admit(std::vector<Evaluated> evaluated) {
  if (evaluated.empty()) co_return;
  Parts& parts = *parts_;
  const DerivationsByScratch groups = by_scratch(evaluated);
  const auto stores = co_await coro::offload(parts.pool, [&parts, &groups] {
    std::error_code ignored;  // Nix says it better
    if (parts.installation.store == "local") fs::create_directories("/nix/store", ignored);
    return joined(groups);
  });
  for (const auto& [store, drv_paths] : stores) co_await copy(parts.installation, store, drv_paths);
}

coro::Task<bool> Evaluator::exists(std::string drv_path) {
  Parts& parts = *parts_;
  if (!is_store_path(drv_path)) co_return false;
  const std::optional<bool> known = co_await coro::offload(
      parts.pool, [&parts, &drv_path] { return valid_in_real_store(parts.installation.store, drv_path); });
  if (known) co_return *known;
  coro::Command command;
  command.argv = {parts.installation.nix_store.string(), "--store", parts.installation.store, "--check-validity",
                  drv_path};
  command.env = nix_environment(parts.installation);
  const coro::Exit exit = co_await coro::run(std::move(command));
  co_return exit.ok();
}

}  // namespace eka::eval
