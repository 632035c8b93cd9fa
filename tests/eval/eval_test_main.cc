// The engine re-executes its own binary as nixec: here that is the test program.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include "eval/sandbox/nixec.h"

int main(int argc, char** argv) {
  if (argc > 0 && eka::eval::is_nixec(argv[0])) return eka::eval::nixec_main(argc, argv);
  return doctest::Context(argc, argv).run();
}
