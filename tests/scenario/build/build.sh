#!/bin/bash
# eka build: planned derivations are built by the user's own Nix; a failed build does not affect others.
source "$(dirname "$0")/../scenario.sh"
source "$here/building.sh"

own_store
begin_set
atom() {  # LABEL NIX-EXPRESSION
  add_atom "$1" "let sh = name: script: more: derivation ({ inherit name; system = \"x86_64-linux\"; builder = \"/bin/sh\";
    args = [ \"-c\" script ]; } // more); in { main = $2; }"
}
atom good 'sh "good" "echo building; echo yes > $out; echo dev > $dev" { outputs = [ "out" "dev" ]; }'
atom bad 'sh "bad" "echo last words; exit 3" { }'
atom top 'sh "top" "echo > $out" { dep = sh "deep" "echo deep trouble; exit 4" { }; }'
atom broken 'throw "not even a plan"'
commit_set good bad top broken

eka build ::bad ::good ::top ::broken
equal "failed builds: exit code" 5 "$status"
equal "the other is built, and all its outputs are printed" 2 "$(grep -cE '^/nix/store/[0-9a-z]{32}-good(-dev)?$' <<<"$out")"
for path in $out; do check "it is there: ${path##*-}" test -e "$NIX_REMOTE$path"; done
matches "the last lines of the builder" '> last words' "$err"
matches "those of a dependency" 'deep trouble' "$err"
matches "the failed plan" 'not even a plan' "$err"
good=$out

eka build --json ::good ::bad
equal "--json: exit code" 5 "$status"
conforms "--json: valid under the schema" plan.schema.json "$scratch/out"
equal "--json: output paths" "$good" "$(jq -r '.plans[0].outputs | .dev, .out' <<<"$out")"
equal "--json: the failure in addition to the derivation" "true 5" "$(jq -r '.plans[1] | "\(has("drv")) \(.error.code)"' <<<"$out")"

eka build ::good
equal "existing outputs are not built again" "0 $good" "$status $out"
equal "no build is reported" "" "$(grep building <<<"$err" || true)"
nix-store --store "$NIX_REMOTE" --option build-users-group '' --gc >"$scratch/gc" 2>&1
for path in $good; do check "the collector keeps it: ${path##*-}" test -e "$NIX_REMOTE$path"; done
equal "no process is left running" "" "$(left_processes)"
finish
