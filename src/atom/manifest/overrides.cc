#include "atom/manifest/overrides.h"

#include "atom/toml/toml.h"

namespace eka::atom {
namespace {

constexpr std::size_t overrides_size_limit = std::size_t{1} << 20;

}  // namespace

Result<std::map<Label, std::string>> parse_overrides(std::string_view text, std::string_view name) {
  try {
    const TomlDocument document(text, name, Kind::usage, TomlLimits{.bytes = overrides_size_limit});
    TomlTable root = document.root();
    std::map<Label, std::string> out;
    if (auto table = root.table("override")) {
      for (const auto& key : table->keys()) {
        auto label = document.check(key.where, Label::parse(key.text));
        auto place = table->required_string(key.text);
        if (place.text.empty()) document.refuse(place.where, "an override needs a path or a URI");
        out.emplace(std::move(label), std::move(place.text));
      }
    }
    root.finish();
    return out;
  } catch (const Error& error) {
    return std::unexpected(error);
  }
}

}  // namespace eka::atom
