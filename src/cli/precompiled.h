// Precompiled for this layer: what nearly every file of it includes. Files still include what they use.
#ifndef EKA_CLI_PRECOMPILED_H
#define EKA_CLI_PRECOMPILED_H

#include "atom/json/json.h"
#include "cli/command/command.h"
#include "engine/precompiled.h"

#endif  // EKA_CLI_PRECOMPILED_H
