// A collection of packages in the manner of nixpkgs, as one atom. Few packages are needed by very many others.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "atom/hash/base_n.h"
#include "atom/hash/digest.h"
#include "base/error.h"
#include "world/description.h"
#include "world/nixlike_library.h"
#include "world/random.h"

namespace eka::world {

namespace {

constexpr unsigned overlay_count = 8;
constexpr unsigned overrides_per_overlay = 6;

struct Package {
  std::string name;
  std::string directory;
  std::vector<std::size_t> needs;  // lower indices
  bool has_patch = false;
  bool has_source = false;  // a directory of files that is copied into the store
};

std::string hash_of(const std::string& text) {
  const auto bytes = atom::Sha256::of(text);
  return "sha256-" + atom::base64(bytes);
}

constexpr const char* atom_expression = "{ main = import ./main.nix { system = cfg.platforms.build; }; }\n";

std::string main_expression(const std::vector<std::string>& inputs) {
  return fmt::format(
      "{{ system }}:\nlet\n  pkgs = import ./. {{ inherit system; }};\nin\nderivation {{\n  name = \"main\";\n"
      "  inherit system;\n  builder = \"/bin/sh\";\n  args = [ \"-c\" \"echo $inputs > $out\" ];\n"
      "  inputs = with pkgs; [\n    {}\n  ];\n}}\n",
      fmt::join(inputs, "\n    "));
}

std::string content_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in) throw Error(Kind::failure, "cannot read " + file.string());
  return text;
}

// The files below a directory, without a repository's own.
std::map<std::string, File> read_tree(const std::filesystem::path& directory) {
  namespace fs = std::filesystem;
  std::map<std::string, File> out;
  for (auto each = fs::recursive_directory_iterator(directory); each != fs::recursive_directory_iterator(); ++each) {
    const auto path = each->path().lexically_relative(directory).generic_string();
    if (each->path().filename() == ".git") {
      each.disable_recursion_pending();
    } else if (each->is_symlink()) {
      out[path] = {fs::read_symlink(each->path()).string(), File::Mode::symlink};
    } else if (each->is_regular_file()) {
      const bool runs = (each->status().permissions() & fs::perms::owner_exec) != fs::perms::none;
      out[path] = {content_of(each->path()), runs ? File::Mode::executable : File::Mode::regular};
    }
  }
  return out;
}

std::map<std::string, File> real_collection(const NixlikeWorld& size) {
  auto files = read_tree(size.tree);
  if (!files.contains("main.nix")) {
    if (size.attributes.empty()) {
      throw Error(Kind::usage, size.tree + " has no main.nix: name the packages that it needs with --attributes");
    }
    files["main.nix"] = {main_expression(size.attributes)};
  }
  files["atom.nix"] = {atom_expression};
  return files;
}

class Collection {
 public:
  explicit Collection(const NixlikeWorld& size) : size_(size), random_(size.seed), files_(nixlike_library()) {}

  std::map<std::string, File> files() {
    choose_packages();
    for (const auto& package : packages_) write(package);
    write_list();
    write_overlays();
    write_entry();
    fill_up();
    return std::move(files_);
  }

 private:
  // Preferential attachment: an urn holds each package once, and once more for each that needs it.
  void choose_packages() {
    static constexpr std::string_view words[] = {"lib", "py", "gtk", "net", "font", "x", "ocaml", "perl", "rust", "go"};
    std::vector<std::size_t> urn;
    for (std::size_t i = 0; i < size_.packages; ++i) {
      Package package;
      package.name = fmt::format("{}{:05}", words[random_.below(std::size(words))], i);
      package.directory = fmt::format("pkgs/by-name/{:02x}/{}", random_.below(64), package.name);
      package.has_patch = random_.below(4) == 0;
      package.has_source = random_.below(20) == 0;
      std::set<std::size_t> needs;
      const auto wanted = i == 0 ? 0 : std::min<std::size_t>(i, 1 + random_.below(5));
      while (needs.size() < wanted)
        needs.insert(random_.below(4) == 0 ? random_.below(i) : urn[random_.below(urn.size())]);
      package.needs.assign(needs.begin(), needs.end());
      urn.push_back(i);
      urn.insert(urn.end(), needs.begin(), needs.end());
      packages_.push_back(std::move(package));
    }
  }

  // Each random number in its own statement: the order in which arguments are evaluated differs between compilers.
  std::string version() {
    const auto major = random_.below(9);
    const auto minor = random_.below(30);
    return fmt::format("{}.{}.{}", major, minor, random_.below(10));
  }

  std::vector<std::string> names(const std::vector<std::size_t>& indices) const {
    std::vector<std::string> out;
    for (const auto index : indices) out.push_back(packages_[index].name);
    return out;
  }

