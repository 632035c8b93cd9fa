// One request for objects, with retries.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/context/context.h"
#include "git/remote/remote.h"
#include "store/pack/intake.h"

namespace eka::engine {

using BeginIntake = std::function<coro::Task<std::unique_ptr<store::Intake>>()>;

// Fetches `wants` into what `begin` starts. Transient failures are retried, unless `options` are hasty: other mirrors
// are then tried first. Each attempt has an intake of its own, so that data of a failed one is discarded. `name` is
// what the user is told of retries. Throws the last error. The context and the remote must outlive the call.
coro::Task<> transfer(Context& context, git::Remote& remote, std::string name, std::vector<atom::ObjectId> wants,
                      git::FetchOptions options, BeginIntake begin);

// Removes the second half of `wants`, and returns it: for servers that refuse a request as a whole.
std::vector<atom::ObjectId> take_second_half(std::vector<atom::ObjectId>& wants);

}  // namespace eka::engine
