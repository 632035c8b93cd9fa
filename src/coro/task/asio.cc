// The implementation of Asio, compiled once.
#include "coro/task/asio.h"

#include <asio/impl/src.hpp>
