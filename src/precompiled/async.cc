#include "precompiled/async.h"
