#include "eval/store/nix_conf.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <ranges>
#include <sstream>
#include <vector>

namespace eka::eval {
namespace {

constexpr int deepest_include = 16;

std::string variable(const char* name, const std::string& otherwise) {
  const char* told = std::getenv(name);
  return told != nullptr && *told != '\0' ? told : otherwise;
}

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> parts;
  std::istringstream in(list);
  for (std::string part; std::getline(in, part, ':');) {
    if (!part.empty()) parts.push_back(part);
  }
  return parts;
}

std::vector<std::string> words_of(std::string_view line) {
  std::istringstream in{std::string(line.substr(0, line.find('#')))};
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

// The one with the highest priority first, as in the specification.
std::vector<std::string> user_files() {
  if (const char* told = std::getenv("NIX_USER_CONF_FILES")) return split(told);
  std::vector<std::string> directories{variable("XDG_CONFIG_HOME", variable("HOME", "/nonexistent") + "/.config")};
  for (auto& directory : split(variable("XDG_CONFIG_DIRS", "/etc/xdg"))) directories.push_back(std::move(directory));
  for (std::string& directory : directories) directory += "/nix/nix.conf";
  return directories;
}

}  // namespace

NixConf NixConf::of_user() {
  NixConf conf;
  conf.apply_file(variable("NIX_CONF_DIR", "/etc/nix") + "/nix.conf");
  for (const std::string& file : user_files() | std::views::reverse) conf.apply_file(file);
  conf.apply(variable("NIX_CONFIG", ""), "/");
  return conf;
}

std::string NixConf::setting(const std::string& name) const {
  const auto found = settings_.find(name);
  return found == settings_.end() ? std::string() : found->second;
}

void NixConf::apply(std::string_view text, const std::string& directory, int depth) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const std::vector<std::string> words = words_of(line);
    if (words.size() == 2 && (words[0] == "include" || words[0] == "!include")) {
      if (depth < deepest_include) apply_file(std::filesystem::path(directory) / words[1], depth + 1);
    } else if (words.size() >= 2 && words[1] == "=") {
      std::string value;
      for (std::size_t i = 2; i < words.size(); ++i) value += (i == 2 ? "" : " ") + words[i];
      settings_[words[0]] = value;
    }
  }
}

void NixConf::apply_file(const std::string& path, int depth) {
  std::ifstream in(path, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  apply(text, std::filesystem::path(path).parent_path(), depth);
}

}  // namespace eka::eval
