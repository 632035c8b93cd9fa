#include "eval/report/failure.h"

#include <csignal>

#include <doctest/doctest.h>

#include "eval/sandbox/nixec.h"

namespace eka::eval {
namespace {

Ending nix_says(std::string_view errors) {
  return {.code = 1, .errors = errors, .memory_limit = 512 << 20};
}

TEST_CASE("the atom's own trace is printed, eka's frames are not") {
  const Error error = explain(nix_says(R"(trace: error: not this
error: boo
        two lines

       … while evaluating 'f'

       at /nix/store/79dabfw3nhv604bjznz53gs2dvgzq60k-bad/default.nix:2:11:

            1| { main =
            2|   let f = x: throw "boo
             |           ^
            3|  two lines"; in

       … while evaluating 'plannable'

       at /eka/nix/contract.nix:41:11:

           40|   plannable =
           41|     atom: value:
             |           ^

       … from call site

       at (stdin):1:1:

            1| import
             | ^
)"));
  CHECK(error.kind() == Kind::evaluation);
  CHECK(error.message() == R"(boo
 two lines

… while evaluating 'f'

at bad/default.nix:2:11:

     1| { main =
     2|   let f = x: throw "boo
      |           ^
     3|  two lines"; in

(2 frames of eka's expressions omitted; use -v to show all))");
}

// As Nix 2.26 prints them: outermost first, the message last.
TEST_CASE("the newer order of traces is read, too") {
  const Error error = explain(nix_says(R"(trace: error: not this
error:
       … while calling the 'seq' builtin
         at /eka/nix/plan.nix:38:3:
           37|   in
           38|   builtins.seq answer (builtins.trace "eka-answer ${mark} ${answer}" true)
             |   ^

       … while evaluating the attribute 'main'
         at /nix/store/79dabfw3nhv604bjznz53gs2dvgzq60k-bad/default.nix:1:3:
            1| { main =
             |   ^

       (12 duplicate frames omitted)

       … while calling the 'derivationStrict' builtin
         at «nix-internal»/derivation-internal.nix:37:12:
           36|

       … while calling the 'throw' builtin
         at /nix/store/79dabfw3nhv604bjznz53gs2dvgzq60k-bad/default.nix:2:13:
            1| { main =
            2|   let f = x: throw "boo
             |             ^

       error: boo
        two lines
)"));
  CHECK(error.kind() == Kind::evaluation);
  CHECK(error.message() == R"(boo
 two lines

… while calling the 'throw' builtin
  at bad/default.nix:2:13:
     1| { main =
     2|   let f = x: throw "boo
      |             ^

… while evaluating the attribute 'main'
  at bad/default.nix:1:3:
     1| { main =
      |   ^

(12 duplicate frames omitted)

(2 frames of eka's expressions omitted; use -v to show all))");
}

TEST_CASE("in both orders, hints, origins and limits are found") {
  const std::string closure =
      R"({"roots":["k"],"atoms":{"k":{"label":"app","version":"1.0.0",)"
      R"("root":"/nix/store/79dabfw3nhv604bjznz53gs2dvgzq60k-app","deps":{"s":{"lib":"l"}}},)"
      R"("l":{"label":"lib","version":"2.0.0","root":"/nix/store/6iqh71svy5sk6dd6ml3xd1gc5p0y86b2-lib","deps":{}}}})";
  const std::string frame_of_app = "at /nix/store/79dabfw3nhv604bjznz53gs2dvgzq60k-app/default.nix:1:3:\n";
  const std::string frame_of_lib = "at /nix/store/6iqh71svy5sk6dd6ml3xd1gc5p0y86b2-lib/default.nix:1:3:\n";
  const auto told = [&](const std::string& message) {
    std::vector<std::string> all;
    for (const std::string& errors :
         {"error: " + message + "\n\n       … while calling 'f'\n\n       " + frame_of_lib +
              "\n       … while calling 'g'\n\n       " + frame_of_app,
          "error:\n       … while calling 'g'\n         " + frame_of_app + "\n       … while calling 'f'\n         " +
              frame_of_lib + "\n       error: " + message + "\n"}) {
      Ending ending = nix_says(errors);
      ending.closure = closure;
      const Error error = explain(ending);
      std::string text = error.message().substr(0, error.message().find('\n')) + " | " + error.hint();
      for (const std::string& context : error.context()) text += " | " + context;
      all.push_back(text + (exhausted(ending) == Exhausted::memory ? " | memory" : ""));
    }
    CHECK(all[0] == all[1]);
    return all[1];
  };
  CHECK(told("boo") == "boo |  | evaluating the atom lib 2.0.0, needed by app 1.0.0");
  CHECK(told("out of memory") == "evaluation exceeded the memory limit of 512 MiB |  | memory");
  CHECK(told("infinite recursion encountered").contains(" | a value depends on itself | "));
  CHECK(told("access to absolute path '/etc/passwd' is forbidden in restricted mode")
            .contains(" | an atom can read only its own files and its dependencies | "));
  CHECK(told("path '/nix/store/79dabfw3nhv604bjznz53gs2dvgzq60k-app/x/lib.nix' does not exist")
            .contains(" | `x/lib.nix` is not part of the atom"));
  CHECK(told("getting status of '/nix/store/79dabfw3nhv604bjznz53gs2dvgzq60k-app/lib.nix': No such file or directory")
            .contains(" | `lib.nix` is not part of the atom"));
  CHECK(
      told("cannot build '/nix/store/79dabfw3nhv604bjznz53gs2dvgzq60k-x.drv^out' during evaluation because the option "
           "'allow-import-from-derivation' is disabled")
          .contains(" | use --allow-ifd to allow import-from-derivation | "));
  CHECK(told(R"(eka-contract {"breach":"not-a-set","label":"a","version":"1.0.0","found":"a function"})") ==
        "the value of the atom a 1.0.0 is a function, not a set with a derivation `main` | ");
}

TEST_CASE("what Nix adds for users of its command line is left out") {
  CHECK(explain(nix_says("error: unknown hash algorithm 'x'\nTry 'nix-instantiate --help' for more information.\n"))
            .message() == "unknown hash algorithm 'x'");
  CHECK(explain(
            nix_says("error:\n       … while calling f\n\n       error: unknown\nTry 'nix-instantiate --help' for more "
                     "information.\n"))
            .message() == "unknown\n\n… while calling f");
}

TEST_CASE("colours of Nix are removed") {
  CHECK(explain(nix_says("error: \x1b[31;1mboo\x1b[0m at \x1b[35;1mx\x1b[0m\n")).message() == "boo at x");
  CHECK(messages_of("trace: \x1b[1;31mred\x1b[0m\nerror: x") == "trace: red");
  CHECK(messages_of("\x1b[35;1mwarning:\x1b[0m old\nerror: x") == "warning: old");
}

// Quadratic algorithms would take minutes here.
TEST_CASE("a location in eka's own expressions is not printed") {
  const Error error = explain(nix_says(R"(error: cannot coerce an integer to a string

       at /eka/nix/purity.nix:25:28:

           24|       # With a context
           25|       if file == null then evaluate path else file.value;
             |                            ^

       … from call site

       at /nix/store/79dabfw3nhv604bjznz53gs2dvgzq60k-bad/default.nix:2:11:

            2|   main = import 1;
             |          ^)"));
  CHECK(error.message() == R"(cannot coerce an integer to a string

… from call site

at bad/default.nix:2:11:

     2|   main = import 1;
      |          ^)");
}

TEST_CASE("megabytes of positions are parsed in linear time") {
  constexpr std::size_t size = std::size_t{8} << 20;
  const auto filled = [](std::string_view piece) {
    std::string text = "error: boo\n";
    while (text.size() < size) text += piece;
    return text;
  };
  std::string closure = R"({"roots":["k0"],"atoms":{)";
  for (int i = 0; i < 20'000; ++i) {
    const auto number = std::to_string(i);
    closure += (i == 0 ? "\"k" : ",\"k") + number + R"(":{"label":"a)" + number +
               R"(","version":"1.0.0","root":"/nix/store/79dabfw3nhv604bjznz53gs2dvgzq60k-)" + number +
               R"(","deps":{"s":{"x":"k)" + std::to_string((i + 1) % 20'000) + R"("}}})";
  }
  closure += "}}";
  for (const std::string_view piece : {"\n       … while evaluating 'f'\n\n       at "
                                       "/nix/store/79dabfw3nhv604bjznz53gs2dvgzq60k-none/default.nix:2:11:\n",
                                       "/eka/store/nix/store/79dabfw3nhv604bjznz53gs2dvgzq60k-none ",
                                       "at /nix/store/79dabfw3nhv604bjznz53gs2dvgzq60k-19999/x:1:1\n"}) {
    const std::string errors = filled(piece);
    Ending ending = nix_says(errors);
    ending.closure = closure;
    CHECK(explain(ending).kind() == Kind::evaluation);
  }
}

TEST_CASE("violations of the contract are explained") {
  const auto said = [](const char* json) {
    const std::string errors = std::string("error: eka-contract ") + json + "\n\n       … while evaluating 'breach'\n";
    const Error error = explain(nix_says(errors));
    CHECK(error.kind() == Kind::evaluation);
    return error.message() + (error.hint().empty() ? "" : " | " + error.hint());
  };
  CHECK(said(R"({"breach":"no-main","label":"a","version":"1.0.0","found":"a set","names":["mian","x"]})") ==
        "the atom a 1.0.0 has no attribute `main`; it has `mian`, `x` | did you mean `main` instead of `mian`?");
  CHECK(said(R"({"breach":"no-main","label":"a","version":"1.0.0","found":"a set","names":[]})") ==
        "the atom a 1.0.0 has no attribute `main`; it is an empty set | the expression of an atom must evaluate to a "
        "set with a derivation `main`");
  CHECK(said(R"({"breach":"not-a-set","label":"a","version":"1.0.0","found":"a function"})") ==
        "the value of the atom a 1.0.0 is a function, not a set with a derivation `main`");
  CHECK(said(R"({"breach":"main-not-a-derivation","label":"a\u001b","version":"1.0.0","found":"a list"})") ==
        "`main` of the atom a\\x1b 1.0.0 is a list, not a derivation");
  CHECK(said(R"({"breach":"main-without-drv-path","label":"a","version":"1.0.0","found":"a derivation"})") ==
        "`main` of the atom a 1.0.0 has type \"derivation\" but no `drvPath` | create derivations with `derivation` or "
        "a function that calls it");
  CHECK(said(R"({"breach":"composer-not-a-function","label":"a","version":"1.0.0","found":"a set","composer":"c"})") ==
        "the atom a 1.0.0 cannot be evaluated: its composer c is a set, not a function");
}

TEST_CASE("a message that only resembles a violation is printed unchanged") {
  CHECK(explain(nix_says("error: eka-contract {nonsense\n")).message() == "eka-contract {nonsense");
  CHECK(explain(nix_says("error: eka-contract {}\n")).message() == "eka-contract {}");
}

TEST_CASE("control characters of the atom are escaped") {
  CHECK(explain(nix_says("error: \x1b]0;x\x07\n")).message() == "\\x1b]0;x\\x07");
  CHECK(messages_of("trace: \x1b[2J\nerror: x") == "trace: \\x1b[2J");
}

TEST_CASE("warnings of the garbage collector about the sandbox are removed") {
  CHECK(messages_of("GC Warning: Could not open /proc/stat\ntrace: a\ntrace: GC Warning: b") ==
        "trace: a\ntrace: GC Warning: b");
  CHECK(messages_of("") == "");
}

TEST_CASE("errors caused by a limit name the limit") {
  const auto message = [](Ending ending) { return explain(ending).message(); };
  CHECK(
      message(nix_says("GC Warning: Out of Memory! SizeCount size: 32 MiB. Returning NULL!\nerror: out of memory\n")) ==
      "evaluation exceeded the memory limit of 512 MiB");
  CHECK(message({.signal = SIGALRM, .errors = "", .wall_limit = std::chrono::seconds(7)}) ==
        "evaluation timed out after 7 seconds");
  CHECK(message({.code = 128 + SIGKILL,
                 .errors = "",
                 .took = std::chrono::seconds(5),
                 .cpu_limit = std::chrono::seconds(5)}) == "evaluation exceeded the CPU time limit of 5 seconds");
  CHECK(message({.code = 128 + SIGKILL,
                 .errors = "",
                 .took = std::chrono::seconds(1),
                 .cpu_limit = std::chrono::seconds(5)}) ==
        "the evaluator was killed, possibly because the system ran out of memory");
  CHECK(message({.code = 128 + SIGSYS, .errors = ""}) ==
        "the evaluator made a system call that the sandbox does not allow");
}

TEST_CASE("failures of the machine are not attributed to the atom") {
  const Error sandbox = explain(nix_says("bwrap: No permissions to create new namespace\n"));
  CHECK(sandbox.kind() == Kind::failure);
  CHECK(sandbox.message() == "creating the sandbox failed: bwrap: No permissions to create new namespace");
  CHECK(sandbox.hint().contains("user namespaces"));

  const Error nixec = explain({.code = nixec_failed, .errors = "nixec: eka was replaced on disk\n"});
  CHECK(nixec.kind() == Kind::failure);
  CHECK(nixec.message() == "nixec: eka was replaced on disk");
}

}  // namespace
}  // namespace eka::eval
