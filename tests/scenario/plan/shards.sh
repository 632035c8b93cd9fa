#!/bin/bash
# Several machines share a list of atoms: --shard splits it, --merge combines the documents.
source "$(dirname "$0")/../scenario.sh"

serve_start "$www"
make_world demo
company=$SERVE_URL/company.git
uris=("$company::server@^1" "$SERVE_URL/base.git::hello" "$company::nothing" "$SERVE_URL/base.git::zlib" "$company::suite")

eka plan --json "${uris[@]}"
equal "the whole list on one machine: exit code" 3 "$status"
conforms "the document is valid under the schema" plan.schema.json "$scratch/out"
whole=$out

number=0
for expected in "0 server@^1,zlib" "0 hello,suite" "3 nothing"; do
  number=$((number + 1))
  fresh_cache
  eka plan --json --shard "$number/3" "${uris[@]}"
  equal "shard $number of 3: exit code and atoms" "$expected" "$status $(jq -r '[.plans[].uri | sub(".*::"; "")] | join(",")' <<<"$out")"
  conforms "shard $number of 3: the document is valid under the schema" plan.schema.json "$scratch/out"
  cp "$scratch/out" "shard-$number.json"
done
eka plan --shard 2/3 "${uris[@]}"
equal "without --json: the derivations of the part" "$(jq -r '.plans[1, 4].drv' <<<"$whole")" "$out"
eka plan --json --shard 9/9 "${uris[@]}"
equal "more machines than atoms: an empty shard succeeds" "0 0" "$status $(jq '.plans | length' <<<"$out")"

eka plan --merge shard-3.json shard-1.json shard-2.json
equal "merged: the exit code of the whole" 3 "$status"
conforms "merged: the document is valid under the schema" plan.schema.json "$scratch/out"
# Traffic and durations differ.
same='del(.plans[] | .milliseconds, .remotes, .from) | del(.remotes[] | .handshakes, .connections, .requests, .bytes_sent, .bytes_received)'
equal "merged: the same as on one machine" "$(jq -S "$same" <<<"$whole")" "$(jq -S "$same" <<<"$out")"
equal "merged: requests are added up" "$(jq -s '[.[].remotes[].requests] | add' shard-?.json)" \
  "$(jq '[.remotes[].requests] | add' <<<"$out")"

eka plan --merge shard-1.json shard-3.json
equal "a missing shard: exit code" 2 "$status"
matches "a missing shard: it is named" 'missing shards: 2/3' "$err"
eka plan --merge shard-1.json "$scratch/err" shard-3.json
equal "an invalid document: exit code" 2 "$status"
eka plan --merge shard-1.json not-there.json
matches "a missing file is named" 'cannot read not-there.json' "$err"
eka plan --shard 4/3 "$company::suite"
equal "an invalid shard: exit code" 2 "$status"
matches "an invalid shard: the hint" 'K/N' "$err"
eka plan --shard 1/2 --merge shard-1.json
equal "--shard and --merge exclude each other" 2 "$status"
finish
