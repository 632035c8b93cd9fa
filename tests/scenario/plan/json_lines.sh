#!/bin/bash
# --json=lines: one line per plan as it completes, then a summary; a slow reader does not block eka.
source "$(dirname "$0")/../scenario.sh"

serve_start "$www"
make_world demo
company=$SERVE_URL/company.git
uris=("$company::server@^1" "$SERVE_URL/base.git::hello" "$company::nothing" "$company::suite")

eka plan --json=lines "${uris[@]}"
equal "exit code" 3 "$status"
conforms "every line is valid under the schema" plan.schema.json#line "$scratch/out"
equal "one line for each, and one for the summary" 5 "$(wc -l <"$scratch/out")"
equal "the summary is the last" '{"failed":1,"format":1,"planned":3}' "$(tail -n 1 <<<"$out" | jq -cS '.summary | del(.remotes)')"
check "an early failure is printed first" jq -e 'has("error")' <<<"$(head -n 1 <<<"$out")"
lines=$(jq -s 'map(select(has("uri"))) | sort_by(.index)' <<<"$out")
equal "each line has its URI" "$(printf '%s\n' "${uris[@]}")" "$(jq -r '.[].uri' <<<"$lines")"
for drv in $(jq -r '.[].drv // empty' <<<"$lines"); do check "in the store at the end: ${drv##*-}" test -f "$drv"; done

eka plan --json "${uris[@]}"
equal "--json prints the same in one document" \
  "$(jq -S '[.plans[] | {uri, drv, error}]' <<<"$out")" "$(jq -S '[.[] | {uri, drv, error}]' <<<"$lines")"

eka plan -c --fresh-eval --json=lines "${uris[@]}"
equal "evaluated together, each has its own duration" 3 \
  "$(jq -s 'map(select(has("drv") and .milliseconds.evaluate > 0)) | length' <<<"$out")"
eka plan --json=lines --shard 2/2 "${uris[@]}"
equal "a shard's lines have their positions in the whole list" "1 3" \
  "$(jq -r 'select(has("uri")) | .index' <<<"$out" | sort | xargs)"
eka plan --json=pages "${uris[@]}"
equal "other values are rejected" 2 "$status"

# A reader that starts only after eka could have finished: 300 lines do not fit into a pipe.
many=()
for ((i = 0; i < 300; i++)); do many+=("$company::server@^1"); done
"$EKA" plan --json=lines "${many[@]}" 2>"$scratch/err" </dev/null | { sleep 1; cat; } >"$scratch/out"
equal "a slow reader gets every line" 301 "$(wc -l <"$scratch/out")"
conforms "every line is valid under the schema" plan.schema.json#line "$scratch/out"
finish
