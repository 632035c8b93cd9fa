#include "cli/manual/topics.h"

#include <algorithm>

#include <fmt/format.h>

#include "atom/config/config.h"
#include "cli/output/complain.h"

namespace eka::cli {
namespace {

// Variables that are no configuration keys. tests/documented.sh compares them with the ones that src/ reads.
constexpr std::pair<const char*, const char*> other_variables[] = {
    {"EKA_EXPRESSIONS", "directory of the Nix expressions of eka (default: installed with it)"},
    {"EKA_WATCHDOG", "for tests: milliseconds after which a blocked event loop ends the program"},
    {"HOME", "home directory: location of ~/.cache/eka, ~/.config/eka.toml, ~/.gitconfig and ~/.netrc"},
    {"XDG_CONFIG_HOME", "directory of eka.toml and git/config (default: ~/.config)"},
    {"XDG_CACHE_HOME", "directory that contains the cache (default: ~/.cache)"},
    {"PATH", "where git, ssh, nix and bwrap are searched"},
    {"NO_COLOR", "if not empty: no colors"},
    {"CLICOLOR_FORCE", "unless it is empty or `0`: colors even without a terminal; NO_COLOR takes precedence"},
    {"TERM", "`dumb`: no colors and no live progress"},
    {"LC_ALL, LC_CTYPE, LANG", "the first that is not empty says whether progress may use characters beyond ASCII"},
    {"GITHUB_ACTIONS", "`true`: print errors as annotations, too (docs/ci.md)"},
    {"GITHUB_WORKSPACE, CI_PROJECT_DIR", "the directory to which the files in annotations and reports are relative"},
    {"SUDO_UID", "user whose files root may use, as in git"},
    {"NIX_REMOTE", "the Nix store: `daemon`, `local` or a directory"},
    {"NIX_CONFIG", "settings of Nix; used for `eka build` and --allow-ifd only"},
    {"NIX_CONF_DIR", "directory of nix.conf"},
    {"NIX_USER_CONF_FILES", "files of settings of Nix for this user, separated by colons"},
    {"NIX_STATE_DIR", "not supported: eka refuses to run with it; use NIX_REMOTE"},
    {"XDG_CONFIG_DIRS", "directories of settings of Nix for all users"},
    {"XDG_DATA_HOME", "directory of the Nix store in the home directory"},
    {"NIX_DAEMON_SOCKET_PATH", "socket of the Nix daemon"},
    {"NIX_SSL_CERT_FILE", "file of certificate authorities, if SSL_CERT_FILE is not set"},
    {"SSL_CERT_FILE", "file of certificate authorities"},
    {"GIT_SSL_CAINFO", "file of certificate authorities; takes precedence over http.sslCAInfo"},
    {"GIT_SSL_CAPATH", "directory of certificate authorities; takes precedence over http.sslCAPath"},
    {"SSL_CERT_DIR", "directory of certificate authorities"},
    {"GIT_ASKPASS", "program that prompts for user names and passwords; takes precedence over core.askPass"},
    {"GIT_CONFIG_PARAMETERS", "git configuration given by `git -c`"},
    {"GIT_SSL_CERT", "client certificate; takes precedence over http.sslCert"},
    {"GIT_SSL_KEY", "key of the client certificate; takes precedence over http.sslKey"},
    {"GIT_SSL_NO_VERIFY", "reported in errors; certificates are verified nevertheless"},
    {"GIT_HTTP_USER_AGENT", "name that is sent to HTTP servers; takes precedence over http.userAgent"},
    {"GIT_SSH_COMMAND", "command line of ssh; takes precedence over core.sshCommand"},
    {"GIT_SSH", "program to use as ssh"},
    {"GIT_SSH_VARIANT", "kind of the ssh program: ssh, plink, putty, tortoiseplink or simple; as in git"},
    {"GIT_USER_AGENT", "name that is sent to servers, as in git"},
    {"GIT_CONFIG_GLOBAL", "git configuration of the user, instead of ~/.gitconfig"},
    {"GIT_CONFIG_SYSTEM", "git configuration of the system, instead of /etc/gitconfig"},
    {"GIT_CONFIG_NOSYSTEM", "if true: the git configuration of the system is not read"},
    {"GIT_CONFIG_COUNT", "number of pairs GIT_CONFIG_KEY_<n> and GIT_CONFIG_VALUE_<n> with git configuration"},
    {"http_proxy", "proxy for http URLs"},
    {"https_proxy, HTTPS_PROXY", "proxy for https URLs"},
    {"all_proxy, ALL_PROXY", "proxy for all URLs"},
    {"no_proxy, NO_PROXY", "hosts that are reached without a proxy"},
};

// The option that sets a key, found by its "[env: …]".
std::string option_for(const CLI::App& program, const std::string& variable) {
  for (const auto& page : all_pages(program)) {
    for (const auto* option : options(*page.app)) {
      if (option->get_description().ends_with("[env: " + variable + "]")) return name_of_option(*option, "");
    }
  }
  return "";
}

}  // namespace

std::vector<Row> configuration_keys(const CLI::App& program) {
  std::vector<Row> out;
  for (const auto& key : atom::Config::keys()) {
    const auto option = option_for(program, key.variable);
    out.push_back({key.path, fmt::format("{} ({}) [env: {}]{}{}", key.help, key.value, key.variable,
                                         option.empty() ? "" : fmt::format(" [option: {}]", option),
                                         key.user_only ? "; ignored in a repository's configuration" : "")});
  }
  return out;
}

std::vector<Row> environment_variables() {
  std::vector<Row> out;
  for (const auto& key : atom::Config::keys()) {
    out.push_back({key.variable, fmt::format("{} (configuration key {})", key.help, key.path)});
  }
  for (const auto& [name, text] : other_variables) out.push_back({name, text});
  return out;
}

std::vector<Row> manifest_keys() {
  return {
      {"package.label = \"server\"", "name of the atom, unique in its set"},
      {"package.version = \"1.2.0\"", "its version (semver); what is published under a version never changes"},
      {"package.meta.description = \"text\"", "optional: one line about the atom"},
      {"package.meta.tags = [\"web\", \"api\"]", "optional: words to find it by"},
      {"package.sets.company = \"https://example.com/set.git\"",
       "a set that dependencies come from, under a name of your choice; a list of URLs: mirrors of this set"},
      {"package.sets.local = \"::\"", "the set that this atom is in"},
      {"compose.as.nix = \"default.nix\"",
       "the value of the atom is this Nix expression; `atoms` and `cfg` are in its scope"},
      {"compose.as.static = \".\"", "the value of the atom is this manifest; it has no dependencies"},
      {"compose.with.atom-nix = { from = \"company\", version = \"^0.4\", entry = \"src\" }",
       "the value of the atom is what another atom makes of its files below `entry` (default: \".\")"},
      {"deps.from.company.auth = \"^1.5\"",
       "an atom of a set in package.sets, and its versions as in Cargo: `atoms.deps.from.company.auth`"},
      {"deps.direct.nix.nixpkgs = { git = \"https://github.com/NixOS/nixpkgs\", ref = \"nixos-unstable\" }",
       "a git repository, by branch, tag or commit (default: HEAD): `atoms.deps.pins.nixpkgs`"},
      {"deps.direct.nix.tool = { git = \"https://example.com/tool.git\", version = \"^1.2\" }",
       "a git repository, by its highest tag that is a version and satisfies this"},
      {"deps.direct.nix.data.tar = \"https://example.com/data.tar.gz\"", "the files of an archive"},
      {"deps.direct.nix.fix.url = \"https://example.com/fix.patch\"", "one file"},
      {"deps.direct.nix.zlib = { build = \"https://example.com/zlib.tar.gz\", unpack = true }",
       "a file or archive that is fetched when the derivation is built: `atoms.deps.get.zlib.src`"},
  };
}

std::vector<Row> files() {
  return {{"$XDG_CONFIG_HOME/eka.toml", "configuration of the user (default: ~/.config/eka.toml)"},
          {"<git directory>/info/eka.toml", "configuration of a repository; takes precedence"},
          {"$XDG_CACHE_HOME/eka", "cache (default: ~/.cache/eka); can be deleted while no eka is running"},
          {"ekala.toml", "package set: the directories of its atoms"},
          {"eka.toml beside ekala.toml",
           "[override]: dependencies that this machine takes from other places; not committed"},
          {"atom.toml", "manifest of an atom"},
          {"atom.lock", "lock file of an atom, written by `eka resolve` and `eka add`"}};
}

std::vector<Row> exit_codes() {
  return {{"0", "success"},
          {std::to_string(exit_code(Kind::failure)), "failure of another kind"},
          {std::to_string(exit_code(Kind::usage)), "invalid arguments or configuration"},
          {std::to_string(exit_code(Kind::unsatisfiable)), "no versions satisfy the requirements"},
          {std::to_string(exit_code(Kind::remote)), "a remote is unreachable, refused a request or answered wrongly"},
          {std::to_string(exit_code(Kind::evaluation)), "an evaluation failed or exceeded a limit"},
          {std::to_string(exit_code(Kind::integrity)), "fetched or cached data does not match"},
          {std::to_string(exit_code(Kind::offline)), "offline, and required data is not cached"},
          {"128+N", "ended by signal N"}};
}

std::vector<Topic> topics(const CLI::App& program) {
  return {{"configuration", "keys of eka.toml, with their variables and options", configuration_keys(program)},
          {"environment", "environment variables", environment_variables()},
          {"manifest", "keys of atom.toml, with examples", manifest_keys()},
          {"files", "files that eka reads and writes", files()},
          {"exit-codes", "exit codes", exit_codes()}};
}

std::optional<Row> find_entry(const CLI::App& program, const std::string& name) {
  auto rows = configuration_keys(program);
  const auto variables = environment_variables();
  rows.insert(rows.end(), variables.begin(), variables.end());
  const auto found = std::ranges::find_if(rows, [&](const Row& row) {
    return row.name == name || row.name.starts_with(name + ", ") || row.name.ends_with(", " + name);
  });
  return found == rows.end() ? std::nullopt : std::optional(*found);
}

}  // namespace eka::cli
