// ls-refs and fetch as protocol v0 and v1 have them, over any session that can converse so.
//
// libgit2's own transports, which support nothing else, are not used: version 1.5 can neither fetch an object by its id
// nor fetch shallow, and would block a thread of the pool for as long as a server takes.
#pragma once

#include <string>
#include <vector>

#include "git/remote/pack_receiver.h"
#include "git/transport/session.h"

namespace eka::git {

// All arguments must outlive the tasks. Errors as of Remote.
coro::Task<std::vector<Ref>> v0_ls_refs(Session* session, const std::vector<std::string>* prefixes);
coro::Task<> v0_fetch(Session* session, FetchJob* job);

}  // namespace eka::git
