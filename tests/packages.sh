#!/bin/bash
# The packages agree with the build: versions, libraries, options. What they contain when they are built is checked by
# scripts/package and scripts/dist.
set -euo pipefail
shopt -s lastpipe  # so that what a pipe ends in can count
cd "$(dirname "$0")/.."

passed=0
failed=0
# equal WHAT EXPECTED FOUND
equal() {
  if [[ $2 == "$3" ]]; then passed=$((passed + 1)); echo "ok: $1"; return; fi
  failed=$((failed + 1))
  printf 'NOT OK: %s\n    expected: %s\n    found:    %s\n' "$1" "$2" "$3"
}

version=$(sed -n "s/^  version: '\(.*\)',$/\1/p" meson.build)
equal "debian/changelog has the version of meson.build" "$version" "$(sed -n '1s/^eka (\(.*\)) .*/\1/p' debian/changelog)"

# The libraries that scripts/deps installs to build.
libraries=$(sed -n '/^  # to build/,/^)/p' scripts/deps | grep -oE '(lib[a-z0-9+-]+|zlib1g)-dev' | grep -v '^libc6-dev$' | sort | xargs)
equal "debian/control has the libraries of scripts/deps" "$libraries" \
  "$(sed -n '/^Build-Depends:/,/^Standards/p' debian/control | grep -oE '(lib[a-z0-9+-]+|zlib1g)-dev' | sort | xargs)"
# Their dependencies in meson.build: all but threads.
count=$(grep -oE "dependency\('[A-Za-z0-9+-]+'" meson.build | sort -u | grep -vc "'threads'")
equal "as many as meson.build asks for" "$count" "$(wc -w <<<"$libraries")"

if command -v nix-instantiate >/dev/null; then
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  package=$(NIX_STATE_DIR=$scratch NIX_STORE_DIR=$scratch/store nix-instantiate --eval --strict --json --readonly-mode tests/package.nix 2>"$scratch/err") ||
    { cat "$scratch/err"; package='{}'; }
  equal "nix: the version" "$version $version" "$(jq -r '"\(.version) \(.overlay)"' <<<"$package")"
  equal "nix: as many libraries" "$count" "$(jq '.libraries | length' <<<"$package")"
  equal "nix: systems" "aarch64-linux x86_64-linux" "$(jq -r '.systems | join(" ")' <<<"$package")"
  equal "nix: built with the options of Debian's package" "$(grep -o -- '-D[a-z_]*=false' debian/rules | sort | xargs)" \
    "$(jq -r '.mesonFlags | sort | join(" ")' <<<"$package")"
else
  echo "skipped: Nix is not installed: nix/package.nix is not evaluated"
fi

# The archive of the sources names its commit.
equal "the commit is written into archives" "$(git rev-parse HEAD 2>/dev/null || cut -d' ' -f1 .commit)" \
  "$(if [[ -e .git ]]; then git archive HEAD .commit 2>/dev/null | tar -xO .commit; else cat .commit; fi | cut -d' ' -f1)"

echo "packages: $passed passed, $failed failed"
((failed == 0))
