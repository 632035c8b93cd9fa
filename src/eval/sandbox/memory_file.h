// An anonymous file in memory, to pass data to a program that expects a descriptor.
#pragma once

#include <string_view>

#include "coro/process/descriptor.h"

namespace eka::eval {

// Contains `content`; its offset is 0. It is inherited across exec. Throws Error(Kind::failure).
coro::Descriptor memory_file(const char* name, std::string_view content);

}  // namespace eka::eval
