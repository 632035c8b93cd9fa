// Which published atoms have a tag (package.meta.tags of their manifests).
#pragma once

#include <set>
#include <vector>

#include "atom/manifest/manifest.h"
#include "atom/names/label.h"
#include "atom/names/url.h"
#include "engine/context/context.h"
#include "engine/context/published.h"
#include "engine/locate/offer.h"

namespace eka::engine {

// Whether each of `atoms`, which are part of `offer`, has one of `tags`; an error if its manifest cannot be used.
// Manifests that are not cached are fetched from `url` in one request, where the offer names them; else the whole
// atoms. Throws the errors of the Fetcher. All arguments must outlive the call.
coro::Task<std::vector<Result<bool>>> tagged(Context& context, const atom::Url& url, const SetOffer& offer,
                                             const std::vector<Published>& atoms, const std::set<atom::Tag>& tags);

bool has_one_of(const std::set<atom::Tag>& tags, const atom::Manifest& manifest);

}  // namespace eka::engine
