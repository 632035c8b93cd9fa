// What a server printed during a push: the lines that git shows with "remote:".
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace eka::git {

struct ServerWords {
  // Lines that name a ref, with the lines before them: a hook explains, then git says which ref was declined.
  std::map<std::string, std::vector<std::string>> by_ref;
  std::vector<std::string> general;  // the other lines
};

// Parses the standard error of git push; `refs` are the full names of the pushed refs. The lines are safe for a
// terminal, without "remote:", empty ones and progress. Pure.
ServerWords read_server_words(std::string_view errors, const std::vector<std::string>& refs);

}  // namespace eka::git
