// Many ask, one works, all get the answer.
#pragma once

#include "coro/task.h"

namespace eka::coro {

// run(key, work): if work for `key` is under way, waits for its result; else starts it. An asker that is cancelled
// cancels nobody else; when the last asker is cancelled the work is too. Failures are given to all who waited and are
// not remembered; results are not remembered either (that is the caller's cache).
template <class Key, class T>
class SingleFlight;

}  // namespace eka::coro
