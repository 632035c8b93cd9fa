// Precompiled for tests of floors with coroutines.
#ifndef EKA_TESTS_PRECOMPILED_ASYNC_H
#define EKA_TESTS_PRECOMPILED_ASYNC_H

#include <doctest/doctest.h>

#include "precompiled/async.h"

#endif  // EKA_TESTS_PRECOMPILED_ASYNC_H
