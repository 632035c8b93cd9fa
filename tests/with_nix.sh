#!/bin/bash
# Runs a test with another version of Nix than that of this machine (scripts/nix-versions).
#
#   with_nix.sh VERSION COMMAND…    VERSION is "2.8" or "2.26"
set -euo pipefail
version=$1
shift

# A skipped test would hide in CI.
skip() {
  echo "skipped: $1"
  [[ ${CI:-} != true ]] || { echo "in CI, this test must run"; exit 1; }
  exit 77
}

own=$(nix-instantiate --version 2>/dev/null | sed 's/.* //')
if [[ $own == "$version".* ]]; then
  echo "skipped: Nix $own is this machine's own, with which the test of the same name runs"
  exit 77
fi
scripts=$(cd "$(dirname "$0")/../scripts" && pwd)
directory=$("$scripts/nix-versions" list | sed -n "s/^${version//./\\.}\\.[^\t]*\t//p")
[[ -n $directory ]] || skip "Nix $version is not installed beside that of this machine; scripts/nix-versions installs it"
export PATH=$directory:$PATH
exec "$@"
