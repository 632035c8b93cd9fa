#!/bin/bash
# kill -9 at any point loses at most the work in flight: the next run succeeds and removes leftover files.
source "$(dirname "$0")/../scenario.sh"

serve_start "$www"
make_world make --sets 4 --atoms 24 --versions 1 --files 4 --file-size 2000 --deps 3 --levels 3 --seed 13
uri=$SERVE_URL/set-00.git::root

begin=${EPOCHREALTIME/[.,]/}
eka plan "$uri"
took=$((${EPOCHREALTIME/[.,]/} - begin))  # microseconds
equal "undisturbed: exit code" 0 "$status"
matches "undisturbed: derivation" "$(drv_named root-1.0.0)" "$out"
expected=$out

# Points spread over the duration of a run; every second cache is struck twice.
points=12
for ((point = 1; point <= points; point++)); do
  fresh_cache
  for ((strike = 0; strike <= point % 2; strike++)); do
    "$EKA" plan "$uri" </dev/null >"$scratch/killed.out" 2>"$scratch/killed.err" &
    victim=$!
    sleep "$(printf '%d.%06d' $((took * point / points / 1000000)) $((took * point / points % 1000000)))"
    kill -KILL "$victim" 2>/dev/null || true
    wait "$victim" 2>/dev/null || true
  done
  eka plan "$uri"
  equal "struck at $point/$points: the next run succeeds" 0 "$status"
  equal "struck at $point/$points: and prints the derivation" "$expected" "$out"
done

check "git finds the cache valid" git --git-dir="$XDG_CACHE_HOME/eka/git" fsck --connectivity-only --no-dangling
eka cache verify
equal "eka finds the cache valid" 0 "$status"
equal "no incomplete pack is left" "" "$(find "$XDG_CACHE_HOME/eka/git" -path '*incoming/*' | head)"
equal "no process is left running" "" "$(left_processes)"

# While the sandbox is being created: bwrap's child waits for its parent, which may be gone. Other processes keep the
# processors busy, so that the moments between two system calls last.
burners=()
for _ in 1 2 3 4; do
  while :; do :; done &
  burners+=($!)
done
at_exit 'kill "${burners[@]}" 2>/dev/null; wait "${burners[@]}" 2>/dev/null'
# The first evaluation of a run has a sandbox of its own; the others are forked from a server, which has one, too.
uris=("$SERVE_URL"/set-00.git::{root,atom-003,atom-007,atom-011})
eka plan "${uris[@]}"
begin=${EPOCHREALTIME/[.,]/}
eka plan --fresh-eval "${uris[@]}"
took=$((${EPOCHREALTIME/[.,]/} - begin))
equal "with a filled cache: exit code" 0 "$status"
matches "and the derivation" "$expected" "$out"
strikes=60
for ((strike = 1; strike <= strikes; strike++)); do
  "$EKA" plan --fresh-eval "${uris[@]}" </dev/null >"$scratch/killed.out" 2>"$scratch/killed.err" &
  victim=$!
  sleep "$(printf '%d.%06d' $((took * strike / strikes / 1000000)) $((took * strike / strikes % 1000000)))"
  kill -KILL "$victim" 2>/dev/null || true
  wait "$victim" 2>/dev/null || true
done
kill "${burners[@]}"
equal "struck while sandboxes are created: no process is left running" "" "$(left_processes)"
finish
