// Precompiled for tests of layers with coroutines.
#ifndef EKA_TESTS_PRECOMPILED_ASYNC_H
#define EKA_TESTS_PRECOMPILED_ASYNC_H

#include <doctest/doctest.h>

#include "precompiled/async.h"

#endif  // EKA_TESTS_PRECOMPILED_ASYNC_H
