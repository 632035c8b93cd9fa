#!/bin/bash
# The number of parallel evaluators follows the configuration, a variable or a flag, and is limited by memory.
source "$(dirname "$0")/../scenario.sh"
source "$here/building.sh"

own_store
begin_set
labels=(one two three four)
# Enough work for all permitted evaluators to overlap.
for label in "${labels[@]}"; do
  add_atom "$label" "{ main = derivation { name = \"$label-\${toString (builtins.foldl' (a: b: a + b) 0
    (builtins.genList (x: x) 400000))}\"; system = cfg.platforms.build; builder = \"/bin/sh\"; }; }"
done
commit_set "${labels[@]}"

# at_once ARGUMENT…: plans all of them; prints the maximum of parallel evaluators, and their total. An evaluator is
# started, or forked from a server: then it enters a mount namespace without having been started.
at_once() {
  strace -f -s 64 -e trace=execve,unshare -e signal=none -o "$scratch/calls" \
    "$EKA" "$@" plan --fresh-eval "${labels[@]/#/::}" </dev/null >"$scratch/out" 2>"$scratch/err" || true
  if (($(wc -l <"$scratch/out") != ${#labels[@]})); then
    not_ok "all are planned" "$(cat "$scratch/err")"
  fi
  awk '/execve\(/ { started[$1] = 1 }
       /unshare\(CLONE_NEWNS/ && !($1 in started) { running[$1] = 1; all++; if (++now > most) most = now }
       /execve\("[^"]*\/nix-instantiate".*--store/ && !/ = -1/ && !($1 in running) {
         running[$1] = 1; all++; if (++now > most) most = now }
       /\+\+\+ (exited|killed)/ && ($1 in running) { delete running[$1]; now-- }
       END { print most + 0, all + 0 }' "$scratch/calls"
}

# How many of the permitted evaluators overlap depends on the machine: more than one if more are permitted.
matches "a variable: no more than three at once, each atom alone" '^[23] 4$' "$(EKA_PLAN_JOBS=3 at_once)"
equal "the flag takes precedence over the variable: one at a time" "1 4" "$(EKA_PLAN_JOBS=3 at_once -j 1)"
equal "four, but memory for two" "2 4" "$(EKA_PLAN_JOBS=4 EKA_PLAN_MEMORY=1100M at_once)"
printf '[plan]\njobs = 1\n' >"$XDG_CONFIG_HOME/eka.toml"
equal "the configuration: one at a time" "1 4" "$(at_once)"
equal "the variable takes precedence" "2 4" "$(EKA_PLAN_JOBS=2 at_once)"
rm "$XDG_CONFIG_HOME/eka.toml"
at_most "by default: as many as processors" "$(nproc)" "$(at_once | cut -d ' ' -f 1)"
EKA_PLAN_JOBS=none eka plan ::one
equal "an invalid number: exit code" 2 "$status"
matches "an invalid number: the variable is named" EKA_PLAN_JOBS "$err"
equal "no process is left running" "" "$(left_processes)"
finish
