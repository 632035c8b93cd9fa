#include "git/config/child_environment.h"

#include <array>
#include <string_view>

#include <unistd.h>

namespace eka::git {
namespace {

// What binds git to another repository, or makes it use one differently: `git rev-parse --local-env-vars` without those
// that hold configuration (GIT_CONFIG_COUNT, GIT_CONFIG_PARAMETERS), and what changes the meaning of refs and paths.
constexpr std::array local_variables = {
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_DIR",
    "GIT_GLOB_PATHSPECS",
    "GIT_GRAFT_FILE",
    "GIT_ICASE_PATHSPECS",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_LITERAL_PATHSPECS",
    "GIT_NAMESPACE",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
};

}  // namespace

std::map<std::string, std::string> child_environment() {
  std::map<std::string, std::string> out;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (const auto equals = text.find('='); equals != std::string_view::npos) {
      out.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  for (const char* name : local_variables) out.erase(name);
  out["GIT_TERMINAL_PROMPT"] = "0";
  out.erase("SSH_ASKPASS");
  out["SSH_ASKPASS_REQUIRE"] = "never";
  out["LC_ALL"] = "C";
  return out;
}

}  // namespace eka::git
