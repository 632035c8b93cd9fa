// eka, and under the name nixec the sandbox that it re-executes itself as.
#include <csignal>
#include <filesystem>

#include "cli/run.h"
#include "eval/sandbox/nixec.h"

int main(int argc, char** argv) {
  const bool sealed = argc > 0 && std::filesystem::path(argv[0]).filename() == "nixec";
  // A write beyond the limit on file sizes then fails and is reported, like one to a full disk. In the sandbox, the
  // signal terminates the process.
  if (!sealed) std::signal(SIGXFSZ, SIG_IGN);
  return sealed ? eka::eval::nixec_main(argc, argv) : eka::cli::run(argc, argv);
}
