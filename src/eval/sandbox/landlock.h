// Restricts the file access of this process and its threads with Landlock: an additional layer inside the sandbox, set
// up by the process itself, irrevocable, and without privileges.
//
// Everything that is not granted is denied: files outside of the granted paths, TCP, signals to other processes,
// abstract sockets; each as far as the kernel's version of Landlock supports it.
#pragma once

#include <string>
#include <vector>

namespace eka::eval {

// Paths; a directory includes everything below it. A path that does not exist grants nothing.
struct Grants {
  std::vector<std::string> run;    // may be executed and read
  std::vector<std::string> read;   // may be read and listed
  std::vector<std::string> write;  // may be read, written, created and removed: regular files, directories, symlinks
};

// Returns false, without effect, if the kernel has no Landlock or it is disabled. Throws Error(Kind::failure). The
// process must have no_new_privs set.
bool confine(const Grants& grants);

// The version of Landlock that the kernel supports; 0 if it has none or it is disabled.
int landlock_version();

}  // namespace eka::eval
