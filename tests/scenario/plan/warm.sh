#!/bin/bash
# A warm plan of 500 atoms in 50 sets opens no network socket and starts no git, according to strace: neither with
# cached evaluations, nor with cached objects that are evaluated again.
source "$(dirname "$0")/../scenario.sh"

if ! strace -f -o "$scratch/probe" -e trace=execve true 2>/dev/null; then
  skip "strace may not trace here"
  finish
  exit 0
fi
serve_start "$www"
make_world make --sets 50 --atoms 501 --versions 1 --files 1 --file-size 100 --deps 3 --levels 5 --seed 2
uri=$SERVE_URL/set-00.git::root@=1.0.0
equal "the closure has 500 atoms in 50 sets besides the root" "500 50" \
  "$(version_of set-00 root 1.0.0 closure) $(version_of set-00 root 1.0.0 sets | jq length)"
eka plan "$uri"
equal "the first plan succeeds" 0 "$status"
planned=$out
serve_forget

# warm WHAT ARGUMENT…: plans again, with the relevant system calls in $scratch/calls.
warm() {
  local what=$1
  shift
  status=0
  strace -f -qq -e trace=socket,execve,execveat,clone,clone3,fork,vfork -o "$scratch/calls" "$EKA" plan "$@" "$uri" </dev/null \
    >"$scratch/out" 2>"$scratch/err" || status=$?
  equal "$what: the same derivation" "0 $planned" "$status $(cat "$scratch/out")"
  # Unix sockets are not counted: eka may query the Nix daemon whether a derivation exists.
  equal "$what: sockets to the network" 0 "$(grep -cE 'socket\(AF_INET6?' "$scratch/calls" || true)"
  equal "$what: git processes" 0 "$(grep -cE 'execve(at)?\([^"]*"[^"]*/git[^/"]*"' "$scratch/calls" || true)"
  equal "$what: requests at the servers" "" "$(serve_log)"
}

warm "cached evaluation"
equal "cached evaluation: programs, including eka itself" 1 "$(grep -cE 'execve(at)?\(' "$scratch/calls")"
equal "cached evaluation: processes" 0 "$(grep -E 'clone|fork' "$scratch/calls" | grep -cv CLONE_THREAD || true)"
warm "evaluated again" --fresh-eval
# The servers may even be stopped.
serve_stop
eka plan "$uri"
equal "without a server: the same derivation" "0 $planned" "$status $out"
finish
