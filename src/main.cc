// eka, and under the name nixec the sandbox that it re-executes itself as.
#include <filesystem>

#include "cli/app.h"
#include "eval/nixec.h"

int main(int argc, char** argv) {
  const bool sealed = argc > 0 && std::filesystem::path(argv[0]).filename() == "nixec";
  return sealed ? eka::eval::nixec_main(argc, argv) : eka::cli::run(argc, argv);
}
