// The program, as main() starts it.
#pragma once

namespace eka::cli {

// Runs the program; returns its exit code. Never throws.
int run(int argc, char** argv);

}  // namespace eka::cli
