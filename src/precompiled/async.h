// Precompiled for the layers with coroutines: Asio and the standard headers, which cost more than all of our own code.
// Files still include what they use, so that they compile without this.
#ifndef EKA_PRECOMPILED_ASYNC_H
#define EKA_PRECOMPILED_ASYNC_H

#include "coro/process/process.h"
#include "coro/run/pool.h"
#include "coro/task/asio.h"
#include "coro/task/retry.h"
#include "coro/task/task_group.h"
#include "coro/task/timeout.h"
#include "precompiled/values.h"

#endif  // EKA_PRECOMPILED_ASYNC_H
