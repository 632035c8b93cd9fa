// The engine re-executes its own binary as nixec: here that is the test program.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include "eval/sandbox/nixec.h"
#include "tests/eval/sandbox/probe.h"

int main(int argc, char** argv) {
  if (argc > 0 && eka::eval::is_nixec(argv[0])) return eka::eval::nixec_main(argc, argv);
  if (eka::eval::is_probe(argc, argv)) return eka::eval::probe_main(argc, argv);
  return doctest::Context(argc, argv).run();
}
