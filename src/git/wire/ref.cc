#include "git/wire/ref.h"

#include <algorithm>

namespace eka::git {
namespace {

bool is_forbidden(char c) {
  return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f || std::string_view("~^:?*[\\").contains(c);
}

bool is_component(std::string_view component) {
  return !component.empty() && !component.starts_with('.') && !component.ends_with(".lock");
}

}  // namespace

bool is_ref_name(std::string_view name) {
  if (name == "HEAD") return true;
  if (!name.starts_with("refs/") || name.size() > longest_ref_name) return false;
  if (std::ranges::any_of(name, is_forbidden)) return false;
  if (name.contains("..") || name.contains("@{") || name.ends_with('.')) return false;
  for (std::string_view rest = name;;) {
    const std::size_t end = std::min(rest.find('/'), rest.size());
    if (!is_component(rest.substr(0, end))) return false;
    if (end == rest.size()) return true;
    rest.remove_prefix(end + 1);
  }
}

std::vector<std::string> full_names(std::string_view short_name) {
  const std::string name(short_name);
  std::vector<std::string> out{name,
                               "refs/" + name,
                               "refs/tags/" + name,
                               "refs/heads/" + name,
                               "refs/remotes/" + name,
                               "refs/remotes/" + name + "/HEAD"};
  std::erase_if(out, [](const std::string& full) { return !is_ref_name(full); });
  return out;
}

const Ref* find_ref(const std::vector<Ref>& refs, std::string_view short_name) {
  for (const std::string& full : full_names(short_name)) {
    const auto found = std::ranges::find(refs, full, &Ref::name);
    if (found != refs.end()) return &*found;
  }
  return nullptr;
}

}  // namespace eka::git
