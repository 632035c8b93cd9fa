#!/bin/bash
# Import-from-derivation: refused unless it is allowed, and then built by the user's Nix, outside of the evaluator.
source "$(dirname "$0")/../scenario.sh"
source "$here/building.sh"

own_store "$scratch/fetched.nix"
begin_set
atom() {  # LABEL NIX-EXPRESSION
  add_atom "$1" "let
  sh = name: script: derivation {
    inherit name;
    system = \"x86_64-linux\";
    builder = \"/bin/sh\";
    args = [ \"-c\" script ];
  };
in
$2"
}
# A name that a build gives; two builds, the second written by the first; the text of one; a build that fails.
atom once '{ main = sh (import (sh "gen" "printf \\\\042named\\\\042 > $out")) ""; }'
atom twice '
let
  first = import (sh "first" "/bin/mkdir $out; printf \\\\042x86_64-linux\\\\042 > $out/default.nix");
  second = sh "second-${first}" "echo -n twice > $out";
in
{ main = sh (builtins.readFile second) ""; }'
atom tree '{ main = sh "tree-${toString (builtins.length (builtins.attrNames (builtins.readDir (sh "dir" "/bin/mkdir -p $out/a $out/b"))))}" ""; }'
atom broken '{ main = import (sh "bad" "echo no luck; exit 3"); }'
atom wrong '{ main = import (sh "thrower" "printf \\\\n\\\\nthrow\\\\n\\\\0421\\\\042 > $out"); }'
# One of Nix's own builders.
echo '"fetched"' >"$scratch/fetched.nix"
atom fetched "{ main = sh (import (derivation { name = \"fetch\"; builder = \"builtin:fetchurl\"; system = \"builtin\";
  url = \"file://$scratch/fetched.nix\"; outputHash = \"$(sha256sum "$scratch/fetched.nix" | cut -d' ' -f1)\";
  outputHashAlgo = \"sha256\"; outputHashMode = \"flat\"; preferLocalBuild = true; })) \"\"; }"
atom plain '{ main = sh "plain" ""; }'
commit_set once twice tree fetched broken wrong plain

eka plan ::once
equal "without --allow-ifd: exit code" 5 "$status"
matches "it says which derivation" 'cannot build .*-gen\.drv' "$err"
matches "and what would allow it" 'help: .*--allow-ifd' "$err"
equal "nothing was built" "" "$(ls "$NIX_REMOTE/nix/store" 2>/dev/null | grep -v '\.drv$\|links' || true)"

# Plain Nix, which imports as it likes.
cat >"$scratch/plain.nix" <<END
{ label }: (builtins.scopedImport { cfg.platforms.build = "x86_64-linux"; } (./set + "/\${label}")).main
END
plain() {
  nix-instantiate --store "$scratch/plain" --option build-users-group '' --argstr label "$1" "$scratch/plain.nix" 2>"$scratch/plain.err" ||
    cat "$scratch/plain.err" >&2
}
expected=$(for label in once twice tree fetched plain; do plain "$label" | sed "s,^$scratch/plain,,"; done)

eka plan --allow-ifd ::once ::twice ::tree ::fetched ::plain
equal "--allow-ifd: exit code" 0 "$status"
equal "the derivations are those of plain Nix" "$expected" "$out"
first=$out
for name in gen first tree-2.drv; do check "in the store: $name" compgen -G "$NIX_REMOTE/nix/store/*-$name" >/dev/null; done

eka plan --allow-ifd --json ::once ::plain
equal "what imported is not remembered, what did not is" "evaluated cache" "$(jq -r '.plans | map(.from) | join(" ")' <<<"$out")"
eka plan ::once
equal "nor is it for a run that does not allow it" 5 "$status"
EKA_PLAN_IFD=true eka plan -c ::twice ::once
equal "EKA_PLAN_IFD and -c: the same" "$(sed -n '2p;1p' <<<"$first" | sort)" "$(sort <<<"$out")"

eka plan -c --allow-ifd ::plain ::broken ::wrong ::once
equal "one that does not build: exit code" 5 "$status"
matches "its last words" 'no luck' "$err"
matches "what was wanted of it" 'while building .*-bad\.drv for import-from-derivation' "$err"
matches "one whose import throws: said as such" 'error: 1' "$err"
equal "and where, as if it stood in the store" "" "$(grep /eka/store <<<"$err" || true)"
equal "the others are planned" "$(sed -n '5p;1p' <<<"$first" | sort)" "$(sort <<<"$out")"

nix-store --store "$NIX_REMOTE" --option build-users-group '' --gc >"$scratch/gc" 2>&1
check "the collector keeps what was imported" compgen -G "$NIX_REMOTE/nix/store/*-gen" >/dev/null
equal "nothing is left running" "" "$(left_processes)"
finish
