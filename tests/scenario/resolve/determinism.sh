#!/bin/bash
# Determinism: the lock is the same byte for byte, whatever the timing of the network.
source "$(dirname "$0")/../scenario.sh"
source "$here/sets.sh"
source "$here/proxy.sh"

serve_start "$www"
proxy_start
"$EKA_WORLD" make "$www" --url-base "$PROXY_URL" --sets 6 --atoms 24 --versions 3 --files 1 --file-size 20 \
  --deps 3 --levels 4 --seed 5 >/dev/null
working_set "$scratch/set"
SERVE_URL=$PROXY_URL working_atom "$scratch/set" top 0.1.0 "set-00/root ^1" "set-01/atom-010 *"
cd "$scratch/set/top"

different=0
for run in {1..50}; do
  proxy_start --jitter 25 --seed "$run"
  fresh_cache
  rm -f atom.lock
  eka resolve
  if ((run == 1)); then equal "it resolves" 0 "$status"; cp atom.lock ../first; fi
  cmp -s atom.lock ../first || different=$((different + 1))
done
equal "differing locks in 50 runs" 0 "$different"
finish
