#!/bin/bash
# From URIs to derivations: several at once, of every kind, in the order given.
source "$(dirname "$0")/../scenario.sh"

serve_start "$www"
make_world demo
company=$SERVE_URL/company.git

eka plan "$company::server@^1"
equal "a plan over HTTP succeeds" 0 "$status"
matches "it prints only the derivation of the highest matching version" \
  "$(drv_named server-1.4.0)" "$out"
check "the derivation is in the store" test -f "$out"
server=$out

eka plan "$company::server"
equal "no requirement: the highest release, no pre-release" "$server" "$out"

eka plan "$company::server@=1.3.0"
matches "an old version is still available" "$(drv_named server-1.3.0)" "$out"
check "with its own lock" grep -q 'auth-1\.5\.0' "$out"

eka plan "$company::server@2.0.0-beta"
matches "a pre-release is selected if required" "$(drv_named server-2.0.0-beta.1)" "$out"

eka plan "file://$www/tools.git::linter" "$company::server@^1" "$SERVE_URL/base.git::hello@1.0" ./www/company.git::suite
equal "several at once: exit code" 0 "$status"
mapfile -t lines <<<"$out"
equal "several at once: one line each" 4 "${#lines[@]}"
matches "the first, by file://" "$(drv_named linter-1.0.0)" "${lines[0]-}"
equal "the second, over HTTP" "$server" "${lines[1]-}"
matches "the third, with a partial requirement" "$(drv_named hello-1.2.0)" "${lines[2]-}"
matches "the fourth, by a relative path" "$(drv_named suite-2.0.0)" "${lines[3]-}"

eka plan "file://$www/company.git::server@^1"
equal "the same atom by another URL gives the same derivation" "$server" "$out"

eka plan "$company::server@^1" "$company::server@=1.4.0" "$company::server@^1"
equal "the same atom three times gives three equal lines" "$server"$'\n'"$server"$'\n'"$server" "$out"

eka plan --json "$company::server@^1" "$SERVE_URL/base.git::zlib"
equal "--json: exit code" 0 "$status"
check "--json: one document" jq -e . "$scratch/out"
equal "--json: the derivations, in order" "$server" "$(jq -r '.plans[0].drv' <<<"$out")"
equal "--json: label" server "$(jq -r '.plans[0].label' <<<"$out")"
equal "--json: version" 1.4.0 "$(jq -r '.plans[0].version' <<<"$out")"
equal "--json: revision" "$(version_of company server 1.4.0 rev)" "$(jq -r '.plans[0].rev' <<<"$out")"
equal "--json: id" "$(of_world '.atoms[] | select(.label == "server") | .id')" "$(jq -r '.plans[0].id' <<<"$out")"
matches "--json: output path" '^/nix/store/[0-9a-z]{32}-server-1\.4\.0$' "$(jq -r '.plans[0].outputs.out' <<<"$out")"
equal "--json: from the cache" cache "$(jq -r '.plans[0].from' <<<"$out")"

fresh_cache
eka plan -c "$company::server@^1" "$company::suite"
equal "-c: exit code" 0 "$status"
equal "-c: the same derivation when evaluated together with others" "$server" "$(head -n 1 <<<"$out")"

eka --version
equal "--version: exit code" 0 "$status"
matches "--version lists its libraries" 'libgit2' "$out"
eka plan --help
equal "plan --help: exit code" 0 "$status"
matches "plan --help lists --json" '--json' "$out"

equal "no process is left running" "" "$(left_processes)"
finish
