// Asio's own code, compiled once for the whole program.
#include "coro/task/asio.h"

#include <asio/impl/src.hpp>
