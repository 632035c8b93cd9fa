#include "atom/config/config.h"
#include "atom/manifest/manifest.h"
#include "atom/names/inner_path.h"
#include "tests/atom/fuzz.h"

using namespace eka::atom;
using eka::fuzz::require;

namespace {

void check_manifest_error(const eka::Error& error) {
  require(error.kind() == eka::Kind::usage && error.message().starts_with("f:"), "an error does not say where");
}

void check_entry(const std::string& entry) {
  const auto again = parse_inner_path(entry);
  require(again.has_value() && *again == entry, "an entry leaves its atom");
}

void check(const Manifest& manifest) {
  if (const auto* with = std::get_if<WithAtom>(&manifest.composer)) {
    check_entry(with->entry);
    require(manifest.sets.contains(with->from), "a composer is from nowhere");
  } else if (const auto* nix = std::get_if<AsNix>(&manifest.composer)) {
    check_entry(nix->entry);
  } else {
    require(!manifest.has_dependencies(), "a static atom has dependencies");
  }
  for (const auto& [tag, atoms] : manifest.dependencies) {
    require(manifest.sets.contains(tag) && !atoms.empty(), "a dependency is from nowhere");
  }
  for (const auto& [tag, set] : manifest.sets) require(set.local || !set.mirrors.empty(), "a set is nowhere");
}

void fuzz_manifest(std::string_view bytes) {
  const auto manifest = Manifest::parse(bytes, "f");
  manifest ? check(*manifest) : check_manifest_error(manifest.error());
  if (const auto set = SetManifest::parse(bytes, "f"); !set) {
    check_manifest_error(set.error());
  } else {
    for (const std::string& path : set->packages) check_entry(path);
  }
  if (const auto config = Config::load({{"f", std::string(bytes)}}, {{"HOME", "/h"}}); !config) {
    check_manifest_error(config.error());
  } else {
    require(!config->entries().empty(), "a configuration without entries");
  }
}

}  // namespace

EKA_FUZZ(fuzz_manifest, "manifest")
