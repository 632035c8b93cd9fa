#!/bin/bash
# The cost of a cached plan grows by at most a few system calls per atom, and by no process.
source "$(dirname "$0")/../scenario.sh"
source "$here/building.sh"

own_store
serve_start "$www"
make_world make --sets 4 --atoms 140 --versions 1 --files 2 --file-size 200 --deps 2 --levels 3
mapfile -t uris < <(of_world '.atoms[] | "\(.set) \(.label)"' | awk -v base="$SERVE_URL" '{ print base "/" $1 ".git::" $2 }')
# Some atoms are data or composers, which cannot be planned.
eka plan -c --json "${uris[@]}"
mapfile -t uris < <(jq -r '.plans[] | select(has("drv")).uri' <<<"$out" | head -n 100)
equal "a hundred atoms are planned" 100 "${#uris[@]}"

if ! strace -f -o "$scratch/probe" -e trace=execve true 2>/dev/null; then
  skip "strace may not trace here"
  finish
  exit
fi

# calls N: the number of system calls of a cached plan of the first N; without those by which threads wait for each
# other, whose number is random.
calls() {
  strace -f -qq -c -U calls,name -e 'trace=!futex,epoll_wait,epoll_pwait,restart_syscall,sched_yield' -o "$scratch/counts" \
    "$EKA" plan "${uris[@]:0:$1}" </dev/null >"$scratch/out" 2>"$scratch/err" || not_ok "a plan of $1" "$(cat "$scratch/err")"
  awk '$2 == "total" { print $1 }' "$scratch/counts"
}
few=$(calls 20)
many=$(calls 100)
echo "20 atoms: $few system calls; 100 atoms: $many"
at_most "system calls per additional atom" 30 $(((many - few) / 80))

strace -f -qq -e trace=execve,execveat,clone,clone3,fork,vfork -o "$scratch/calls" \
  "$EKA" plan "${uris[@]}" </dev/null >"$scratch/out" 2>"$scratch/err" || true
equal "a hundred derivations are printed" 100 "$(wc -l <"$scratch/out")"
equal "no program is started" 1 "$(grep -c 'execve' "$scratch/calls")"
equal "no process is created, only threads" "" "$(grep -E 'clone|fork' "$scratch/calls" | grep -Ev 'CLONE_THREAD|resumed' || true)"
finish
