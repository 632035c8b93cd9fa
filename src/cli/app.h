// The command line: every byte that is printed and every exit code is decided in this folder.
#pragma once

namespace eka::cli {

// The whole program; returns its exit code. Never throws.
int run(int argc, char** argv);

}  // namespace eka::cli
