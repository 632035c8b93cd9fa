#include "cli/plan_options.h"

#include <filesystem>
#include <optional>

#include "cli/settings.h"
#include "engine/package_set.h"

namespace eka::cli {
namespace {

// The local set, or a path (not a file: URL, which means what is published there) to a working tree that is a set.
std::optional<std::filesystem::path> working_tree(const std::string& typed, const atom::AtomUri& uri) {
  if (!uri.set) return std::filesystem::current_path();
  if (!uri.set->is_local() || typed.starts_with("file:")) return std::nullopt;
  const std::filesystem::path path = uri.set->path();
  return std::filesystem::exists(path / engine::set_file) ? std::optional(path) : std::nullopt;
}

}  // namespace

CLI::Option* PlanOptions::add_to(CLI::App& command) {
  command.add_flag("-c,--share-context", share_context, "evaluate all of them in one process");
  command.add_option("--build-platform", build_platform, "the platform that builds, as Nix names it")
      ->type_name("PLATFORM");
  command.add_option("-t,--target", target_platform, "the platform that what is built runs on")->type_name("PLATFORM");
  command.add_flag("--fresh-eval", fresh_evaluation, "evaluate again what is remembered");
  return command.add_option("uri", uris, "[scheme://][user@][alias:][path::]label[@requirement]")->type_name("URI");
}

void PlanOptions::apply_to(engine::Settings& settings) const {
  settings.fresh_evaluation = fresh_evaluation;
  settings.share_context = settings.share_context || share_context;
  if (!build_platform.empty()) settings.platforms.build = build_platform;
  if (!target_platform.empty()) settings.platforms.target = target_platform;
}

engine::PlanRequest PlanOptions::request(const atom::Aliases& aliases) const {
  engine::PlanRequest request;
  for (const auto& text : uris) {
    auto uri = atom::AtomUri::parse(text, aliases);
    if (!uri) throw std::move(uri).error().within("reading the URI " + redacted(text));
    if (uri->set) make_absolute(*uri->set);
    auto place = working_tree(text, *uri);
    request.items.push_back({redacted(text), *std::move(uri), std::move(place)});
  }
  return request;
}

}  // namespace eka::cli