  void write(const Package& package) {
    static constexpr std::string_view licenses[] = {"mit", "gpl3Plus", "bsd3", "asl20"};
    const auto needs = names(package.needs);
    std::string flags = fmt::format("(lib.enableFeature {} \"shared\")", random_.below(2) == 0 ? "true" : "false");
    for (const auto& need : needs) flags += fmt::format("\n    \"--with-{0}=${{{0}}}/lib\"", need);
    const auto number = version();
    const auto url = fmt::format("https://example.org/{}-{}.tar.gz", package.name, number);
    const auto source =
        package.has_source ? std::string("./src")
                           : fmt::format("fetchurl {{\n    url = \"{}\";\n    hash = \"{}\";\n  }}", url, hash_of(url));
    // Many files of real collections import the library themselves.
    const bool imports_lib = random_.below(3) == 0;
    const auto license = licenses[random_.below(std::size(licenses))];
    files_[package.directory + "/package.nix"] = {fmt::format(
        R"({{ {}stdenv, fetchurl{}{} }}:

{}stdenv.mkDerivation {{
  pname = "{}";
  version = "{}";

  src = {};
{}
  buildInputs = [ {} ] ++ lib.optionals stdenv.isLinux [ ];
  configureFlags = [
    {}
  ];

  meta = {{
    description = "{}";
    homepage = "https://example.org/{}";
    license = lib.licenses.{};
  }};
}}
)",
        imports_lib ? "" : "lib, ", needs.empty() ? "" : ", ", fmt::join(needs, ", "),
        imports_lib ? "let\n  lib = import ../../../../lib;\nin\n" : "", package.name, number, source,
        package.has_patch ? "  patches = [ ./build.patch ];\n" : "", fmt::join(needs, " "), flags, words(8),
        package.name, license)};
    if (package.has_patch) files_[package.directory + "/build.patch"] = {patch(package.name)};
    if (!package.has_source) return;
    for (int i = 0; i < 3; ++i) files_[fmt::format("{}/src/part-{}.c", package.directory, i)] = {words(40) + "\n"};
  }

  void write_list() {
    std::string text = "final:\nlet\n  inherit (final) callPackage;\nin\n{\n";
    for (const auto& package : packages_) {
      text += fmt::format("  {} = callPackage ./{}/package.nix {{ }};\n", package.name, package.directory.substr(5));
    }
    files_["pkgs/all-packages.nix"] = {text + "}\n"};
  }

  // Overlays change packages in the middle, so that the changes reach many others.
  void write_overlays() {
    std::string list;
    for (unsigned i = 0; i < overlay_count; ++i) {
      const auto name = fmt::format("overlay-{}", i);
      std::string text = "final: prev: {\n";
      std::set<std::size_t> changed;
      for (unsigned n = 0; n < overrides_per_overlay; ++n) changed.insert(random_.below(packages_.size()));
      for (const auto index : changed) {
        text += fmt::format(
            "  {0} = prev.{0}.overrideAttrs (old: {{ patches = old.patches or [ ] ++ [ ./{1}.patch ]; }});\n",
            packages_[index].name, name);
      }
      files_[fmt::format("overlays/{}.nix", name)] = {text + "}\n"};
      files_[fmt::format("overlays/{}.patch", name)] = {patch(name)};
      list += fmt::format(" ./{}.nix", name);
    }
    files_["overlays/default.nix"] = {fmt::format("[{} ]\n", list)};
  }

  // The last packages need the most others.
  void write_entry() {
    std::vector<std::string> inputs;
    const auto count = std::min<std::size_t>(size_.inputs, packages_.size());
    for (std::size_t i = packages_.size() - count; i < packages_.size(); ++i) inputs.push_back(packages_[i].name);
    files_["main.nix"] = {main_expression(inputs)};
    files_["atom.nix"] = {atom_expression};
  }

  // Files that no evaluation reads, as most of a real collection: modules, tests and documents.
  void fill_up() {
    static constexpr std::string_view kinds[] = {"nixos/modules", "nixos/tests", "doc"};
    for (std::size_t i = 0; files_.size() < size_.files; ++i) {
      const auto kind = kinds[i % std::size(kinds)];
      const auto path = fmt::format("{}/{:02x}/{:05}.{}", kind, random_.below(100), i, kind == "doc" ? "md" : "nix");
      files_[path] = {fmt::format("# {}\n{{ config, lib, pkgs, ... }}: {{ }}\n", words(20 + random_.below(100)))};
    }
  }

  std::string words(std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) {
      if (i > 0) out += ' ';
      for (std::size_t n = 2 + random_.below(7); n > 0; --n) out += static_cast<char>('a' + random_.below(26));
    }
    return out;
  }

  std::string patch(const std::string& name) {
    const auto before = words(12);
    return fmt::format("--- a/{0}.c\n+++ b/{0}.c\n@@ -1 +1 @@\n-{1}\n+{2}\n", name, before, words(12));
  }

  const NixlikeWorld& size_;
  Random random_;
  std::map<std::string, File> files_;
  std::vector<Package> packages_;
};

}  // namespace

Description nixlike_world(const NixlikeWorld& size) {
  if (size.packages == 0 && size.tree.empty()) throw Error(Kind::usage, "a collection has at least one package");
  Release release;
  release.label = "collection";
  release.version = "1.0.0";
  release.description = "Packages in the manner of nixpkgs";
  release.entry = "atom.nix";
  release.files = size.tree.empty() ? Collection(size).files() : real_collection(size);
  Description description;
  description.seed = size.seed;
  description.sets = {"collection"};
  Commit commit;
  commit.set = "collection";
  commit.message = "release the collection";
  commit.releases.push_back(std::move(release));
  description.history.push_back(std::move(commit));
  return description;
}

}  // namespace eka::world
