#!/bin/bash
# Runs the benchmark harness at a size that takes seconds: checks that it runs, verifies the clients' objects, and
# reports the expected fields. Of its results only counts are checked.
source "$(dirname "$0")/../scenario.sh"

harness=$here/../../bench/harness
results=$scratch/results
: >"$results"
check "the harness runs" "$harness/run.sh" tiny 1 "$results" closure small transports refs warm growth real micro memory
equal "every contender fetched everything" "" "$(jq -r 'select(.correct == false) | "\(.experiment): \(.contender)"' "$results")"
equal "every experiment was run" "closure growth memory real change real cold real collection real fetch real remembered refs small transports warm" "$(jq -r 'select(.contender or .calls) | .experiment' "$results" | sort -u | xargs)"
equal "with every contender" "eka git_per_atom git_per_remote libgit2_loop nix_fetchgit" \
  "$(jq -r 'select(.experiment == "small") | .contender' "$results" | sort -u | xargs)"
of() { jq -r --arg e "$1" --arg c "$2" "select(.experiment == \$e and .contender == \$c) | $3" "$results"; }
equal "a new host: a handshake, and one request for each of 3 sets" 4 "$(of closure eka .requests)"
equal "a known host: one request for each" 3 "$(of closure eka_known .requests)"
equal "refs of 4 sets: a handshake, and 4 questions" 5 "$(of refs eka .requests)"
equal "one request for the refs, one for the root, one for each of 3 sets, and a handshake" 6 "$(of 'real fetch' eka .requests)"
equal "cached plans send no request" 0 "$(of 'real remembered' eka .requests)"
equal "Nix evaluates the collection as eka does" "eka nix" \
  "$(jq -r 'select(.experiment == "real collection" and .correct) | .contender' "$results" | sort -u | xargs)"
equal "a warm plan sends no request" 0 "$(of warm eka .connections)"
equal "a warm plan opens no network socket and starts no git" "0 0" \
  "$(jq -r 'select(.calls) | .calls | "\(.sockets) \(.git)"' "$results")"
at_most "doubling the atoms adds no request" 0 \
  "$(of growth eka "[.atoms, .requests] | @tsv" | sort -n | cut -f2 | paste -s | awk '{ print $2 - $1 }')"

check "the report is written" "$harness/report.sh" "$results" "$scratch/one.json" "$scratch/one.svg"
"$harness/report.sh" "$results" "$scratch/one.json" "$scratch/one.svg" >"$scratch/table"
matches "tables name contenders with their ratio" "git_per_remote .*x " "$(cat "$scratch/table")"
matches "tables contain the limit" "limit: 40 ms" "$(cat "$scratch/table")"
equal "the document has a table per experiment" 14 "$(jq '.tables | length' "$scratch/one.json")"
if [[ -x ${EKA_MICRO:-} ]]; then
  equal "the document has all single steps" 18 "$(jq '.micro | length' "$scratch/one.json")"
else
  skip "eka-micro is not built: Google Benchmark is not installed"
fi
equal "all medians are positive" true "$(jq '[.tables[].contenders[].wall_ms.median > 0] | all' "$scratch/one.json")"
equal "the plot is complete" "<svg </svg>" "$(head -c 5 "$scratch/one.svg")$(tail -n 1 "$scratch/one.svg")"
equal "the plot has a dot for each median" 8 "$(grep -c '<circle' "$scratch/one.svg")"
"$harness/report.sh" "$results" "$scratch/two.json" "$scratch/two.svg" "$scratch/one.json" >"$scratch/table"
equal "compared with itself, nothing changed" "" "$(grep 'since then' "$scratch/table" | grep -vE 'wall 1x, cpu 1x' || true)"
equal "every contender is compared" "$(jq '[.tables[].contenders | length] | add' "$scratch/one.json")" \
  "$(grep -c 'since then' "$scratch/table")"

code=0
"$EKA_BENCH" measure -o "$scratch/cost" -- sh -c 'i=0; while [ $i -lt 100000 ]; do i=$((i + 1)); done; exit 7' || code=$?
equal "measure passes the exit code on" "7 7" "$code $(jq .exit_code "$scratch/cost")"
equal "measure includes child processes" true "$(jq '.cpu_ms > 1 and .peak_kib > 100 and .wall_ms > 0' "$scratch/cost")"
finish
