#include "engine/edit/remove.h"

#include <fmt/format.h>

#include "atom/toml/toml_edit.h"
#include "base/text.h"
#include "engine/resolve/settle.h"

namespace eka::engine {
namespace {

Error not_there(const WorkingAtom& atom, const DependencyName& name) {
  const auto file = atom.manifest_file().string();
  const auto* composer = std::get_if<atom::WithAtom>(&atom.manifest.composer);
  if (composer != nullptr && composer->label == name.label) {
    return Error(Kind::usage, fmt::format("cannot remove `{}`: it is the composer of {}", name.str(), file))
        .with_hint("change [compose] in the manifest, then run `eka resolve`");
  }
  Error error(Kind::usage, fmt::format("cannot remove `{}`: {} does not name it", name.str(), file));
  if (atom.lock && unwrap(find_dependency(*atom.lock, name)))
    return std::move(error).with_hint(fmt::format("`eka why {}` shows which dependency needs it", name.str()));
  const auto near = nearest(name.label.str(), dependency_names(atom.manifest));
  return near.empty() ? error : std::move(error).with_hint(fmt::format("did you mean `{}`?", near));
}

// Sets that `before` uses and `after` does not.
std::vector<std::string> unused(const atom::Manifest& before, const atom::Manifest& after) {
  std::vector<std::string> out;
  const auto* composer = std::get_if<atom::WithAtom>(&after.composer);
  for (const auto& [tag, atoms] : before.dependencies) {
    if (after.dependencies.contains(tag) && !after.dependencies.at(tag).empty()) continue;
    if (composer != nullptr && composer->from == tag) continue;
    out.push_back(fmt::format(
        "the manifest names no atom of set `{}` any more; remove the set from [package.sets], unless it is there to "
        "decide the versions of indirect dependencies",
        tag.str()));
  }
  return out;
}

}  // namespace

coro::Task<RemoveReport> remove(Context& context, RemoveRequest request) {
  const auto atom = co_await atom_at(context, request.atom);
  context.remotes().named_by_user(atom.manifest);
  auto text = atom.manifest_text;
  std::vector<std::pair<std::string, std::string>> removed;
  for (const auto& name : request.removed) {
    const auto found = unwrap(find_dependency(atom.manifest, name));
    if (!found) throw not_there(atom, name);
    const auto label = name.label.str();
    const auto path = found->set ? atom::KeyPath{"deps", "from", found->set->str(), label}
                                 : atom::KeyPath{"deps", "direct", "nix", label};
    text = unwrap(atom::remove_entry(text, path));
    removed.emplace_back(label, found->set ? found->set->str() : "");
  }
  const auto file = atom.manifest_file().string();
  auto notes = unused(atom.manifest, unwrap(atom::Manifest::parse(text, file)));
  auto resolved = co_await settle(context, atom, text);
  RemoveReport report{file, std::move(notes), std::move(removed), std::move(resolved), context.remotes().costs()};
  co_return report;
}

}  // namespace eka::engine
