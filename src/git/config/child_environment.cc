#include "git/config/child_environment.h"

#include <string_view>

#include <unistd.h>

namespace eka::git {

std::map<std::string, std::string> child_environment() {
  std::map<std::string, std::string> out;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (const auto equals = text.find('='); equals != std::string_view::npos) {
      out.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  for (const char* name : {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"}) out.erase(name);
  out["GIT_TERMINAL_PROMPT"] = "0";
  out.erase("SSH_ASKPASS");
  out["SSH_ASKPASS_REQUIRE"] = "never";
  out["LC_ALL"] = "C";
  return out;
}

}  // namespace eka::git
