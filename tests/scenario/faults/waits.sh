#!/bin/bash
# SIGINT while eka waits for a resolver, a lock, or a pool thread that cannot be interrupted: it exits soon, with the
# corresponding code.
source "$(dirname "$0")/../scenario.sh"

serve_start "$www"
make_world demo
uri=$SERVE_URL/company.git::server

# interrupt AFTER ARGUMENTS…: runs eka and sends SIGINT to it alone; kills it if it does not exit (exit code 137).
interrupt() {
  local after=$1
  shift
  status=0
  timeout --foreground --preserve-status --signal=INT --kill-after=20 "$after" env "${preload[@]}" "$EKA" "$@" \
    </dev/null >"$scratch/out" 2>"$scratch/err" || status=$?
}
preload=()

if [[ -n ${EKA_SANITIZED:-} ]]; then
  skip "a resolver that does not answer (a sanitizer must be loaded first)"
else
  preload=("LD_PRELOAD=$EKA_SLOW_RESOLVER")
  for url in git://somewhere.invalid/company.git http://somewhere.invalid/company.git; do
    interrupt 1 plan "$url::server"
    equal "SIGINT while the resolver does not answer, ${url%%:*}: exit code" 130 "$status"
  done
  preload=()
fi

# Another process holds the cache exclusively.
eka plan "$uri"
equal "plan: exit code" 0 "$status"
cache=$XDG_CACHE_HOME/eka
flock --no-fork --exclusive "$cache/lock" sleep 600 &
holder=$!
at_exit 'kill "$holder" 2>/dev/null'
until ! flock --nonblock --exclusive "$cache/lock" true; do sleep 0.05; done
interrupt 1 plan "$uri"
equal "SIGINT while another process collects: exit code" 130 "$status"
interrupt 1 cache stat
equal "SIGINT while cache stat waits for the lock: exit code" 130 "$status"
kill "$holder"
wait "$holder" 2>/dev/null || true

# A process stopped while writing refs does not block others.
fresh_cache
eka prefetch "$SERVE_URL/company.git::auth"
flock --no-fork --exclusive "$XDG_CACHE_HOME/eka/git/names.lock" sleep 600 &
holder=$!
until ! flock --nonblock --exclusive "$XDG_CACHE_HOME/eka/git/names.lock" true; do sleep 0.05; done
eka plan "$uri"
equal "plan while another process holds the lock of the refs: exit code" 0 "$status"
kill "$holder"
wait "$holder" 2>/dev/null || true
eka --offline plan "$uri"
equal "the written refs are found: exit code" 0 "$status"
finish
