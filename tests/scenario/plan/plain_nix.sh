#!/bin/bash
# The derivation equals the one computed by plain Nix for the same atoms, fetched with builtins.fetchGit and evaluated
# under the same contract. plain_nix.nix does not use eka's expressions.
source "$(dirname "$0")/../scenario.sh"

serve_start "$www"
make_world demo
company=$SERVE_URL/company.git

plain() {  # SET LABEL VERSION
  nix-instantiate --show-trace "$here/plan/plain_nix.nix" --argstr repositories "$www" --argstr set "$1" --argstr label "$2" \
    --argstr version "$3" --argstr rev "$(version_of "$1" "$2" "$3" rev)" 2>"$scratch/nix.err" || cat "$scratch/nix.err"
}

while read -r set label version; do
  eka plan "$SERVE_URL/$set.git::$label@=$version"
  equal "$set::$label $version" "$(plain "$set" "$label" "$version")" "$out"
done <<'END'
base hello 1.2.0
base crypto 3.1.0
tools linter 1.0.0
company auth 1.5.2
company server 1.3.0
company server 1.4.0
company server 2.0.0-beta.1
company suite 2.0.0
END

# The location of the cache does not matter.
eka plan "$company::server@=1.4.0"
first=$out
fresh_cache
eka plan "$company::server@=1.4.0"
equal "another cache directory, the same derivation" "$first" "$out"
finish
