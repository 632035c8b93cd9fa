#include "eval/sandbox/sandbox.h"

#include <initializer_list>
#include <set>

#include "eval/sandbox/fork_server.h"
#include "eval/sandbox/launcher.h"

namespace eka::eval {
namespace {

class Options {
 public:
  void add(std::initializer_list<std::string> words) { words_.insert(words_.end(), words); }
  void read_only(const std::string& outside, const std::string& inside) { add({"--ro-bind", outside, inside}); }
  void variable(const std::string& name, const std::string& value) { add({"--setenv", name, value}); }
  std::vector<std::string> take() { return std::move(words_); }

 private:
  std::vector<std::string> words_;
};

void add_walls(Options& options, int seccomp) {
  options.add({"--unshare-all", "--unshare-user", "--disable-userns", "--uid", "1000", "--gid", "1000"});
  options.add({"--die-with-parent", "--new-session", "--as-pid-1", "--cap-drop", "ALL", "--clearenv"});
  options.add({"--hostname", "eka", "--chdir", "/", "--seccomp", std::to_string(seccomp)});
}

// Adds the directories above `inside`, which can be entered but not listed.
void add_parents(Options& options, const std::string& inside, std::set<std::string>& made) {
  const std::string parent = inside.substr(0, inside.rfind('/'));
  if (parent.empty() || !made.insert(parent).second) return;
  add_parents(options, parent, made);
  options.add({"--perms", "0111", "--dir", parent});
}

void add_files(Options& options, const Sandbox& sandbox) {
  if (sandbox.root.empty()) {
    std::set<std::string> made;
    for (const Sandbox::Bind& bind : root_binds(sandbox)) add_parents(options, bind.inside, made);
    add_parents(options, inside_store, made);
    options.add({"--chmod", "0111", "/"});
    for (const Sandbox::Bind& bind : root_binds(sandbox)) options.read_only(bind.outside, bind.inside);
    options.add({"--bind", sandbox.store, inside_store, "--remount-ro", "/"});
  } else {
    // The root contains the store, and all other mounts are read-only already. For each further option, bwrap would
    // read the table of all these mounts again.
    options.add({"--bind", sandbox.root, "/"});
  }
}

// The configuration is passed in the environment: no configuration file is read, in particular not the machine's.
constexpr const char* configuration =
    "restrict-eval = true\n"
    "allow-import-from-derivation = false\n"
    "build-users-group =\n"
    "sandbox = false\n"
    "allowed-uris =\n"
    "substituters =\n"
    "builders =\n"
    "plugin-files =\n"
    "experimental-features =\n"
    "access-tokens =\n"
    "fsync-metadata = false\n"
    "gc-reserved-space = 0\n";

// Allows imports of outputs in the private store; no build can start, nor the program that would look for another
// machine.
constexpr const char* imports_of_what_is_built =
    "allow-import-from-derivation = true\n"
    "build-hook =\n"
    "max-jobs = 0\n";

void add_environment(Options& options, const Sandbox& sandbox) {
  for (const auto& [name, value] : evaluator_environment(sandbox)) options.variable(name, value);
}

// Rules are for directories, since each takes three system calls: /nix/store contains only sources, and the directories
// of the libraries contain only other libraries of the evaluator.
Grants grants(const Sandbox& sandbox) {
  Grants grants{.run = {sandbox.nix_instantiate}, .read = {inside_expressions, "/nix/store"}, .write = {inside_store}};
  if (sandbox.libraries.empty()) return grants;
  grants.run.push_back(sandbox.libraries.front());  // the loader
  std::set<std::string> directories;
  for (const std::string& library : sandbox.libraries) directories.insert(library.substr(0, library.rfind('/')));
  grants.read.insert(grants.read.end(), directories.begin(), directories.end());
  return grants;
}

}  // namespace

std::vector<Sandbox::Bind> root_binds(const Sandbox& sandbox) {
  std::vector<Sandbox::Bind> binds{{sandbox.nix_instantiate, sandbox.nix_instantiate}};
  for (const std::string& library : sandbox.libraries) binds.push_back({library, library});
  if (!sandbox.launcher.empty()) binds.push_back({sandbox.launcher, inside_launcher});
  binds.push_back({sandbox.expressions, inside_expressions});
  binds.insert(binds.end(), sandbox.sources.begin(), sandbox.sources.end());
  return binds;
}

std::vector<Sandbox::Bind> forked_binds(const Sandbox& sandbox) {
  std::vector<Sandbox::Bind> binds{{sandbox.expressions, inside_expressions}};
  binds.insert(binds.end(), sandbox.sources.begin(), sandbox.sources.end());
  return binds;
}

Grants forked_grants() {
  return {.run = {}, .read = {inside_expressions, "/nix/store"}, .write = {inside_store}};
}

std::vector<std::string> evaluator_command(const Sandbox& sandbox, const std::string& store,
                                           const std::string& expressions) {
  std::vector<std::string> command{
      sandbox.nix_instantiate, "--store",      store,      "--eval", "--strict",    "--json",
      "--read-write-mode",     "--show-trace", "--option", "system", sandbox.system};
  // Each by name: an atom can neither list the other sources nor detect what is evaluated with it. (The word before "="
  // is a name in builtins.nixPath, which is empty for atoms.)
  command.insert(command.end(), {"-I", "eka=" + expressions});
  for (const Sandbox::Bind& source : sandbox.sources) command.insert(command.end(), {"-I", "atom=" + source.inside});
  command.emplace_back("-");
  return command;
}

std::vector<std::pair<std::string, std::string>> evaluator_environment(const Sandbox& sandbox) {
  return {{"HOME", "/eka/none"},
          // Otherwise Nix looks for its own directory in /proc.
          {"NIX_BIN_DIR", sandbox.nix_instantiate.substr(0, sandbox.nix_instantiate.rfind('/'))},
          {"USER", "eka"},
          {"NIX_CONF_DIR", "/eka/none"},
          {"NIX_USER_CONF_FILES", ""},
          {"NIX_CONFIG", std::string(configuration) + (sandbox.imports ? imports_of_what_is_built : "")},
          {"GC_INITIAL_HEAP_SIZE", "32M"},
          // One collector thread: an evaluation uses one core, and several run in parallel.
          {"GC_MARKERS", "1"}};
}

std::vector<std::string> fork_server_command(const std::string& bwrap, const std::string& nix_instantiate,
                                             const std::string& library,
                                             const std::vector<std::filesystem::path>& writable) {
  Options options;
  options.add({bwrap, "--unshare-all", "--unshare-user", "--uid", "1000", "--gid", "1000", "--hostname", "eka"});
  options.add({"--die-with-parent", "--new-session", "--as-pid-1", "--cap-drop", "ALL"});
  options.add({"--cap-add", "CAP_SYS_ADMIN", "--cap-add", "CAP_SETPCAP"});  // to mount, and to drop both for good
  options.add({"--ro-bind", "/", "/"});
  for (const std::filesystem::path& place : writable) options.add({"--bind", place.string(), place.string()});
  options.add({"--chdir", "/", "--clearenv"});
  // Nix reads some of these variables before main().
  Sandbox any;
  any.nix_instantiate = nix_instantiate;
  for (const auto& [name, value] : evaluator_environment(any)) options.variable(name, value);
  options.variable(fork_server_variable, "1");
  options.variable("LD_PRELOAD", library);
  options.add({"--", nix_instantiate});
  return options.take();
}

SandboxArguments sandbox_arguments(const Sandbox& sandbox, int seccomp) {
  Options options;
  add_walls(options, seccomp);
  add_files(options, sandbox);
  add_environment(options, sandbox);

  std::vector<std::string> command = evaluator_command(sandbox, inside_store, inside_expressions);
  if (!sandbox.launcher.empty()) command = launcher_command(grants(sandbox), command);
  return {.options = options.take(), .command = std::move(command)};
}

std::string expression_for(std::string_view closure_json, std::string_view mark, std::string_view plan) {
  std::string text = "import " + std::string(plan) + " { mark = \"" + std::string(mark) + "\"; closure = \"";
  text.reserve(text.size() + closure_json.size() * 5 / 4);
  for (const char c : closure_json) {
    if (c == '"' || c == '\\' || c == '$') text += '\\';
    text += c;
  }
  return text + "\"; }\n";
}

}  // namespace eka::eval
