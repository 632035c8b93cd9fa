#include "tests/eval/world.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include <doctest/doctest.h>

namespace eka::eval {
namespace {

namespace fs = std::filesystem;

// The machine's Nix, with a directory as the real store. locate() caches its result in a directory shared by all tests.
Installation installation(const std::string& store, bool landlock) {
  static const TemporaryDirectory memory;
  Installation found = Installation::locate(memory.path(), store);
  found.has_launcher = found.has_launcher && landlock;
  return found;
}

// No build group, no durability across power cuts, and no reserved space are needed.
constexpr const char* nix_configuration =
    "export USER=x NIX_CONFIG='build-users-group =\nfsync-metadata = false\ngc-reserved-space = 0'; ";

}  // namespace

std::string shell(const std::string& command) {
  std::FILE* pipe = popen((std::string(nix_configuration) + "exec 2>&1; " + command).c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string output;
  std::array<char, 4096> buffer;
  while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe)) output.append(buffer.data(), got);
  const int status = pclose(pipe);
  INFO(command, "\n", output);
  REQUIRE(status == 0);
  while (output.ends_with('\n')) output.pop_back();
  return output;
}

atom::Json compose_nix(const std::string& entry) {
  atom::Json json;
  json["use"] = "nix";
  json["entry"] = entry;
  return json;
}

atom::Json compose_static() {
  atom::Json json;
  json["use"] = "static";
  return json;
}

atom::Json compose_with(const std::string& label, const std::string& entry) {
  atom::Json json;
  json["use"] = "atom";
  json["atom"] = label;
  json["entry"] = entry;
  return json;
}

World::World(const std::string& store, bool landlock)
    : memory_(fs::is_directory("/dev/shm") ? "/dev/shm" : fs::temp_directory_path()),
      runtime_(2),
      evaluator_(installation(store.empty() ? (directory_.path() / "real").string() : store, landlock),
                 directory_.path() / "cache", runtime_.pool(), memory_.path()) {
  evaluator_.set_processes(processes());
}

Processes World::processes() {
  const char* told = std::getenv("EKA_TEST_PROCESSES");
  return told != nullptr && std::string_view(told) == "forked" ? Processes::forked : Processes::own;
}

fs::path World::private_store() {
  for (const fs::path& place : {evaluator_.places().disk(), evaluator_.places().memory().value_or(fs::path())}) {
    std::error_code ignored;
    for (const fs::directory_entry& entry : fs::directory_iterator(place, ignored)) {
      if (!entry.path().filename().string().starts_with("eval-")) continue;
      if (fs::exists(entry.path() / "store/nix/store")) return entry.path() / "store";
    }
  }
  return {};
}

void World::add(const std::string& label, const std::map<std::string, std::string>& files, const atom::Json& compose,
                const std::map<std::string, std::vector<std::string>>& deps) {
  fs::create_directories(tree(label));
  std::ofstream(tree(label) / "atom.toml") << "[package]\nlabel = \"" << label << "\"\nversion = \"1.0.0\"\n";
  for (const auto& [name, content] : files) {
    fs::create_directories((tree(label) / name).parent_path());
    std::ofstream(tree(label) / name, std::ios::binary) << content;
  }
  atoms_[label] = {.root = {}, .compose = compose, .deps = deps};
}

std::string World::root(const std::string& label) {
  std::string& root = atoms_.at(label).root;
  if (root.empty()) {
    const std::string store = (directory_.path() / "sources").string();
    root = shell("nix-store --store " + store + " --add " + tree(label).string());
  }
  return root;
}

Evaluation World::evaluation(const std::vector<std::string>& roots) {
  atom::Json closure;
  closure["config"]["platforms"]["build"] = "x86_64-linux";
  closure["config"]["platforms"]["target"] = "aarch64-linux";
  closure["config"]["platforms"]["legacy_target"] = "aarch64-linux";
  closure["system"] = "x86_64-linux";
  closure["roots"] = atom::Json::Array{};
  for (const std::string& label : roots) closure["roots"].push_back(label);
  Evaluation evaluation{.closure_json = {}, .sources = {}, .system = "x86_64-linux", .limits = {}};
  for (const auto& [label, described] : atoms_) {
    atom::Json& atom = closure["atoms"][label];
    atom["label"] = label;
    atom["version"] = "1.0.0";
    atom["root"] = root(label);
    atom["compose"] = described.compose;
    atom["deps"] = atom::Json::Object{};
    for (const auto& [tag, labels] : described.deps) {
      for (const std::string& dependency : labels) atom["deps"][tag][dependency] = dependency;
    }
    evaluation.sources.push_back({.store_path = root(label), .on_disk = tree(label)});
  }
  evaluation.closure_json = closure.canonical();
  return evaluation;
}

std::vector<Evaluated> World::evaluate(const std::vector<std::string>& roots) {
  try {
    auto evaluated = runtime_.run(evaluator_.evaluate(evaluation(roots)));
    CHECK(evaluator_.detail() == "");  // not fallen back
    return evaluated;
  } catch (const Error& error) {
    FAIL(error.message());
    throw;
  }
}

Error World::failure(const std::vector<std::string>& roots) {
  return failure_of(evaluation(roots));
}

Error World::failure_of(Evaluation evaluation) {
  try {
    const auto evaluated = runtime_.run(evaluator_.evaluate(std::move(evaluation)));
    FAIL("evaluates to " << evaluated.at(0).drv_path);
  } catch (const Error& error) {
    CHECK(evaluator_.detail() == "");  // not fallen back
    return error;
  }
  throw Error(Kind::failure, "unreachable");
}

std::string World::variable(const Evaluated& evaluated, const std::string& name) {
  std::vector<Evaluated> admitted{evaluated};
  runtime_.run(evaluator_.import_derivations(std::move(admitted)));
  std::ifstream in(store() / evaluated.drv_path.substr(1));
  const std::string text(std::istreambuf_iterator<char>(in), {});
  const std::string start = "(\"" + name + "\",\"";
  const std::size_t found = text.find(start);
  REQUIRE(found != std::string::npos);
  std::string value;
  for (std::size_t at = found + start.size(); text.at(at) != '"'; ++at) {
    if (text[at] == '\\') ++at;
    value += text.at(at);
  }
  return value;
}

std::string derivation_text(const std::string& name, const std::string& attributes) {
  return "derivation { name = \"" + name + "\"; system = builtins.currentSystem; builder = \"/bin/sh\"; " + attributes +
         " }";
}

}  // namespace eka::eval
