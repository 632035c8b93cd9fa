#include "precompiled/values.h"
