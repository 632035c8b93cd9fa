#!/bin/bash
# Many atoms named at once: --all, patterns, tags, lists; one ref query for each remote.
source "$(dirname "$0")/../scenario.sh"
source "$here/sets.sh"

serve_start "$www"
make_set base
make_set other
base=$SERVE_URL/base.git
for label in lib-a lib-b; do publish base "$label" 1.0.0; publish base "$label" 1.2.0; done
TAGS="ci fast" publish base lib-b 2.0.0
publish base tool 0.3.0
TAGS=ci publish base alpha 0.1.0
publish base preview 1.0.0-rc.1
publish other lib-z 1.0.0

# The URIs of the plans in $out, without the remote, and their versions.
names() { jq -r --arg base "$base" '[.plans[] | (.uri | sub($base; "")) + (if .error then "!" else " " + .version end)] | join(",")' <<<"$out"; }
queries() { count ".command == \"ls-refs\" and (.path | startswith(\"/$1.git/\"))" <<<"$(serve_log)"; }

echo "- patterns of a remote"
eka plan --json "$base::*"
equal "all atoms of a set: exit code" 0 "$status"
equal "the newest version of each, by label" "::alpha 0.1.0,::lib-a 1.2.0,::lib-b 2.0.0,::tool 0.3.0" "$(names)"
matches "atoms with pre-releases only are named" "leaves out atoms that have only pre-releases: preview" "$err"
equal "one ref query" 1 "$(queries base)"
conforms "the document is valid under the schema" plan.schema.json "$scratch/out"
whole=$(jq -r '.plans[].drv' <<<"$out")
eka plan "$base::alpha" "$base::lib-a" "$base::lib-b" "$base::tool"
equal "the same as if they were named alone" "$whole" "$out"
eka plan --json "$base::lib-*@^1"
equal "a part, with a requirement" "::lib-a@^1 1.2.0,::lib-b@^1 1.2.0" "$(names)"
eka plan --json "$base::lib-?" "$base::t*l"
equal "two patterns" "::lib-a 1.2.0,::lib-b 2.0.0,::tool 0.3.0" "$(names)"

fresh_cache
serve_forget
eka plan --json "$base::lib-b" "$base::lib-*" "$base::tool@=0.3.0" "$base::*"
equal "atoms that are named twice are planned once" \
  "::lib-b 2.0.0,::lib-a 1.2.0,::tool@=0.3.0 0.3.0,::alpha 0.1.0,::tool 0.3.0" "$(names)"
equal "one ref query for all of them" 1 "$(queries base)"
eka --offline plan --json "$base::*"
equal "offline, what is cached" "::alpha 0.1.0,::lib-a 1.2.0,::lib-b 2.0.0,::tool 0.3.0" "$(names)"
eka --offline plan "$SERVE_URL/other.git::*"
equal "offline, of an unknown set: exit code" 7 "$status"

echo "- tags"
fresh_cache
serve_forget
eka plan --json --tag ci "$base::*"
equal "the atoms with the tag" "::alpha 0.1.0,::lib-b 2.0.0" "$(names)"
equal "one ref query" 1 "$(queries base)"
at_most "one request for manifests, one for atoms" 2 "$(count '.command == "fetch"' <<<"$(serve_log)")"
eka plan --json --tag fast --tag slow "$base::*"
equal "one of several tags" "::lib-b 2.0.0" "$(names)"
for repository in base; do
  git --git-dir="$www/$repository.git" for-each-ref --format='delete %(refname)' 'refs/eka/meta/*/*/manifest' |
    git --git-dir="$www/$repository.git" update-ref --stdin
done
fresh_cache
eka plan --json --tag ci "$base::*"
equal "without refs of manifests: the same" "::alpha 0.1.0,::lib-b 2.0.0" "$(names)"
eka plan --tag ci "$base::tool"
equal "--tag without a pattern: exit code" 2 "$status"

echo "- nothing to plan"
eka plan --json "$base::nothing-*" "$base::tool"
equal "no atom matches: exit code" 3 "$status"
equal "the others are planned" "::nothing-*!,::tool 0.3.0" "$(names)"
matches "the error says what does not match" 'no atom of .* matches `nothing-\*`' "$err"
conforms "the document is valid under the schema" plan.schema.json "$scratch/out"
eka plan --tag absent "$base::*"
equal "no atom has the tag: exit code" 3 "$status"
matches "the error names the tag" 'with the tag `absent`' "$err"
eka plan "$base::*@^9"
equal "no version satisfies: exit code" 3 "$status"
eka plan --json "http://127.0.0.1:9/set.git::*" "$base::tool"
equal "an unreachable remote: exit code" 4 "$status"
equal "atoms of other remotes are planned" "http://127.0.0.1:9/set.git::*!,::tool 0.3.0" "$(names)"
eka plan "$base::lib/*"
equal "an invalid pattern: exit code" 2 "$status"

