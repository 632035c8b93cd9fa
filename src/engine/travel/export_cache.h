// Writes a part of the cache as one file, for machines that cannot or should not fetch it: a git bundle.
//
//   refs/atoms/<genesis>/<label>/<version>/<rev>   atoms
//   refs/sources/<name>                            trees of sources that are not atoms (store/source/source_name.h)
//   refs/contents                                  a commit with everything else:
//     names                 what the URLs of sets said about their versions (names.h)
//     signature             of `names`, if there is a key (cache.signing-key)
//     commits/<rev>         the commits whose trees git sources are
//     files/<SHA-256>       sources that are files
//     evaluations/<key>     remembered evaluations, signed (share/entry.h)
//     objects/<SHA-256>     blobs that evaluations name
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/context/context.h"
#include "engine/plan/roots.h"
#include "engine/prefetch/prefetch.h"

namespace eka::engine {

struct ExportRequest {
  // Closures, which are fetched where they are not cached. If there are neither items nor locks: the whole cache.
  std::vector<Wanted> items;
  std::vector<PrefetchRequest::LockFile> locks;
  bool evaluations = false;  // of the items, or all; needs Nix
};

struct ExportReport {
  std::size_t atoms = 0, sources = 0, versions = 0, evaluations = 0;
  std::uint64_t bytes = 0;
};

// `write` is called on the pool with each part of the file. Throws the first error of an item or a lock. What is in the
// cache but cannot be exported is left out, with a note.
coro::Task<ExportReport> export_cache(Context& context, ExportRequest request,
                                      const std::function<void(std::string_view)>& write);

}  // namespace eka::engine
