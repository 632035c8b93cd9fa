#!/bin/bash
# How many evaluators run at once is what was asked for: by the configuration, a variable, a flag; and no more than the
# memory is enough for.
source "$(dirname "$0")/../scenario.sh"
source "$here/building.sh"

own_store
begin_set
labels=(one two three four)
# Enough work that those which may run at once do.
for label in "${labels[@]}"; do
  add_atom "$label" "{ main = derivation { name = \"$label-\${toString (builtins.foldl' (a: b: a + b) 0
    (builtins.genList (x: x) 400000))}\"; system = cfg.platforms.build; builder = \"/bin/sh\"; }; }"
done
commit_set "${labels[@]}"

# at_once ARGUMENT…: plans all of them; the most evaluators that were there at one time, and how many there were in all.
at_once() {
  strace -f -s 64 -e trace=execve -e signal=none -o "$scratch/calls" \
    "$EKA" "$@" plan --fresh-eval "${labels[@]/#/::}" </dev/null >"$scratch/out" 2>"$scratch/err" || true
  if (($(wc -l <"$scratch/out") != ${#labels[@]})); then
    not_ok "all are planned" "$(cat "$scratch/err")"
  fi
  awk '/execve\("[^"]*\/nix-instantiate".*--store/ && !/ = -1/ && !($1 in running) {
         running[$1] = 1; all++; if (++now > most) most = now }
       /\+\+\+ (exited|killed)/ && ($1 in running) { delete running[$1]; now-- }
       END { print most + 0, all + 0 }' "$scratch/calls"
}

# How many of those that may run at once do is the machine's affair: more than one, where more may.
matches "a variable: no more than three at once, each atom alone" '^[23] 4$' "$(EKA_PLAN_JOBS=3 at_once)"
equal "the flag wins over the variable: one at a time" "1 4" "$(EKA_PLAN_JOBS=3 at_once -j 1)"
equal "four, but memory for two" "2 4" "$(EKA_PLAN_JOBS=4 EKA_PLAN_MEMORY=1100M at_once)"
printf '[plan]\njobs = 1\n' >"$XDG_CONFIG_HOME/eka.toml"
equal "the configuration: one at a time" "1 4" "$(at_once)"
equal "the variable wins over it" "2 4" "$(EKA_PLAN_JOBS=2 at_once)"
rm "$XDG_CONFIG_HOME/eka.toml"
at_most "without a word: as many as there are processors" "$(nproc)" "$(at_once | cut -d ' ' -f 1)"
EKA_PLAN_JOBS=none eka plan ::one
equal "what is no number: exit code" 2 "$status"
matches "what is no number: the variable is named" EKA_PLAN_JOBS "$err"
equal "nothing is left running" "" "$(left_processes)"
finish