echo "- shards"
eka plan --json "$base::*" "$SERVE_URL/other.git::*"
cp "$scratch/out" whole.json
for number in 1 2; do
  eka plan --json --shard "$number/2" "$base::*" "$SERVE_URL/other.git::*"
  cp "$scratch/out" "part-$number.json"
done
eka plan --merge part-1.json part-2.json
equal "the parts make the whole" "$(jq -c '[.plans[] | .uri, .drv]' whole.json)" "$(jq -c '[.plans[] | .uri, .drv]' <<<"$out")"
eka plan --json --shard 1/2 "$base::*" "http://127.0.0.1:9/set.git::*"
equal "an incomplete list cannot be divided" "4 " "$status $out"

echo "- lists"
printf '# libraries\n%s::lib-a\n\n  %s::tool  \r\n%s::lib-*@^1\n' "$base" "$base" "$base" >list
eka plan --json --from list
equal "URIs of a file" "::lib-a 1.2.0,::tool 0.3.0,::lib-a@^1 1.2.0,::lib-b@^1 1.2.0" "$(names)"
from_file=$(names)
"$EKA" plan --json - <list >"$scratch/out" 2>"$scratch/err"
out=$(cat "$scratch/out")
equal "URIs of standard input" "$from_file" "$(names)"
printf '%s::lib-a\n::1st\n' "$base" >list
eka plan --from list
equal "an invalid line: exit code" 2 "$status"
matches "it is named" "reading line 2 of list" "$err"
eka plan --from missing
matches "a missing file is named" "cannot read missing" "$err"
: >list
eka plan --json --from list
equal "an empty list is no error" "0 0" "$status $(jq '.plans | length' <<<"$out")"

echo "- the first failure"
eka plan --json=lines --fail-fast "$base::missing" "$base::tool"
equal "--fail-fast: exit code" 3 "$status"
equal "there is no summary" 0 "$(jq -s 'map(select(has("summary"))) | length' <<<"$out")"
eka plan --fail-fast "$base::tool" "$base::missing"
equal "--fail-fast: nothing is printed" "3 " "$status $out"
eka plan --fail-fast --keep-going "$base::tool" "$base::missing"
matches "--keep-going takes it back" "$(drv_named tool-0.3.0)" "$out"
eka prefetch --fail-fast "$base::missing" "$base::tool"
equal "prefetch --fail-fast: exit code" 3 "$status"
eka graph --fail-fast "$base::tool" "$base::missing"
equal "graph --fail-fast: exit code and output" "3 " "$status $out"

echo "- other commands"
fresh_cache
eka prefetch --json "$base::*"
equal "prefetch: a closure for each" "alpha,lib-a,lib-b,tool" "$(jq -r '[.closures[].root.label] | join(",")' <<<"$out")"
serve_forget
eka --offline plan "$base::*"
equal "afterwards, all can be planned offline" "0 $(wc -l <<<"$whole")" "$status $(wc -l <<<"$out")"
equal "without a request" "" "$(serve_log)"
eka graph "$base::lib-*"
equal "graph: a tree for each" 2 "$(wc -l <<<"$out")"

echo "- a working tree"
working_set work
for label in app lib-one lib-two; do working_atom work "$label" 0.1.0; done
working_atom work top 0.2.0 "::/app ^0.1"
tag work/lib-two ci; tag work/top ci
cd work
eka plan --json --all
equal "--all: exit code" 0 "$status"
equal "--all: every atom of the set, by label" "::app,::lib-one,::lib-two,::top" "$(jq -r '[.plans[].uri] | join(",")' <<<"$out")"
drvs=$(jq -r '.plans[].drv' <<<"$out")
eka plan ::app ::lib-one ::lib-two ::top
equal "the same as if they were named alone" "$drvs" "$out"
eka plan 'lib-*'
equal "a pattern of the working tree" "$(sed -n 2,3p <<<"$drvs")" "$out"
eka plan --all --tag ci
equal "--tag" "$(sed -n 3,4p <<<"$drvs")" "$out"
cd ..
eka plan './work::*@^0.2'
equal "another directory, with a requirement" "$(sed -n 4p <<<"$drvs")" "$out"
working_set empty
eka -C empty plan --all
equal "a set without atoms is no error" 0 "$status"
matches "but worth a note" "has no atoms" "$err"
eka plan --all
equal "--all outside of a set: exit code" 2 "$status"

echo "- a deep graph with few descriptors"
make_world graph --sets 2 --depth 150 --fan-out 2
deep=()
for n in 0 1; do deep+=("$SERVE_URL/set-0$n.git::atom-014$n@=1.0.0" "$SERVE_URL/set-0$n.git::atom-012$n@=1.0.0"); done
fresh_cache
(ulimit -n 100 && exec "$EKA" plan -c "${deep[@]}") >"$scratch/deep.out" 2>"$scratch/deep.err" </dev/null
equal "four closures of more than a hundred atoms: exit code" 0 $?
equal "four plans" 4 "$(wc -l <"$scratch/deep.out")"
finish
