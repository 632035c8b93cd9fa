// The two readers of locks. Lock::parse() tries the first and falls back to the second.
//
// Locks are long and read often, and nearly all are as Lock::text() wrote them. So a reader of that layout alone goes
// through the bytes once, without a document model and without an allocation for each value. It decides nothing that
// the other does not decide in the same way, and it reports no errors.
#pragma once

#include <optional>
#include <string_view>

#include "atom/lock/lock.h"

namespace eka::atom {

// Reads a lock of format 0 in the layout of Lock::text(): its keys in its order, sorted, one line each, strings without
// escapes; comments may precede it. Nothing for any other text, valid or not. Linear. Pure.
std::optional<Lock> read_written_lock(std::string_view text);

// Reads any TOML and both formats; the errors of Lock::parse().
Result<Lock> read_toml_lock(std::string_view text, std::string_view name);

}  // namespace eka::atom
