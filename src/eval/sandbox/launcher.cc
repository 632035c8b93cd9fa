#include "eval/sandbox/launcher.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <string_view>

#include <unistd.h>

#include "eval/sandbox/nixec.h"

namespace eka::eval {
namespace {

int complain(const char* what) {
  std::fprintf(stderr, "nixec: %s\n", what);
  return nixec_failed;
}

}  // namespace

std::vector<std::string> launcher_command(const Grants& grants, const std::vector<std::string>& command) {
  std::vector<std::string> words{inside_launcher};
  const auto add = [&words](const char* option, const std::vector<std::string>& paths) {
    for (const std::string& path : paths) words.insert(words.end(), {option, path});
  };
  add("--run", grants.run);
  add("--read", grants.read);
  add("--write", grants.write);
  words.emplace_back("--");
  words.insert(words.end(), command.begin(), command.end());
  return words;
}

int launcher_main(int argc, char** argv) {
  try {
    Grants grants;
    int at = 1;
    for (; at + 1 < argc && std::string_view(argv[at]) != "--"; at += 2) {
      const std::string_view option = argv[at];
      if (option != "--run" && option != "--read" && option != "--write") return complain("unknown option");
      (option == "--run" ? grants.run : option == "--read" ? grants.read : grants.write).emplace_back(argv[at + 1]);
    }
    if (at + 1 >= argc) return complain("no command");
    confine(grants);
    ::execv(argv[at + 1], argv + at + 1);
    return complain(("cannot run " + std::string(argv[at + 1]) + ": " + std::strerror(errno)).c_str());
  } catch (const std::exception& error) {
    return complain(error.what());
  }
}

}  // namespace eka::eval
