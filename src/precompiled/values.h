// Precompiled for the layers without coroutines: standard headers that nearly every file includes anyway. Files still
// include what they use, so that they compile without this.
#ifndef EKA_PRECOMPILED_VALUES_H
#define EKA_PRECOMPILED_VALUES_H

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.h"

#endif  // EKA_PRECOMPILED_VALUES_H
