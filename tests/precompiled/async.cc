#include "tests/precompiled/async.h"
