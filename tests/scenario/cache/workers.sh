#!/bin/bash
# Fifty workers share one remote cache that fails one request in ten; some are killed. All results are right, and no run
# fails.
source "$(dirname "$0")/../scenario.sh"
source "$here/remote_cache.sh"

serve_start "$www"
make_world make --sets 3 --atoms 24 --versions 1 --files 2 --file-size 200 --deps 2 --levels 3 --seed 7
mapfile -t uris < <(of_world '.atoms[] | "\(.set) \(.label)"' | awk -v base="$SERVE_URL" '{ print base "/" $1 ".git::" $2 }')
remote_cache_start
machine right
eka plan -c --json "${uris[@]}"
jq -r '.plans[] | select(has("drv")) | "\(.uri) \(.drv)"' <<<"$out" | sort >"$scratch/expected"
mapfile -t uris < <(cut -d' ' -f1 "$scratch/expected")
check "there is something to plan" test "${#uris[@]}" -ge 10

as_writer
export EKA_CACHE_REMOTE=$REMOTE_CACHE/flaky
RANDOM=${SEED:-$RANDOM}
workers=50 at_once=4

# One worker: a machine without anything, which plans four atoms. Every fifth is killed, and starts again with what it
# has.
worker() {
  local number=$1 wanted=() i after
  machine "worker.$number"
  for i in 1 2 3 4; do wanted+=("${uris[(number * 7 + i * 3) % ${#uris[@]}]}"); done
  if ((number % 5 == 0)); then
    "$EKA" plan "${wanted[@]}" </dev/null >/dev/null 2>&1 &
    after=$((number * 37 % 1000))
    sleep "0.$(printf '%03d' "$after")"
    kill -KILL $! 2>/dev/null || true
    wait $! 2>/dev/null || true
  fi
  "$EKA" plan --json "${wanted[@]}" </dev/null >"$scratch/worker.$number.json" 2>"$scratch/worker.$number.err"
  echo $? >"$scratch/worker.$number.status"
  chmod -R u+w "$scratch/worker.$number" && rm -rf "$scratch/worker.$number"
}
for ((number = 1; number <= workers; number += at_once)); do
  pids=()
  for ((each = number; each < number + at_once && each <= workers; each++)); do
    worker "$each" &
    pids+=($!)
  done
  wait "${pids[@]}"
done

equal "no run fails" "$workers 0" "$(cat "$scratch"/worker.*.status | sort | uniq -c | sed 's/^ *//')"
jq -r '.plans[] | "\(.uri) \(.drv)"' "$scratch"/worker.*.json | sort -u >"$scratch/found"
equal "all results are right" "" "$(comm -23 "$scratch/found" "$scratch/expected")"
at_most "evaluations, of $((workers * 4)) plans" $((workers * 4 / 2)) \
  "$(jq -r '.plans[].from' "$scratch"/worker.*.json | grep -c evaluated)"
check "some requests failed" test "$(remote_log | grep -c ' 500 ')" -gt 0
equal "no worker says more than one warning about the cache" "" "$(grep -c 'cannot use the cache at' "$scratch"/worker.*.err | awk -F: '$2 > 1')"

# What they left in the cache is whole: a machine that trusts it, and reaches it well, evaluates hardly anything. (What
# failed three times in a row was not saved.)
machine last
as_reader
export EKA_CACHE_REMOTE=$REMOTE_CACHE
mapfile -t uris < <(cut -d' ' -f1 "$scratch/found")
eka plan --json "${uris[@]}"
equal "the last run" 0 "$status"
at_most "evaluations of the last run, of ${#uris[@]}" 2 "$(jq -r '.plans[].from' <<<"$out" | grep -c evaluated)"
equal "and it is right" "$(cat "$scratch/found")" "$(jq -r '.plans[] | "\(.uri) \(.drv)"' <<<"$out" | sort)"
finish
