// Fetches objects that are inspected, and never enter the cache.
#pragma once

#include <vector>

#include "engine/context/context.h"
#include "git/remote/remote.h"
#include "store/pack/evidence.h"

namespace eka::engine {

// One request. Transient failures are retried, unless `options` are hasty. Throws Kind::remote, integrity. The context,
// the remote and the evidence must outlive the call.
coro::Task<> fetch_evidence(Context& context, git::Remote& remote, store::Evidence& evidence,
                            std::vector<atom::ObjectId> wants, git::FetchOptions options);

// The same without the objects that the remote does not have. A server refuses a whole request for one of them: then
// half of the objects are requested at a time.
coro::Task<> fetch_available(Context& context, git::Remote& remote, store::Evidence& evidence,
                             std::vector<atom::ObjectId> wants, git::FetchOptions options);

}  // namespace eka::engine
