#!/bin/bash
# Simulates workers that share one remote cache: each is a machine without anything, which plans some atoms. Prints one
# JSON document with CPU times, requests, bytes and the most requested entries. docs/scaling.md explains it.
#
#   EKA=… EKA_WORLD=… bench/scale/workers.sh [--workers N] [--atoms N] [--plans N] [--at-once N] [--deps N] [--packages N]
#
#   --workers     number of workers (50)
#   --atoms       number of atoms in the generated sets (140)
#   --plans       atoms that each worker plans, in one run (20)
#   --at-once     workers that run at the same time (4)
#   --deps        dependencies of each atom (2)
#   --packages    plan a collection of this many packages (eka-world nixlike) in addition
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../tests/scenario" && pwd)
source "$here/serve.sh"
workers=50 atoms=140 plans=20 at_once=4 deps=2 packages=0
while (($#)); do
  case $1 in
    --workers | --atoms | --plans | --at-once | --deps | --packages)
      name=${1#--}
      printf -v "${name/-/_}" '%s' "$2"
      shift ;;
    *) sed -n '2,/^set /{s/^# \{0,1\}//p}' "$0" >&2; exit 2 ;;
  esac
  shift
done
EKA=$(realpath "$EKA") EKA_WORLD=$(realpath "$EKA_WORLD")
scratch=$(mktemp -d /tmp/eka-scale.XXXXXX)
at_exit 'chmod -R u+w "$scratch" 2>/dev/null; rm -rf "$scratch"'
export LC_ALL=C.UTF-8 GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
source "$here/remote_cache.sh"
www=$scratch/www
cd "$scratch"
serve_start "$www"
world=$("$EKA_WORLD" make "$www" --url-base "$SERVE_URL" --json --sets 4 --atoms "$atoms" --versions 1 --files 2 \
  --file-size 200 --deps "$deps" --levels 3)
mapfile -t uris < <(jq -r '.atoms[] | "\(.set) \(.label)"' <<<"$world" |
  awk -v base="$SERVE_URL" '{ print base "/" $1 ".git::" $2 }')
remote_cache_start >/dev/null

# run NAME URI…: plans on this machine; sets $cpu to the milliseconds of CPU time, $from to the sources of the plans.
run() {
  local name=$1 user system
  shift
  TIMEFORMAT='%U %S'
  { time "$EKA" plan --json "$@" </dev/null >"$scratch/$name.json" 2>"$scratch/$name.err"; } 2>"$scratch/$name.time" || true
  read -r user system < <(tail -n 1 "$scratch/$name.time")
  cpu=$(awk -v u="$user" -v s="$system" 'BEGIN { printf "%d", (u + s) * 1000 }')
  from=$(jq -c '[.plans[].from] | group_by(.) | map({ (.[0] // "error"): length }) | add' "$scratch/$name.json")
}
bytes() { awk '{ all += $4 } END { print all + 0 }'; }
row() { jq -n --arg name "$1" --argjson cpu "$2" --argjson from "$3" --argjson requests "$4" --argjson bytes "$5" \
  '{ machine: $name, cpu_ms: $cpu, plans: $from, cache_requests: $requests, cache_bytes: $bytes }'; }

machine finder
"$EKA" plan -c --json "${uris[@]}" </dev/null >found.json 2>/dev/null || true
mapfile -t uris < <(jq -r '.plans[] | select(has("drv")).uri' found.json | head -n 100)
if ((packages)); then
  "$EKA_WORLD" nixlike "$www" --url-base "$SERVE_URL" --json --packages "$packages" >nixlike.json
  uris+=("$(jq -r --arg base "$SERVE_URL" '.atoms[0] | "\($base)/\(.set).git::\(.label)"' nixlike.json)")
fi

{
  # One machine alone; one that stores; one that finds everything.
  machine alone
  unset EKA_CACHE_REMOTE
  run alone "${uris[@]}"
  row "evaluates" "$cpu" "$from" 0 0
  machine first
  as_writer
  remote_forget
  run first "${uris[@]}"
  row "evaluates and stores" "$cpu" "$from" "$(remote_log | wc -l)" "$(remote_log | bytes)"
  machine second
  as_reader
  remote_forget
  run second "${uris[@]}"
  row "finds everything" "$cpu" "$from" "$(remote_log | wc -l)" "$(remote_log | bytes)"
  machine second
  run warm "${uris[@]}"
  row "has everything" "$cpu" "$from" 0 0
} >rows.json

# Many workers and an empty cache.
rm -rf "$scratch/remote"
mkdir "$scratch/remote"
remote_forget
worker() {
  local wanted=() i
  machine "worker.$1"
  as_writer
  for ((i = 0; i < plans; i++)); do wanted+=("${uris[($1 * 13 + i * 7) % ${#uris[@]}]}"); done
  run "worker.$1" "${wanted[@]}"
  echo "$cpu $from" >"$scratch/worker.$1.result"
  chmod -R u+w "$scratch/worker.$1" && rm -rf "$scratch/worker.$1"
}
for ((number = 1; number <= workers; number += at_once)); do
  pids=()
  for ((each = number; each < number + at_once && each <= workers; each++)); do
    worker "$each" &
    pids+=($!)
  done
  wait "${pids[@]}"
done
remote_log >log
jq -s --argjson workers "$workers" --argjson plans "$plans" --argjson distinct "${#uris[@]}" \
  --argjson requests "$(wc -l <log)" --argjson bytes "$(bytes <log)" \
  --argjson hits "$(grep -c '^GET /ac/.* 200 ' log || true)" --argjson misses "$(grep -c '^GET /ac/.* 404 ' log || true)" \
  --argjson stored "$(grep -c '^PUT /ac/' log || true)" --argjson blobs "$(grep -c '^GET /cas/' log || true)" \
  --argjson hot "$(awk '$1 == "GET" { print $2 }' log | sort | uniq -c | sort -rn | head -n 3 | awk '{ print $1 }' | jq -s .)" \
  --argjson kept "$(du -sb "$scratch/remote" | cut -f1)" \
  --argjson evaluated "$(cut -d' ' -f2- worker.*.result | jq -s 'map(.evaluated // 0) | add')" \
  '{ machines: ., workers: { workers: $workers, plans_each: $plans, distinct_atoms: $distinct, requests: $requests, bytes: $bytes,
     hits: $hits, misses: $misses, stored: $stored, blobs_read: $blobs, requests_of_hottest: $hot, bytes_kept: $kept,
     evaluations: $evaluated } }' rows.json
