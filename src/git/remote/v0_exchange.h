// ls-refs and fetch in protocols v0 and v1, over any session that supports them.
//
// Does not use libgit2's transports, which support nothing else: version 1.5 can neither fetch an object by its id nor
// fetch shallow, and would block a thread of the pool while it waits for the server.
#pragma once

#include <string>
#include <vector>

#include "git/remote/pack_receiver.h"
#include "git/transport/session.h"

namespace eka::git {

// All arguments must outlive the tasks. Errors as for Remote.
coro::Task<std::vector<Ref>> v0_ls_refs(Session* session, const std::vector<std::string>* prefixes);
coro::Task<> v0_fetch(Session* session, FetchJob* job);

}  // namespace eka::git
