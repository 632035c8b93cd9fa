// Adds an exported cache (export_cache.h) to the cache.
//
// Content is verified: every object by its id, atoms by the label and version in their commits, the trees of sources by
// their NAR hashes or the commits they belong to, files by their SHA-256. Names and evaluations are statements, which
// content does not prove: they are used only if a key in cache.trusted-keys has signed them, or if the user trusts
// whoever made the file. A name counts only for the URL that said it, and only if that URL has not said something else
// before.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "engine/context/context.h"

namespace eka::engine {

struct ImportRequest {
  std::string place;   // a file, "-" for standard input, or an https or http URL
  bool trust = false;  // use names and evaluations although they are not signed
};

struct ImportReport {
  std::size_t atoms = 0, sources = 0, versions = 0, evaluations = 0;
  std::size_t not_trusted = 0;  // versions and evaluations that nobody has signed whom the user trusts
  std::uint64_t bytes = 0;
};

// Throws Kind::integrity if anything does not match its name, or a URL is said to have named another revision than it
// did before; objects that are sound stay in the cache.
coro::Task<ImportReport> import_cache(Context& context, ImportRequest request);

}  // namespace eka::engine
