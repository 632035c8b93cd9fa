// A file on this disk into a sink, as download.h does it for one elsewhere.
#pragma once

#include "atom/names/url.h"
#include "coro/run/pool.h"
#include "net/download/file_sink.h"

namespace eka::net {

// `url` is a file's. Throws Kind::remote for what cannot be read, or is no regular file.
coro::Task<> read_local_file(coro::Pool& pool, atom::Url url, FileSink& sink);

}  // namespace eka::net
