#!/bin/bash
# Determinism: the lock is the same byte for byte, whatever the timing of the network.
source "$(dirname "$0")/../scenario.sh"
source "$here/sets.sh"

serve_start "$www"
port=$((SERVE_PORT + 1))
proxy() {
  "$EKA_PROXY" --port "$port" --jitter 25 --seed "$1" "127.0.0.1:$SERVE_PORT" </dev/null \
    >"$scratch/proxy" 2>/dev/null &
  PROXY=$!
  while [[ ! -s $scratch/proxy ]]; do
    kill -0 "$PROXY" 2>/dev/null || return 1
    sleep 0.01
  done
}
stop_proxy() { kill "$PROXY" 2>/dev/null && wait "$PROXY" 2>/dev/null; : >"$scratch/proxy"; }
until proxy 0; do port=$((10000 + RANDOM % 20000)); done
at_exit stop_proxy
stop_proxy
"$EKA_WORLD" make "$www" --url-base "http://127.0.0.1:$port" --sets 6 --atoms 24 --versions 3 --files 1 --file-size 20 \
  --deps 3 --levels 4 --seed 5 >/dev/null
working_set "$scratch/set"
SERVE_URL=http://127.0.0.1:$port working_atom "$scratch/set" top 0.1.0 "set-00/root ^1" "set-01/atom-010 *"
cd "$scratch/set/top"

different=0
for run in {1..50}; do
  proxy "$run" || { not_ok "the proxy starts"; break; }
  fresh_cache
  rm -f atom.lock
  eka resolve
  if ((run == 1)); then equal "it resolves" 0 "$status"; cp atom.lock ../first; fi
  cmp -s atom.lock ../first || different=$((different + 1))
  stop_proxy
done
equal "differing locks in 50 runs" 0 "$different"
finish
