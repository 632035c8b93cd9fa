// Copies a file on the local disk into a sink, like download.h for remote files.
#pragma once

#include "atom/names/url.h"
#include "coro/run/pool.h"
#include "net/download/file_sink.h"

namespace eka::net {

// `url` is a file URL. Throws Kind::remote if the file cannot be read or is not a regular file.
coro::Task<> read_local_file(coro::Pool& pool, atom::Url url, FileSink& sink);

}  // namespace eka::net
