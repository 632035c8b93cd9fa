#include "tests/precompiled/values.h"
