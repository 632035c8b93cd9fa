#include "git/wire/wants.h"

#include <algorithm>
#include <string_view>

namespace eka::git {
namespace {

constexpr std::string_view branches = "refs/heads/";

bool is_branch(const Ref& ref) {
  return ref.name.starts_with(branches) || ref.name == "HEAD";
}

const KnownRef* known_for(const atom::ObjectId& want, std::span<const KnownRef> known) {
  const auto found = std::ranges::find(known, want, &KnownRef::want);
  return found == known.end() ? nullptr : &*found;
}

}  // namespace

bool matters_to_wants(const Ref& ref, std::span<const atom::ObjectId> wants, std::span<const KnownRef> known) {
  return is_branch(ref) || std::ranges::find(wants, ref.id) != wants.end() ||
         std::ranges::find(known, ref.name, &KnownRef::ref) != known.end();
}

std::vector<std::string> prefixes_for_wants(std::span<const atom::ObjectId> wants, std::span<const KnownRef> known) {
  std::vector<std::string> out;
  for (const KnownRef& each : known) out.push_back(each.ref);
  const auto placed = [known](const atom::ObjectId& want) { return known_for(want, known) != nullptr; };
  if (!std::ranges::all_of(wants, placed)) out.insert(out.end(), {"HEAD", "refs/heads/", "refs/tags/"});
  std::ranges::sort(out);
  const auto twice = std::ranges::unique(out);
  out.erase(twice.begin(), twice.end());
  return out;
}

Result<Wants> wants_among(std::span<const Ref> refs, std::span<const atom::ObjectId> wants,
                          std::span<const KnownRef> known) {
  Wants out;
  for (const atom::ObjectId& want : wants) {
    if (std::ranges::find(refs, want, &Ref::id) != refs.end()) {
      out.ids.push_back(want);
      continue;
    }
    out.whole_history = true;
    const KnownRef* const place = known_for(want, known);
    const auto before = out.ids.size();
    for (const Ref& ref : refs) {
      if (place != nullptr ? ref.name == place->ref : is_branch(ref)) out.ids.push_back(ref.id);
    }
    if (out.ids.size() == before) {
      return fail(Kind::remote, "the server does not allow fetching objects by id, and object " + want.hex() +
                                    (place != nullptr ? " should be at " + place->ref + ", which does not exist"
                                                      : " is not the target of a ref"));
    }
  }
  std::ranges::sort(out.ids);
  const auto twice = std::ranges::unique(out.ids);
  out.ids.erase(twice.begin(), twice.end());
  return out;
}

}  // namespace eka::git
