#!/bin/bash
# Measures evaluation with eka and with plain Nix, in turns; prints medians.
#
#   bench/eval/run.sh [BUILD-DIRECTORY] [ATOMS] [RUNS]
#
# Generates and fetches ATOMS atoms, then runs RUNS times, with objects cached and evaluations not cached:
#   shared      eka plan -c --fresh-eval
#   apart       eka plan --fresh-eval
#   remembered  eka plan
#   fetchGit    nix-instantiate per atom, whose expression fetches the closure with builtins.fetchGit (Nix's cache warm)
#   trees       nix-instantiate per atom, on trees materialized before
# The latter two run sequentially and, in rows with "-P", one process per core in parallel. All must produce the same
# derivations. Finally, measures the overhead of the sandbox over nix-instantiate with the same flags for a small atom.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$(realpath "${1:-build}")
atoms=${2:-100}
runs=${3:-5}
eka=$build/src/cli/eka
plain=$here/../../tests/scenario/plan/plain_nix.nix
processors=$(nproc)

work=$(mktemp -d /tmp/eka-bench-eval.XXXXXX)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
export HOME=$work/home XDG_CACHE_HOME=$work/cache XDG_CONFIG_HOME=$work/config
mkdir -p "$HOME" "$work/times"
# Without a daemon, Nix requires build users when run as root.
[[ $(id -u) != 0 ]] || getent group nixbld >/dev/null || export NIX_CONFIG='build-users-group ='

"$build/bench/eka-world" make "$work/www" --url-base "file://$work/www" --json \
  --sets 10 --atoms "$((atoms * 2))" --versions 1 --files 10 --file-size 2000 --deps 3 --levels 4 >"$work/world.json"
jq -r '.atoms[] | .set as $s | .label as $l | .versions[-1] | "\($s) \($l) \(.version) \(.rev)"' "$work/world.json" \
  >"$work/all"
# Composers and data atoms cannot be planned and are skipped.
mapfile -t uris < <(awk -v base="file://$work/www" '{ print base "/" $1 ".git::" $2 }' "$work/all")
"$eka" plan -c --json "${uris[@]}" >"$work/first.json" 2>/dev/null || true
paste -d ' ' <(jq -r '.plans[] | has("drv")' "$work/first.json") "$work/all" | sed -n 's/^true //p' | head -n "$atoms" \
  >"$work/atoms"
mapfile -t uris < <(awk -v base="file://$work/www" '{ print base "/" $1 ".git::" $2 }' "$work/atoms")
while read -r set label version rev; do
  mkdir -p "$work/trees/$set-$version/$label"
  git --git-dir="$work/www/$set.git" archive "$rev" | tar -x -C "$work/trees/$set-$version/$label"
done <"$work/all"

instantiate() {  # PARALLEL EXTRA-ARGUMENT…
  local at_once=$1
  shift
  xargs -a "$work/atoms" -P "$at_once" -L 1 bash -c 'plain=$1; www=$2; shift 2
    extra=("${@:1:$#-4}"); shift $(($# - 4))
    exec nix-instantiate "$plain" "${extra[@]}" --argstr repositories "$www" --argstr set "$1" --argstr label "$2" \
      --argstr version "$3" --argstr rev "$4" 2>/dev/null' - "$plain" "$work/www" "$@"
}
measure() {  # NAME COMMAND…
  local name=$1
  shift
  local TIMEFORMAT='%R %U %S'
  { time "$@" >"$work/out" 2>"$work/err"; } 2>"$work/time" || { cat "$work/err"; echo "$name failed"; exit 1; }
  awk '{ printf "%.1f %.1f\n", $1 * 1000, ($2 + $3) * 1000 }' "$work/time" >>"$work/times/$name"
  sort "$work/out" >"$work/sorted"
  [[ -e $work/expected ]] || cp "$work/sorted" "$work/expected"
  cmp -s "$work/sorted" "$work/expected" || { echo "$name produced different derivations"; exit 1; }
}
median() { cut -d ' ' -f "$2" "$work/times/$1" | sort -n | awk '{ x[NR] = $1 } END { print x[int((NR + 1) / 2)] }'; }

instantiate "$processors" >"$work/warm"
rows=(shared apart remembered fetchGit "fetchGit-P" trees "trees-P")
for ((run = 0; run < runs; run++)); do
  measure shared "$eka" plan -c --fresh-eval "${uris[@]}"
  measure apart "$eka" plan --fresh-eval "${uris[@]}"
  measure remembered "$eka" plan "${uris[@]}"
  measure fetchGit instantiate 1
  measure fetchGit-P instantiate "$processors"
  measure trees instantiate 1 --argstr trees "$work/trees"
  measure trees-P instantiate "$processors" --argstr trees "$work/trees"
done

printf '%d atoms, %d processors, %d runs: medians in ms\n' "${#uris[@]}" "$processors" "$runs"
printf '%-12s %10s %10s %16s\n' "" wall processor "wall, of shared"
shared=$(median shared 1)
for row in "${rows[@]}"; do
  wall=$(median "$row" 1)
  printf '%-12s %10s %10s %16s\n' "$row" "$wall" "$(median "$row" 2)" \
    "$(awk -v a="$wall" -v b="$shared" 'BEGIN { printf "%.1f x", a / b }')"
done

# One small atom: nix-instantiate alone and with eka.
mkdir -p "$work/set" && cd "$work/set"
export GIT_AUTHOR_NAME=b GIT_AUTHOR_EMAIL=b@eka.invalid GIT_COMMITTER_NAME=b GIT_COMMITTER_EMAIL=b@eka.invalid
"$eka" init --init-git >/dev/null 2>&1
"$eka" new one >/dev/null
printf '[package]\nlabel = "one"\nversion = "1.0.0"\n\n[compose.as]\nnix = "default.nix"\n' >one/atom.toml
echo '{ main = derivation { name = "one"; system = cfg.platforms.build; builder = "/bin/sh"; }; }' >one/default.nix
cat >"$work/bare.nix" <<EOF
(import $here/../../nix/plan.nix {
  mark = "m";
  closure = builtins.toJSON {
    config.platforms = { build = "x"; };
    system = "x86_64-linux";
    roots = [ "one" ];
    atoms.one = { label = "one"; version = "1.0.0"; root = "$work/set/one"; deps = { };
      compose = { use = "nix"; entry = "default.nix"; }; };
  };
})
EOF
bare() {
  GC_INITIAL_HEAP_SIZE=32M GC_MARKERS=1 NIX_CONF_DIR=/nonexistent nix-instantiate --store "$work/bare.$run" --eval \
    --strict --json --read-write-mode --option fsync-metadata false --option gc-reserved-space 0 \
    --option build-users-group '' - <"$work/bare.nix" >/dev/null 2>&1
}
for ((run = 0; run < 4 * runs; run++)); do
  mkdir "$work/bare.$run"
  start=$(date +%s%N)
  bare
  echo $((($(date +%s%N) - start) / 1000)) >>"$work/times/bare.us"
  "$eka" -q plan --fresh-eval --json ::one 2>/dev/null | jq '.plans[0].milliseconds.evaluate * 1000 | floor' >>"$work/times/sealed.us"
done
milliseconds() { sort -n "$work/times/$1" | awk '{ x[NR] = $1 } END { printf "%.1f", x[int((NR + 1) / 2)] / 1000 }'; }
printf 'one small atom: nix-instantiate %s ms; in the sandbox, from asking to the answer, %s ms\n' \
  "$(milliseconds bare.us)" "$(milliseconds sealed.us)"
