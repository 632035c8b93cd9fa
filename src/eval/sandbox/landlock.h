// What a process and its threads may still do with files, by Landlock: a wall inside the walls, made by the process
// itself, for good, without any privilege.
//
// Whatever is not granted is refused: files below no granted path, TCP, signals to other processes, abstract sockets;
// each as far as the kernel's version of Landlock knows it.
#pragma once

#include <string>
#include <vector>

namespace eka::eval {

// Paths; a directory includes everything below it. One that does not exist grants nothing.
struct Grants {
  std::vector<std::string> run;    // may be executed and read
  std::vector<std::string> read;   // may be read and listed
  std::vector<std::string> write;  // may be read, written, made and removed: regular files, directories, symlinks
};

// False where the kernel has no Landlock, or has it switched off: then nothing has changed. Throws
// Error(Kind::failure). The process must have no_new_privs set.
bool confine(const Grants& grants);

}  // namespace eka::eval
