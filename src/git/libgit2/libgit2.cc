#include "git/libgit2/libgit2.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/text.h"

// With mbedTLS (as in Debian), libgit2 parses all certificates of the system when it starts: 4 ms of processor time in
// each process, for TLS that is not used, because all requests use our own HTTP. Symbols of the executable take
// precedence over those of shared libraries, so libgit2 calls this function instead, which loads no certificates. Weak,
// so that a static mbedTLS takes precedence.
extern "C" __attribute__((weak)) int mbedtls_x509_crt_parse_file(void* /*chain*/, const char* /*path*/) {
  return -1;
}

namespace eka::git {

Libgit2::Libgit2() {
  const int count = git_libgit2_init();
  if (count < 0) throw_git_error(Kind::failure, "cannot initialize libgit2");
  if (count > 1) return;
  git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
  // These change nothing for those who read objects and refs.
  std::array<const char*, 5> extensions = {"noop-v1", "partialclone", "preciousobjects", "relativeworktrees",
                                           "worktreeconfig"};
  git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, extensions.data(), extensions.size());
  for (const int level :
       {GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL}) {
    git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, "");
  }
}

Libgit2::~Libgit2() {
  git_libgit2_shutdown();
}

Error git_error_of(Kind kind, std::string_view what) {
  const ::git_error* last = git_error_last();
  std::string message(what);
  if (last != nullptr && last->message != nullptr) message += ": " + printable(last->message);
  git_error_clear();
  return Error(kind, std::move(message));
}

void throw_git_error(Kind kind, std::string_view what) {
  throw git_error_of(kind, what);
}

git_oid to_oid(const atom::ObjectId& id) {
  git_oid oid{};
  std::ranges::copy(id.bytes(), oid.id);
  return oid;
}

atom::ObjectId from_oid(const git_oid& oid) {
  std::array<std::uint8_t, atom::ObjectId::size> bytes{};
  std::copy_n(oid.id, bytes.size(), bytes.begin());
  return atom::ObjectId(bytes);
}

}  // namespace eka::git
