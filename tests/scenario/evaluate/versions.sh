#!/bin/bash
# Versions of Nix: the known ones are named, a newer one is noted once and tried, an older one is refused. For that, the Nix
# of this machine is copied with another version in it.
source "$(dirname "$0")/../scenario.sh"
source "$here/building.sh"

own_store
begin_set
add_atom one '{ main = derivation { name = "one"; system = cfg.platforms.build; builder = "/bin/sh"; }; }'
commit_set one

own=$(nix-instantiate --version | sed 's/.* //')
eka --version
matches "--version names this machine's Nix, and those that are known to work" \
  "^nix $own \(known to work: 2\.8 to 2\.26\)\$" "$(grep '^nix ' <<<"$out")"
eka plan ::one
equal "this machine's Nix: exit code" 0 "$status"
equal "this machine's Nix: no note" "" "$(grep -i 'note' <<<"$err" || true)"

# nix_called VERSION: a copy that says it is this version, at the start of PATH.
nix_called() {
  local program=$scratch/$1/bin/nix original loader library
  PATH=$original_path
  original=$(realpath "$(command -v nix-instantiate)")
  loader=$(patchelf --print-interpreter "$original")
  mkdir -p "$scratch/$1/bin" "$scratch/$1/lib"
  cp "$original" "$program"
  chmod u+w "$program"
  sed -i "s/${own//./\\.}/$1/g" "$program"
  while read -r library; do
    if grep -qF "$own" "$library"; then
      cp "$library" "$scratch/$1/lib/"
      chmod u+w "$scratch/$1/lib/${library##*/}"
      sed -i "s/${own//./\\.}/$1/g" "$scratch/$1/lib/${library##*/}"
    fi
  done < <("$loader" --list "$original" | sed -n 's/.*=> \(.*libnix[^ ]*\) .*/\1/p')
  patchelf --force-rpath --set-rpath "$scratch/$1/lib:$(patchelf --print-rpath "$original")" "$program"
  for name in nix-instantiate nix-store; do ln -s nix "$scratch/$1/bin/$name"; done
  PATH=$scratch/$1/bin:$original_path
}
original_path=$PATH
# Of the same length, so that nothing moves.
if [[ $own == 2.8.0 ]]; then newer=2.9.9 older=2.7.0; else newer=${own/#2.??./2.99.} older=${own/#2.??./2.07.}; fi

if [[ $own == 2.8.0 ]]; then
  skip "a newer version: no version of three digits is newer than 2.26"
else
  nix_called "$newer"
  equal "the copy says so" "$newer" "$(nix-instantiate --version | sed 's/.* //')"
  fresh_cache
  eka plan ::one
  equal "a newer version is tried: exit code" 0 "$status"
  matches "a newer version: what differs is said" \
    "note: Nix $newer is newer than the versions that eka is tested with \(2\.8 to 2\.26\): its error messages" "$err"
  eka plan --fresh-eval ::one
  equal "a newer version: it is said once" "0 0" "$status $(grep -c 'is newer than' <<<"$err")"
  eka --version
  matches "a newer version in --version" "^nix $newer \(untested; known to work: 2\.8 to 2\.26\)\$" "$(grep '^nix ' <<<"$out")"
fi

nix_called "$older"
fresh_cache
eka plan ::one
equal "an older version is refused: exit code" 2 "$status"
matches "an older version is refused" "^error: Nix $older at .* is too old: eka needs Nix 2\.8 or newer" "$err"
eka --version
matches "an older version in --version" "^nix $older \(too old; known to work: " "$(grep '^nix ' <<<"$out")"
finish
