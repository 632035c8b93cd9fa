// Precompiled for tests of layers without coroutines.
#ifndef EKA_TESTS_PRECOMPILED_VALUES_H
#define EKA_TESTS_PRECOMPILED_VALUES_H

#include <doctest/doctest.h>

#include "precompiled/values.h"

#endif  // EKA_TESTS_PRECOMPILED_VALUES_H
