#!/bin/bash
# Many atoms in few evaluators: one failing atom does not affect others, memory is shared, and evaluators are isolated.
source "$(dirname "$0")/../scenario.sh"
export GIT_AUTHOR_NAME=s GIT_AUTHOR_EMAIL=s@eka.invalid GIT_COMMITTER_NAME=s GIT_COMMITTER_EMAIL=s@eka.invalid

mkdir set && cd set
eka init --init-git
# atom LABEL MAIN: adds an atom to the working tree.
atom() {
  "$EKA" new "$1" >/dev/null 2>&1
  printf '[package]\nlabel = "%s"\nversion = "1.0.0"\n\n[compose.as]\nnix = "default.nix"\n' "$1" >"$1/atom.toml"
  printf '{ main = %s; }\n' "$2" >"$1/default.nix"
}
derivation() { echo "derivation { name = \"$1\"; system = cfg.platforms.build; builder = \"/bin/sh\"; src = ./.; }"; }
# traced COMMAND…: eka COMMAND…, with the system calls that create processes and sockets in $scratch/trace.
traced() {
  status=0
  strace -f -qq -s 64 -e trace=execve,fork,vfork,clone,clone3,socket,socketpair,connect,unshare -o "$scratch/trace" \
    "$EKA" "$@" </dev/null >"$scratch/out" 2>"$scratch/err" || status=$?
  out=$(cat "$scratch/out")
  err=$(cat "$scratch/err")
}
# Except those that only query Nix's version. strace may split a line; the first half names the program. For each evaluator
# that it forks, the fork server creates a PID namespace.
evaluators() {
  grep -E 'execve\("[^"]*/nix-instantiate".*--store|unshare\(CLONE_NEWPID[) ]' "$scratch/trace" | grep -vc ' = -1' || true
}

for n in {1..6}; do atom "good$n" "builtins.trace \"evaluated-good$n\" ($(derivation "good$n"))"; done
atom bad 'throw "this one is bad"'
atom worse '1 + { }'

echo "- one failing atom among many"
export EKA_PLAN_JOBS=1
uris=(::good1 ::good2 ::bad ::good3 ::worse ::good4 ::good5 ::good6)
traced plan -c "${uris[@]}"
equal "exit code" 5 "$status"
equal "every valid atom has its derivation" 6 "$(wc -l <<<"$out")"
for n in {1..6}; do
  equal "good$n was evaluated once" 1 "$(grep -c "evaluated-good$n" "$scratch/err")"
done
matches "the first failure is reported" 'this one is bad' "$err"
matches "the second failure is reported" 'while a set was expected|cannot (add|coerce)|is a set' "$err"
# From 2.19 on, atoms that share a process could see each other's derivations.
keeps_apart() { [[ $(printf '%s\n' 2.19 "$(nix-instantiate --version | sed 's/.* //')" | sort -V | head -n 1) == 2.19 ]]; }
if keeps_apart; then
  equal "a newer Nix gets an evaluator for each atom" 8 "$(evaluators)"
else
  equal "each failure needs one additional evaluator" 3 "$(evaluators)"
fi

echo "- atoms of one set"
EKA_PLAN_SHARECTX=set traced plan --fresh-eval ::good1 ::good2 ::good3
equal "exit code" 0 "$status"
equal "atoms with the same lock share an evaluator" "$(keeps_apart && echo 3 || echo 1)" "$(evaluators)"
atom needs "$(derivation needs)"
printf '\n[package.sets]\nlocal = "::"\n\n[deps.from.local]\ngood4 = "^1"\n' >>needs/atom.toml
EKA_PLAN_SHARECTX=set traced plan --fresh-eval ::good1 ::good2 ::needs
equal "an atom with another lock: exit code" 0 "$status"
equal "it has its own evaluator" "$(keeps_apart && echo 3 || echo 2)" "$(evaluators)"

echo "- inside the sandbox"
fresh_cache
traced plan --fresh-eval ::good1
equal "exit code" 0 "$status"
equal "one evaluator" 1 "$(evaluators)"
inside=$(sed -n 's/^\([0-9]*\) .*execve("[^"]*\/nix-instantiate".*--store.*/\1/p' "$scratch/trace" | tail -n 1)
# From its exec on: its system calls and those of its threads (whose ids are returned by clone).
since=$(sed -n '/execve("[^"]*\/nix-instantiate".*--store/,$p' "$scratch/trace" | sed 1d)
threads=$inside
while :; do
  more=$(grep -E "^($(tr ' ' '|' <<<"$threads")) " <<<"$since" | sed -n 's/.*clone.*CLONE_THREAD.* = \([0-9]*\).*/\1/p' | tr '\n' ' ')
  all=$(tr ' ' '\n' <<<"$inside $more" | sed '/^$/d' | sort -un | tr '\n' ' ' | sed 's/ $//')
  [[ $all == "$threads" ]] && break
  threads=$all
done
done_inside=$(grep -E "^($(tr ' ' '|' <<<"$threads")) " <<<"$since" || true)
equal "no socket is opened inside" "" "$(grep -E 'socket|connect' <<<"$done_inside" | grep -v ' = -1' || true)"
equal "no program is started inside" "" "$(grep -E 'execve' <<<"$done_inside" || true)"
equal "no process is started inside, only threads" "" \
  "$(grep -E 'fork|clone' <<<"$done_inside" | grep -Ev 'CLONE_THREAD| = -1|resumed' || true)"

echo "- a shared memory limit"
# A string of 256 MB, for which Nix uses more than twice as much: too much for a share of 512 MB.
doubled='(let f = n: if n == 0 then "a" else let x = f (n - 1); in x + x; in f 28)'
atom large "builtins.seq (builtins.stringLength $doubled) ($(derivation large))"
atom huge "builtins.seq (builtins.length (builtins.genList (x: x) 500000000)) ($(derivation huge))"
export EKA_PLAN_JOBS=2 EKA_PLAN_MEMORY=1100M
traced plan ::large ::good2
equal "an evaluation over its share gets all memory" 0 "$status"
equal "it is evaluated again" 3 "$(evaluators)"
EKA_PLAN_SHARECTX=true traced plan --fresh-eval ::large ::good2 ::good3
equal "the same in a shared context" 0 "$status"
eka plan ::huge ::good4
equal "an evaluation over the limit fails" 5 "$status"
matches "the limit is reported" 'exceeded the memory limit of 1100 MiB' "$err"
matches "the other succeeds" "$(drv_named good4)" "$out"

echo "- time limits"
atom long 'builtins.seq (builtins.match "((a*)*)*b" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa") 1'
EKA_PLAN_TIMEOUT=1s eka plan ::long
equal "an evaluation that takes too long fails" 5 "$status"
matches "the limit is reported" 'timed out after 1 second' "$err"

equal "no process is left running" "" "$(left_processes)"
finish
