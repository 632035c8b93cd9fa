// Compares with the derivations of plain Nix: atoms fetched with builtins.fetchGit and evaluated under the same
// contract, written by hand.
#include <fstream>

#include <doctest/doctest.h>

#include "tests/eval/world.h"

namespace eka::eval {
namespace {

std::string commit_all(const std::filesystem::path& tree, const std::filesystem::path& repository) {
  const std::string git = "git -C " + repository.string() + " ";
  shell("cp -r " + tree.string() + " " + repository.string() + " && git init -q " + repository.string());
  shell(git + "add -A && " + git + "-c user.name=x -c user.email=x commit -qm x");
  return shell(git + "rev-parse HEAD");
}

// A command that runs another with a fresh /nix: without a sandbox, but with the real paths.
std::string with_a_nix_of_its_own(const std::filesystem::path& directory) {
  std::filesystem::create_directories(directory / "plain/nix/store");
  // Newer versions would put the store elsewhere if there were no /nix/var/nix.
  std::filesystem::create_directories(directory / "plain/nix/var/nix");
  std::string command =
      "export HOME=" + directory.string() + "; bwrap --unshare-user --uid 1000 --proc /proc --dev /dev";
  for (const char* name : {"/bin", "/etc", "/lib", "/lib64", "/usr"}) {
    command += std::string(" --ro-bind-try ") + name + " " + name;
  }
  // Where Nix is, if elsewhere.
  const std::filesystem::path nix =
      std::filesystem::path(shell("command -v nix-instantiate")).parent_path().parent_path();
  command += " --ro-bind " + nix.string() + " " + nix.string();
  return command + " --bind " + directory.string() + " " + directory.string() + " --bind " +
         (directory / "plain/nix").string() + " /nix ";
}

TEST_CASE("derivations equal those of plain Nix on trees fetched with fetchGit") {
  World world;
  world.add("lib", {{"default.nix", "{ main = " + derivation_text("lib", "src = ./.; sub = ./sub;") + "; }"},
                    {"sub/a", "content"}});
  world.add("composer", {{"default.nix", "root: { extern, config }: { main = " +
                                             derivation_text("app",
                                                             "src = root; text = \"${root}/x\";"
                                                             "lib = extern.deps.from.s.lib.main;"
                                                             "name_ = config.package.label;"
                                                             "target = config.platforms.target;") +
                                             "; }"}});
  world.add("app", {{"src/x", "1"}}, compose_with("composer", "src"), {{"s", {"lib"}}});
  const std::vector<Evaluated> evaluated = world.evaluate({"app", "lib"});

  const auto fetch = [&](const std::string& label) {
    const std::filesystem::path repository = world.directory() / ("git-" + label);
    const std::string revision = commit_all(world.tree(label), repository);
    return "builtins.fetchGit { url = \"file://" + repository.string() + "\"; rev = \"" + revision + "\"; name = \"" +
           label + "\"; }";
  };
  const std::filesystem::path plain = world.directory() / "plain.nix";
  std::ofstream(plain) << "let\n"
                       << "  platforms = { build = \"x86_64-linux\"; target = \"aarch64-linux\"; };\n"
                       << "  lib = import \"${" << fetch("lib") << "}/default.nix\";\n"
                       << "  composer = import \"${" << fetch("composer") << "}/default.nix\";\n"
                       << "  root = /. + builtins.unsafeDiscardStringContext \"${" << fetch("app") << "}/src\";\n"
                       << "  app = composer root { extern = { deps.from.s = { inherit lib; }; }; config = {"
                       << " inherit platforms; package = { label = \"app\"; version = \"1.0.0\"; }; }; };\n"
                       << "in [ app.main lib.main ]\n";
  const std::string drvs = shell(with_a_nix_of_its_own(world.directory()) +
                                 "nix-instantiate --option system x86_64-linux " + plain.string() + " 2>/dev/null");
  CHECK(evaluated.at(0).drv_path + "\n" + evaluated.at(1).drv_path == drvs);
}

}  // namespace
}  // namespace eka::eval
