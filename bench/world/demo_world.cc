// A company, the tools it uses, and the base of both:
//
//   base      settings (data), hello, zlib, crypto
//   tools     atom-nix (a composer), formatter, compiler, linter
//   company   handbook (data), log, auth, store, server, web, suite
//
// server depends on auth and store, which both depend on log. Its version 1.3.0 was locked before auth 1.5.2 and log
// 1.1.0 were published; 2.0.0-beta.1 is selected only if it is required explicitly.
#include <utility>

#include <fmt/format.h>

#include "world/description.h"

namespace eka::world {

namespace {

Need base(std::string label, std::string requirement) {
  return {"base", std::move(label), std::move(requirement)};
}
Need tools(std::string label, std::string requirement) {
  return {"tools", std::move(label), std::move(requirement)};
}
Need company(std::string label, std::string requirement) {
  return {"company", std::move(label), std::move(requirement)};
}

struct Name {
  std::string label;
  std::string version;
  std::string description;
};

// The builder of an atom: writes one line about itself and one per dependency.
std::string derivation(const Name& name, const std::vector<Need>& needs, std::string_view deps, std::string_view config,
                       std::string_view source) {
  std::string inputs;
  for (const auto& need : needs) {
    // Data atoms have a version and no derivation.
    const bool data = need.label == "settings" || need.label == "handbook";
    inputs += fmt::format("      {}.from.{}.{}.{}\n", deps, need.set, need.label, data ? "package.version" : "main");
  }
  return fmt::format(R"({{
  main = derivation {{
    name = "{0}-{1}";
    system = {2}.platforms.build;
    builder = "/bin/sh";
    args = [ "-c" "echo {0} {1}: $needs > $out" ];
    src = {3};
    needs = [
{4}    ];
  }};
}}
)",
                     name.label, name.version, config, source, inputs);
}

std::string source_of(const Name& name) {
  return fmt::format("#!/bin/sh\n# {}\necho \"this is {} {}\"\n", name.description, name.label, name.version);
}

Release begin(const Name& name, Composer composer, std::string entry) {
  Release release;
  release.label = name.label;
  release.version = name.version;
  release.description = name.description;
  release.composer = composer;
  release.entry = std::move(entry);
  return release;
}

Release plain(const Name& name, std::vector<Need> needs) {
  auto release = begin(name, Composer::nix, "default.nix");
  release.files["default.nix"] = {derivation(name, needs, "atoms.deps", "cfg", "./src")};
  release.files["src/main.sh"] = {source_of(name), File::Mode::executable};
  release.needs = std::move(needs);
  return release;
}

Release data(const Name& name, std::map<std::string, File> files) {
  auto release = begin(name, Composer::static_, "data");
  release.files = std::move(files);
  release.plannable = false;
  return release;
}

Release composed(const Name& name, std::vector<Need> needs) {
  auto release = begin(name, Composer::atom, "src");
  release.composed_by = tools("atom-nix", "^0.4");
  release.files["src/default.nix"] = {"{ deps, config }:\n" + derivation(name, needs, "deps", "config", "./main.sh")};
  release.files["src/main.sh"] = {source_of(name), File::Mode::executable};
  release.files["src/run"] = {"main.sh", File::Mode::symlink};
  release.needs = std::move(needs);
  return release;
}

Release composer(const Name& name) {
  auto release = begin(name, Composer::nix, "compose.nix");
  release.files["compose.nix"] = {
      "# Calls the file that an atom names as its entry with its dependencies and the configuration.\n"
      "root: { extern, config }: import root { inherit (extern) deps; inherit config; }\n"};
  release.plannable = false;
  return release;
}

const std::map<std::string, File> settings{{"data/defaults.toml", {"port = 8080\nlevel = \"info\"\n"}}};

std::vector<Commit> first_year() {
  const Name atom_nix{"atom-nix", "0.4.0", "Composes atoms written as functions of their dependencies"};
  const Name server{"server", "1.3.0", "The server that everything is about"};
  return {
      {"base",
       "the ground to stand on",
       {data({"settings", "1.0.0", "Defaults that programs agree on"}, settings),
        plain({"hello", "1.0.0", "Says hello"}, {}), plain({"zlib", "1.3.0", "Compresses"}, {})}},
      {"base", "add crypto", {plain({"crypto", "3.0.0", "Hashes and ciphers"}, {base("zlib", "^1.3")})}},
      {"tools", "a way to write atoms", {composer(atom_nix)}},
      {"tools",
       "tools to work with",
       {composed({"formatter", "0.3.0", "Formats source text"}, {base("hello", "^1")}),
        plain({"compiler", "2.0.0", "Compiles"}, {base("zlib", "^1.3")})}},
      {"company",
       "where to read and to write",
       {data({"handbook", "1.0.0", "How we work"}, {{"data/welcome.md", {"# Welcome\n"}}}),
        plain({"log", "1.0.0", "Writes what happened"}, {base("settings", "^1"), base("zlib", "^1.3")})}},
      {"company",
       "who may, and where to keep it",
       {plain({"auth", "1.5.0", "Says who may"}, {base("crypto", "^3"), company("log", "^1")}),
        plain({"store", "0.9.0", "Keeps things"}, {base("zlib", "~1.3"), company("log", "^1")})}},
      {"company",
       "release the server",
       {composed(server, {company("auth", "^1.5"), company("store", "^0.9"), company("handbook", "*")})}},
  };
}

std::vector<Commit> second_year() {
  const Name server{"server", "1.4.0", "The server that everything is about"};
  const Name beta{"server", "2.0.0-beta.1", "The server, thought anew"};
  return {
      {"base",
       "new releases",
       {plain({"hello", "1.2.0", "Says hello, and goodbye"}, {}), plain({"zlib", "1.3.1", "Compresses"}, {}),
        data({"settings", "1.1.0", "Defaults that programs agree on"}, settings)}},
      {"base", "crypto 3.1", {plain({"crypto", "3.1.0", "Hashes and ciphers"}, {base("zlib", "^1.3")})}},
      {"tools",
       "new releases",
       {composer({"atom-nix", "0.4.2", "Composes atoms written as functions of their dependencies"}),
        plain({"compiler", "2.1.0", "Compiles"}, {base("zlib", "^1.3")})}},
      {"tools",
       "add a linter",
       {composed({"linter", "1.0.0", "Complains"}, {tools("compiler", "^2"), tools("formatter", "^0.3")})}},
      {"company",
       "log 1.1",
       {plain({"log", "1.1.0", "Writes what happened, in colour"}, {base("settings", "^1"), base("zlib", "^1.3")})}},
      {"company",
       "auth 1.5.2",
       {plain({"auth", "1.5.2", "Says who may"}, {base("crypto", "^3.1"), company("log", "^1")})}},
      {"company",
       "server 1.4",
       {composed(server, {company("auth", "^1.5.1"), company("store", "^0.9"), company("handbook", "*")})}},
      {"company", "a web front", {plain({"web", "1.0.0", "Shows the server to people"}, {company("server", "^1.4")})}},
      {"company",
       "all of it",
       {composed({"suite", "2.0.0", "All that we make, checked"},
                 {company("server", "^1"), company("web", "^1"), tools("linter", "^1"), base("hello", "^1.2")})}},
      {"company",
       "try the next server",
       {composed(beta, {company("auth", "^1.5"), company("store", "^0.9"), base("settings", "^1.1")})}},
  };
}

}  // namespace

Description demo_world() {
  Description description;
  description.sets = {"base", "tools", "company"};
  description.history = first_year();
  for (auto& commit : second_year()) description.history.push_back(std::move(commit));
  return description;
}

}  // namespace eka::world
