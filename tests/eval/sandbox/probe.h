// A program that is started in place of nix-instantiate and reports what it can do in the sandbox.
#pragma once

namespace eka::eval {

// Whether these are the arguments of an evaluator.
bool is_probe(int argc, char** argv);
// Prints one line for each finding to standard error; returns 1.
int probe_main(int argc, char** argv);

}  // namespace eka::eval
