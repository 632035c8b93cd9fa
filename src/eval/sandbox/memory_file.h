// A file that lies in memory and has no name: how data is handed to a program that wants a descriptor.
#pragma once

#include <string_view>

#include "coro/process/descriptor.h"

namespace eka::eval {

// It holds `content` and stands at its beginning; it is inherited across exec. Throws Error(Kind::failure).
coro::Descriptor memory_file(const char* name, std::string_view content);

}  // namespace eka::eval
