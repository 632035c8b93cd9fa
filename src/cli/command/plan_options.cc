#include "cli/command/plan_options.h"

#include "cli/command/help.h"
#include "cli/command/wanted.h"

namespace eka::cli {
CLI::Option* PlanOptions::add_to(CLI::App& command) {
  command.add_flag("-c,--share-context", share_context, "evaluate all of them in one process");
  command.add_option("--build-platform", build_platform, "the platform that builds, as Nix names it")
      ->type_name("PLATFORM");
  command.add_option("-t,--target", target_platform, "the platform that what is built runs on")->type_name("PLATFORM");
  command.add_flag("--fresh-eval", fresh_evaluation, "evaluate again what is remembered");
  command.add_flag("--allow-ifd", allow_ifd,
                   "let evaluation read what derivations build (import-from-derivation): Nix builds while eka plans, "
                   "with the user's own settings, and a plan that needed it is not remembered");
  command.add_flag("--no-gc-root", no_gc_root, "let Nix's garbage collector take what is planned");
  return command.add_option("uri", uris, atom_uri_help)->type_name("URI");
}

void PlanOptions::apply_to(engine::Settings& settings) const {
  settings.fresh_evaluation = settings.fresh_evaluation || fresh_evaluation;
  settings.imports = settings.imports || allow_ifd;
  settings.share_context = settings.share_context || share_context;
  settings.gc_roots = settings.gc_roots && !no_gc_root;
  if (!build_platform.empty()) settings.platforms.build = build_platform;
  if (!target_platform.empty()) settings.platforms.target = target_platform;
}

engine::PlanRequest PlanOptions::request(const atom::Aliases& aliases) const {
  return {read_wanted(uris, aliases)};
}

}  // namespace eka::cli
