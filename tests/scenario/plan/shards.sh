#!/bin/bash
# Several machines share a list of atoms: --shard deals it out, --merge makes one document of theirs.
source "$(dirname "$0")/../scenario.sh"

serve_start "$www"
make_world demo
company=$SERVE_URL/company.git
uris=("$company::server@^1" "$SERVE_URL/base.git::hello" "$company::nothing" "$SERVE_URL/base.git::zlib" "$company::suite")

eka plan --json "${uris[@]}"
equal "the whole list on one machine: exit code" 3 "$status"
conforms "its document is as the schema says" plan.schema.json "$scratch/out"
whole=$out

number=0
for expected in "0 server@^1,zlib" "0 hello,suite" "3 nothing"; do
  number=$((number + 1))
  fresh_cache
  eka plan --json --shard "$number/3" "${uris[@]}"
  equal "shard $number of 3: exit code and atoms" "$expected" "$status $(jq -r '[.plans[].uri | sub(".*::"; "")] | join(",")' <<<"$out")"
  conforms "shard $number of 3: its document is as the schema says" plan.schema.json "$scratch/out"
  cp "$scratch/out" "shard-$number.json"
done
eka plan --shard 2/3 "${uris[@]}"
equal "without --json: the derivations of the part" "$(jq -r '.plans[1, 4].drv' <<<"$whole")" "$out"
eka plan --json --shard 9/9 "${uris[@]}"
equal "more machines than atoms: nothing to do is no failure" "0 0" "$status $(jq '.plans | length' <<<"$out")"

eka plan --merge shard-3.json shard-1.json shard-2.json
equal "merged: the exit code of the whole" 3 "$status"
conforms "merged: the document is as the schema says" plan.schema.json "$scratch/out"
# What it took, and how long, is another matter.
same='del(.plans[] | .milliseconds, .remotes, .from) | del(.remotes[] | .handshakes, .connections, .requests, .bytes_sent, .bytes_received)'
equal "merged: what one machine would have printed" "$(jq -S "$same" <<<"$whole")" "$(jq -S "$same" <<<"$out")"
equal "merged: requests are added up" "$(jq -s '[.[].remotes[].requests] | add' shard-?.json)" \
  "$(jq '[.remotes[].requests] | add' <<<"$out")"

eka plan --merge shard-1.json shard-3.json
equal "a shard is missing: exit code" 2 "$status"
matches "a shard is missing: which" 'missing shards: 2/3' "$err"
eka plan --merge shard-1.json "$scratch/err" shard-3.json
equal "a file that is no shard's document: exit code" 2 "$status"
eka plan --merge shard-1.json not-there.json
matches "a file that is not there is named" 'cannot read not-there.json' "$err"
eka plan --shard 4/3 "$company::suite"
equal "a shard that cannot be: exit code" 2 "$status"
matches "a shard that cannot be: the remedy" 'K/N' "$err"
eka plan --shard 1/2 --merge shard-1.json
equal "--shard and --merge are not for one another" 2 "$status"
finish
