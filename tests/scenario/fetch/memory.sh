#!/bin/bash
# Memory does not grow with the number of remotes or the size of a pack: measures the peak resident size of eka itself.
# The limits allow for other versions of libraries; a regression would exceed them by far.
source "$(dirname "$0")/../scenario.sh"

EKA_BENCH=$(realpath "${EKA_BENCH:?the path of the built eka-bench}")
if [[ -n ${EKA_SANITIZED:-} ]]; then
  skip "a sanitizer keeps several times the memory of the program"
  finish
  exit 0
fi

# peak URI: fetches it into an empty cache; sets $peak in MiB.
peak() {
  fresh_cache
  status=0
  "$EKA_BENCH" measure -o "$scratch/cost" -- "$EKA" prefetch "$1" </dev/null >"$scratch/out" 2>"$scratch/err" || status=$?
  peak=$(jq '.peak_kib / 1024 | ceil' "$scratch/cost")
}
serve_start "$www"

echo "- many remotes"
make_world make --sets 150 --atoms 450 --versions 1 --files 2 --file-size 2000 --deps 3 --levels 4 --seed 3
peak "$SERVE_URL/set-00.git::root"
equal "450 atoms of 150 remotes: exit code" 0 "$status"
equal "all of them are cached" 450 "$(git --git-dir="$XDG_CACHE_HOME/eka/git" for-each-ref | wc -l)"
at_most "peak in MiB" 80 "$peak"

echo "- a large pack"
mkdir "$scratch/heavy"
printf '[package]\nlabel = "heavy"\nversion = "1.0.0"\n\n[compose.as]\nnix = "default.nix"\n' >"$scratch/heavy/atom.toml"
for file in {1..8}; do head -c $((8 << 20)) /dev/urandom >"$scratch/heavy/file-$file"; done
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=core.compression GIT_CONFIG_VALUE_0=0
release "$www/set-00.git" "$scratch/heavy" heavy 1.0.0 >/dev/null
unset GIT_CONFIG_COUNT
peak "$SERVE_URL/set-00.git::heavy"
equal "a pack of 64 MiB: exit code" 0 "$status"
check "the pack is complete" test "$(du -sm --apparent-size "$XDG_CACHE_HOME/eka/git/objects/pack" | cut -f1)" -ge 64
at_most "peak in MiB" 60 "$peak"
finish
