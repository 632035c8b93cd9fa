// Evaluation of malicious atoms.
#include <fstream>
#include <utility>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "coro/process/descriptor.h"
#include "coro/task/task_group.h"
#include "tests/eval/world.h"

namespace eka::eval {
namespace {

namespace fs = std::filesystem;

std::string main_is(const std::string& expression) {
  return "{ main = " + expression + "; }";
}

// By Nix's restricted mode, or, for a directory above sources, by the sandbox.
bool is_refused(const std::string& message) {
  return message.contains("forbidden in restricted mode") || message.contains("Permission denied");
}

// A listener on a loopback port that must not receive connections.
class Canary {
 public:
  Canary() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(socket_.get(), 16) == 0);
    REQUIRE(::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
  }
  std::string url(const std::string& scheme) const { return scheme + "://127.0.0.1:" + std::to_string(port_) + "/x"; }
  bool was_called() const { return coro::Descriptor(::accept(socket_.get(), nullptr, nullptr)).get() >= 0; }

 private:
  coro::Descriptor socket_;
  std::uint16_t port_ = 0;
};

TEST_CASE("files of the machine cannot be read by path, by link or through /proc") {
  World world;
  world.add("app", {});
  fs::create_symlink("/etc/passwd", world.tree("app") / "passwd");
  fs::create_symlink("/proc/self/environ", world.tree("app") / "environ");
  fs::create_symlink("/etc", world.tree("app") / "etc");
  const std::string probes[] = {"readFile /etc/passwd",
                                "readFile ./passwd",
                                "readFile ./environ",
                                "readFile ./etc/passwd",
                                "readFile \"/proc/self/environ\"",
                                "readFile \"/proc/1/fd/0\"",
                                "readDir ./etc",
                                "readDir /.",
                                "readDir \"/proc/self/fd\"",
                                "readFile \"/eka/store/nix/var/nix/db/db.sqlite\"",
                                "hashFile \"sha256\" ./passwd",
                                "toJSON (builtins.path { path = ./etc; })",
                                "toString (import ./passwd)"};
  // All probes share one atom, since its tree is the same: each is a different entry file.
  for (std::size_t i = 0; i < std::size(probes); ++i) {
    std::ofstream(world.tree("app") / (std::to_string(i) + ".nix")) << main_is("builtins." + probes[i]);
  }
  for (std::size_t i = 0; i < std::size(probes); ++i) {
    Evaluation evaluation = world.evaluation({"app"});
    const std::string entry = "\"entry\":\"default.nix\"";
    evaluation.closure_json.replace(evaluation.closure_json.find(entry), entry.size(),
                                    "\"entry\":\"" + std::to_string(i) + ".nix\"");
    const std::string message = world.failure_of(std::move(evaluation)).message();
    CAPTURE(probes[i]);
    CAPTURE(message);
    CHECK((is_refused(message) || message.contains("No such file") || message.contains("does not exist")));
    CHECK_FALSE(message.contains("root:"));
  }
}

TEST_CASE("if the root cannot be mounted, bwrap binds each file from then on") {
  World world;
  world.evaluator().set_processes(Processes::own);
  world.add("app", {{"default.nix", main_is(derivation_text("app"))}});
  Evaluation evaluation = world.evaluation({"app"});
  evaluation.sources.push_back({.store_path = "/nix/store/6iqh71svy5sk6dd6ml3xd1gc5p0y86b2-x", .on_disk = "/missing"});
  const Error error = world.failure_of(std::move(evaluation));
  CHECK(error.message().starts_with("creating the sandbox failed: bwrap: Can't find source path /missing"));
  CHECK(world.evaluate({"app"}).at(0).drv_path.ends_with("-app.drv"));
}

TEST_CASE("a filter over the root reveals nothing") {
  World world;
  world.add("app", {{"default.nix", main_is("builtins.path { path = /.; name = \"x\"; filter = path: type: "
                                            "builtins.trace \"saw ${path}\" true; }")}});
  const Error error = world.failure({"app"});
  CHECK(is_refused(error.message()));
  CHECK_FALSE(error.message().contains("saw /"));
}

TEST_CASE("no builtin reaches the network") {
  const Canary canary;
  const std::string rev = "rev = \"0123456789012345678901234567890123456789\";";
  const std::string http = canary.url("http");
  const std::string probes[] = {"fetchurl \"" + http + "\"",
                                "fetchTarball \"" + http + "\"",
                                "fetchGit { url = \"" + http + "\"; " + rev + " }",
                                "fetchGit \"" + canary.url("git") + "\"",
                                "fetchMercurial \"" + http + "\"",
                                "fetchTree { type = \"git\"; url = \"" + http + "\"; " + rev + " }",
                                "fetchTree { type = \"tarball\"; url = \"" + http + "\"; }",
                                "findFile [ { prefix = \"\"; path = \"" + http + "\"; } ] \"x\"",
                                "getFlake \"" + http + "\""};
  for (const std::string& probe : probes) {
    World world;
    world.add("app", {{"default.nix", main_is("builtins." + probe)}});
    const Error error = world.failure({"app"});
    CAPTURE(probe);
    CHECK(error.kind() == Kind::evaluation);
  }
  CHECK_FALSE(canary.was_called());
}

TEST_CASE("a planted git configuration does not run anything") {
  World world;
  const fs::path mark = world.directory() / "mark";
  world.add("app", {{"default.nix", main_is("builtins.fetchGit ./.")}, {"x", "y"}});
  const std::string tree = world.tree("app").string();
  std::ofstream(world.directory() / "monitor") << "#!/bin/sh\ntouch " << mark.string() << "\n";
  shell("chmod +x " + (world.directory() / "monitor").string() + "; cd " + tree +
        " && git init -q && git add -A && "
        "git -c user.name=x -c user.email=x commit -qm x && git config core.fsmonitor " +
        (world.directory() / "monitor").string());
  CHECK(world.failure({"app"}).kind() == Kind::evaluation);
  CHECK_FALSE(fs::exists(mark));
}

TEST_CASE("evaluation cannot build, load or substitute anything") {
  const std::pair<std::string, std::string> probes[] = {
      {"import (" + derivation_text("x") + ")", "allow-import-from-derivation"},
      {"builtins.readFile (" + derivation_text("x") + ")", "allow-import-from-derivation"},
      {"builtins.exec [ \"/usr/bin/nix-instantiate\" ]", "attribute 'exec' missing"},
      {"builtins.importNative ./x.so \"y\"", "attribute 'importNative' missing"},
      {"builtins.appendContext \"x\" { \"/nix/store/6iqh71svy5sk6dd6ml3xd1gc5p0y86b2-x\" = { path = true; }; }",
       "cannot be created"},
  };
  for (const auto& [probe, expected] : probes) {
    World world;
    world.add("app", {{"default.nix", main_is(probe)}});
    const std::string message = world.failure({"app"}).message();
    CAPTURE(probe);
    CAPTURE(message);
    // Newer versions of Nix know a builtin only by name, and report it differently.
    CHECK((message.contains(expected) || message.contains("not valid")));
  }
}

TEST_CASE("excessive evaluations are limited and do not affect others") {
  World world;
  world.add("list", {{"default.nix", main_is("builtins.deepSeq (builtins.genList (x: x) 1000000000) 1")}});
  world.add("string", {{"default.nix", main_is("let f = n: if n == 0 then \"a\" else let x = f (n - 1); in x + x; in "
                                               "builtins.stringLength (f 40)")}});
  world.add("fold",
            {{"default.nix", main_is("builtins.foldl' (a: b: [ a b ]) [ ] (builtins.genList (x: x) 50000000)")}});
  world.add("recursion", {{"default.nix", main_is("let f = x: 1 + f x; in f 1")}});
  world.add("regex", {{"default.nix", main_is("builtins.match \"((a*)*)*b\" \"" + std::string(60, 'a') + "\"")}});
  world.add("good", {{"default.nix", main_is(derivation_text("good"))}});

  const std::vector<std::string> labels{"list", "string", "fold", "recursion", "regex", "good"};
  std::vector<coro::Task<std::vector<Evaluated>>> tasks;
  for (const std::string& label : labels) {
    Evaluation evaluation = world.evaluation({label});
    evaluation.limits.memory_bytes = std::uint64_t{512} << 20;
    evaluation.limits.cpu_time = std::chrono::seconds(4);
    tasks.push_back(world.evaluator().evaluate(std::move(evaluation)));
  }
  const auto results = world.runtime().run(coro::gather(std::move(tasks)));
  const auto message = [&](std::size_t i) {
    REQUIRE_FALSE(results.at(i).has_value());
    return results[i].error().message();
  };
  CHECK(message(0) == "evaluation exceeded the memory limit of 512 MiB");
  CHECK(message(1) == "evaluation exceeded the memory limit of 512 MiB");
  CHECK(message(2) == "evaluation exceeded the memory limit of 512 MiB");
  CHECK(message(3).starts_with("stack overflow"));
  CHECK(message(4) == "evaluation exceeded the CPU time limit of 4 seconds");
  REQUIRE(results.at(5).has_value());
  CHECK(results[5]->at(0).drv_path.ends_with("-good.drv"));
}

TEST_CASE("the size of the evaluation store is limited, for one file and for many") {
  const std::string megabyte = "(let f = n: if n == 0 then \"a\" else let x = f (n - 1); in x + x; in f 20)";
  World world;
  world.add("many", {{"default.nix", main_is("builtins.deepSeq (builtins.genList (i: builtins.toFile \"f\" (" +
                                             megabyte + " + toString i)) 400) (" + derivation_text("x") + ")")}});
  world.add("one", {{"default.nix", main_is("builtins.seq (builtins.toFile \"f\" (builtins.concatStringsSep \"\" "
                                            "(builtins.genList (i: " +
                                            megabyte + ") 200))) (" + derivation_text("x") + ")")}});
  world.add("good", {{"default.nix", main_is("builtins.seq (builtins.toFile \"f\" " + megabyte + ") (" +
                                             derivation_text("good") + ")")}});
  const auto limited = [&](const std::string& label) {
    Evaluation evaluation = world.evaluation({label});
    evaluation.limits.store_bytes = std::uint64_t{64} << 20;
    return evaluation;
  };
  const Error many = world.failure_of(limited("many"));
  CHECK(many.message() == "evaluation wrote more than 64 MiB into its store");
  CHECK(many.hint().contains("plan.disk"));
  CHECK(world.failure_of(limited("one")).kind() == Kind::evaluation);
  CHECK(world.runtime().run(world.evaluator().evaluate(limited("good"))).size() == 1);
}

TEST_CASE("roots that were answered before the disk limit was exceeded keep their answers") {
  World world;
  world.add("good", {{"default.nix", main_is(derivation_text("good"))}});
  world.add("bad",
            {{"default.nix", main_is("builtins.deepSeq (builtins.genList (i: builtins.toFile \"f\" ((let f = n: if "
                                     "n == 0 then \"a\" else let x = f (n - 1); in x + x; in f 20) + toString i)) "
                                     "400) (" +
                                     derivation_text("x") + ")")}});
  Evaluation evaluation = world.evaluation({"good", "bad"});
  evaluation.limits.store_bytes = std::uint64_t{64} << 20;
  Answered nobody;
  const Answers answers =
      world.runtime().run(world.evaluator().evaluate_each(std::move(evaluation), std::move(nobody)));
  REQUIRE(answers.roots.size() == 1);
  CHECK(answers.roots[0].has_value());
  REQUIRE(answers.failure);
  CHECK(answers.exhausted == Exhausted::disk);
  world.runtime().run(world.evaluator().import_derivations({*answers.roots[0]}));
}

TEST_CASE("an evaluation that does not end is stopped by the time limit") {
  World world;
  world.add("regex", {{"default.nix", main_is("builtins.match \"((a*)*)*b\" \"" + std::string(60, 'a') + "\"")}});
  Evaluation evaluation = world.evaluation({"regex"});
  evaluation.limits.wall_time = std::chrono::seconds(1);
  CHECK(world.failure_of(std::move(evaluation)).message() == "evaluation timed out after 1 seconds");
}

TEST_CASE("escape sequences are not printed") {
  World world;
  world.add("thrower", {{"default.nix", main_is("throw \"a\x1b]0;evil\x07z\"")}});
  world.add("tracer", {{"default.nix", main_is("builtins.trace \"\x1b[2Jcleared\" (" + derivation_text("x") + ")")}});
  world.add("namer", {{"default.nix", "{ \"mai\x1b[1mn\" = 1; }"}});
  // Nix removes what it recognizes as a sequence; eka escapes the rest.
  const auto clean = [](const std::string& text) { return !text.contains('\x1b') && !text.contains('\x07'); };
  const std::string thrown = world.failure({"thrower"}).message();
  CHECK(thrown.starts_with("a"));  // some versions remove all after the sequence, too
  CHECK(clean(thrown));
  const std::string traced = world.evaluate({"tracer"}).at(0).messages;
  CHECK(traced.contains("cleared"));
  CHECK(clean(traced));
  CHECK(world.failure({"namer"}).message().contains("`mai\\x1b[1mn`"));
}

TEST_CASE("128 MB of output do not cause a timeout") {
  World world;
  const std::string large = "(let f = n: if n == 0 then \"a\" else let x = f (n - 1); in x + x; in f 27)";
  world.add("app", {{"default.nix", main_is("builtins.trace " + large + " 1")}});
  const Error error = world.failure({"app"});
  CHECK(error.kind() == Kind::evaluation);
  CHECK(error.message().size() < 20'000);
}

}  // namespace
}  // namespace eka::eval
