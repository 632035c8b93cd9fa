// The arguments or the environment of a program as execve() takes them.
#pragma once

#include <string>
#include <vector>

namespace eka {

// Pointers to `words`, which must outlive the result unchanged, and a null pointer.
inline std::vector<char*> argv_of(std::vector<std::string>& words) {
  std::vector<char*> out;
  out.reserve(words.size() + 1);
  for (std::string& word : words) out.push_back(word.data());
  out.push_back(nullptr);
  return out;
}

}  // namespace eka
