// Precompiled for this layer: what nearly every file of it includes. Files still include what they use.
#ifndef EKA_ENGINE_PRECOMPILED_H
#define EKA_ENGINE_PRECOMPILED_H

#include <chrono>
#include <ranges>
#include <unordered_map>

#include <fmt/format.h>

#include "atom/lock/lock.h"
#include "atom/manifest/manifest.h"
#include "atom/names/atom_commit.h"
#include "engine/context/context.h"
#include "engine/context/published.h"
#include "engine/context/remotes.h"
#include "precompiled/async.h"

#endif  // EKA_ENGINE_PRECOMPILED_H
