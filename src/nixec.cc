// The small nixec: the sandbox alone, without what the rest of the engine needs.
#include "eval/sandbox/nixec.h"

int main(int argc, char** argv) {
  return eka::eval::nixec_main(argc, argv);
}
