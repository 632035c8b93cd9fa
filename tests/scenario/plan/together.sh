#!/bin/bash
# Several eka processes at once on one empty cache: all succeed.
source "$(dirname "$0")/../scenario.sh"

serve_start "$www"
make_world make --sets 5 --atoms 30 --versions 1 --files 3 --file-size 500 --deps 3 --levels 3 --seed 11
uri=$SERVE_URL/set-00.git::root

eka plan "$uri"
equal "a single run" 0 "$status"
matches "it prints the derivation" "$(drv_named root-1.0.0)" "$out"
expected=$out

for round in 1 2 3; do
  fresh_cache
  pids=()
  for runner in 1 2 3; do
    "$EKA" plan "$uri" </dev/null >"$scratch/out.$runner" 2>"$scratch/err.$runner" &
    pids+=($!)
  done
  for runner in 1 2 3; do
    code=0
    wait "${pids[runner - 1]}" || code=$?
    equal "round $round, runner $runner: exit code" 0 "$code"
    equal "round $round, runner $runner: the derivation" "$expected" "$(cat "$scratch/out.$runner")"
    if ((code)); then cat "$scratch/err.$runner"; fi
  done
  check "round $round: git finds the cache valid" git --git-dir="$XDG_CACHE_HOME/eka/git" fsck --connectivity-only --no-dangling
done

eka plan "$uri"
equal "a later run" "$expected" "$out"
equal "no process is left running" "" "$(left_processes)"
finish
