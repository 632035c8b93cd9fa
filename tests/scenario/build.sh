#!/bin/bash
# eka build: what is planned is built by the user's own Nix; the failure of one hides no other.
source "$(dirname "$0")/scenario.sh"

# A store of its own. Nix's sandbox has no shell by itself.
export NIX_REMOTE=$scratch/store
export NIX_CONFIG='substituters =
sandbox-paths = /bin /lib /lib64 /usr'
mkdir -p "$NIX_REMOTE" "$scratch/set"
cd "$scratch/set"
git init -q .
atom() {  # LABEL NIX-EXPRESSION
  mkdir "$1"
  printf '[package]\nlabel = "%s"\nversion = "1.0.0"\n[compose.as]\nnix = "default.nix"\n' "$1" >"$1/atom.toml"
  echo "let sh = name: script: more: derivation ({ inherit name; system = \"x86_64-linux\"; builder = \"/bin/sh\";
    args = [ \"-c\" script ]; } // more); in { main = $2; }" >"$1/default.nix"
}
atom good 'sh "good" "echo building; echo yes > $out; echo dev > $dev" { outputs = [ "out" "dev" ]; }'
atom bad 'sh "bad" "echo last words; exit 3" { }'
atom top 'sh "top" "echo > $out" { dep = sh "deep" "echo deep trouble; exit 4" { }; }'
atom broken 'throw "not even a plan"'
echo 'set.packages = ["good", "bad", "top", "broken"]' >ekala.toml
git add -A && git -c user.name=x -c user.email=x commit -qm x

eka build ::bad ::good ::top ::broken
equal "failed builds: exit code" 5 "$status"
equal "what could be built is built, and all its outputs are printed" 2 "$(grep -cE '^/nix/store/[0-9a-z]{32}-good(-dev)?$' <<<"$out")"
for path in $out; do check "it is there: ${path##*-}" test -e "$NIX_REMOTE$path"; done
matches "the builder's last words" '> last words' "$err"
matches "a dependency's, too" 'deep trouble' "$err"
matches "and what could not be planned" 'not even a plan' "$err"
good=$out

eka build --json ::good ::bad
equal "--json: exit code" 5 "$status"
conforms "--json: as the schema says" plan.schema.json "$scratch/out"
equal "--json: output paths" "$good" "$(jq -r '.plans[0].outputs | .dev, .out' <<<"$out")"
equal "--json: a failure beside the derivation" "true 5" "$(jq -r '.plans[1] | "\(has("drv")) \(.error.code)"' <<<"$out")"

eka build ::good
equal "what is there is not built again" "0 $good" "$status $out"
equal "nothing is said of building" "" "$(grep building <<<"$err" || true)"
nix-store --store "$NIX_REMOTE" --option build-users-group '' --gc >"$scratch/gc" 2>&1
for path in $good; do check "the collector keeps it: ${path##*-}" test -e "$NIX_REMOTE$path"; done
equal "nothing is left running" "" "$(left_processes)"
finish
