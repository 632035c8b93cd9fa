#!/bin/bash
# An atom cannot tell what is planned beside it: with -c, each has the derivation, or the error, that it has alone.
source "$(dirname "$0")/../scenario.sh"
source "$here/building.sh"

own_store
begin_set
drv='drv = name: seen: derivation { inherit name seen; system = cfg.platforms.build; builder = "/bin/sh"; src = ./.; };'
# atom LABEL EXPRESSION: its derivation contains the value of the expression. `src` is evaluated before, so that a path of
# the private store may be read.
labels=()
atom() {
  labels+=("$1")
  add_atom "$1" "let $drv made = drv \"$1\" \"\"; in { main = drv \"$1\" (builtins.seq made.drvPath (builtins.toJSON ($2))); }"
}
atom count 'builtins.length (builtins.attrNames (builtins.readDir /nix/store))'
atom parent 'builtins.readDir ./..'
atom private 'builtins.length (builtins.attrNames (builtins.readDir /eka/store/nix/store))'
atom private-link 'builtins.readDir (/. + "/eka/store/nix/store/.links")'
atom copied '"${/eka/store/nix/store}"'
atom filtered 'builtins.path { path = /eka/store/nix/store; name = "x"; filter = p: t: false; }'
atom upwards 'builtins.readDir "${./.}/.."'
atom nothing '1'
atom first '2'
commit_set "${labels[@]}"

declare -A alone
for label in "${labels[@]}"; do
  fresh_cache
  eka plan --fresh-eval "::$label"
  if ((status == 0)); then alone[$label]=$out; else alone[$label]="exit code $status"; fi
done
matches "an ordinary atom is planned" "$(drv_named nothing)" "${alone[nothing]}"
for label in count parent upwards; do
  equal "$label: the store cannot be listed" "exit code 5" "${alone[$label]}"
done

for label in "${labels[@]}"; do
  fresh_cache
  # Beside others, which are evaluated first.
  eka plan -c --fresh-eval --json ::first ::nothing "::$label" ::first
  together=$(jq -r '.plans[2] | .drv // "exit code \(.error.code)"' <<<"$out")
  equal "$label: the same beside others" "${alone[$label]}" "$together"
done
equal "no process is left running" "" "$(left_processes)"
finish
