#!/bin/bash
# If the kernel supports Landlock, an evaluator restricts itself with it before it executes Nix.
source "$(dirname "$0")/../scenario.sh"
source "$here/building.sh"

own_store
begin_set
add_atom one '{ main = derivation { name = "one"; system = cfg.platforms.build; builder = "/bin/sh"; }; }'
commit_set one

status=0
strace -f -qq -s 64 -e trace=landlock_create_ruleset,landlock_restrict_self,execve -o "$scratch/calls" \
  "$EKA" plan ::one </dev/null >"$scratch/out" 2>"$scratch/err" || status=$?
equal "planned under strace: exit code" 0 "$status"
matches "the derivation is printed" "$(drv_named one)" "$(cat "$scratch/out")"

launcher=$(dirname "$(dirname "$EKA")")/nixec
if [[ ! -x $launcher && ! -x $(dirname "$(dirname "$EKA")")/libexec/eka/nixec ]]; then
  skip "no nixec was linked statically here, so nothing can take on Landlock inside"
elif grep -qE 'landlock_create_ruleset\(NULL, 0, .*(ENOSYS|EOPNOTSUPP)' "$scratch/calls"; then
  skip "this kernel has no Landlock: $(grep -oE -m 1 '(ENOSYS|EOPNOTSUPP).*' "$scratch/calls")"
else
  restricted=$(sed -n 's/^\([0-9]*\) .*landlock_restrict_self(.* = 0$/\1/p' "$scratch/calls")
  matches "one process restricts itself successfully" '^[0-9]+$' "$restricted"
  after=$(sed -n "/^$restricted .*landlock_restrict_self/,\$p" "$scratch/calls" | sed -n "s/^$restricted .*execve(\"\([^\"]*\)\".* = 0\$/\1/p")
  matches "it then executes only the evaluator" '^[^ ]*/nix-instantiate$' "$after"
fi
equal "no process is left running" "" "$(left_processes)"
finish
