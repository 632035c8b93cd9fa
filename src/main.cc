// eka, and under the name nixec the sandbox that it re-executes itself as.
#include <csignal>
#include <filesystem>

#include "cli/app.h"
#include "eval/sandbox/nixec.h"

int main(int argc, char** argv) {
  const bool sealed = argc > 0 && std::filesystem::path(argv[0]).filename() == "nixec";
  // A limit on file sizes is an error to be told, like a full disk, not an end without a word. Inside the walls it ends
  // us.
  if (!sealed) std::signal(SIGXFSZ, SIG_IGN);
  return sealed ? eka::eval::nixec_main(argc, argv) : eka::cli::run(argc, argv);
}
