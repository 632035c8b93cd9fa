#!/bin/bash
# Everything that CI needs, fetched once: whole sets and many locks, checked, resumed, and planned where no network is.
source "$(dirname "$0")/../scenario.sh"
source "$here/sets.sh"

serve_start "$www"
make_set base
base=$SERVE_URL/base.git
for label in one two three four; do publish base "$label" 1.0.0; done
publish base five 1.0.0 "base/one ^1"
mkdir "$www/files" && echo content >"$www/files/data"

working_set work
working_atom work lib 0.1.0 "base/five ^1"
working_atom work app 0.1.0 "base/two ^1" "::/lib ^0.1"
working_atom work tool 0.1.0 "base/three ^1"
working_atom work alone 0.1.0
cd work
cat >>tool/atom.toml <<END

[deps.direct.nix]
data = { url = "$SERVE_URL/files/data" }
END
for label in lib app tool; do eka resolve "$label"; equal "resolve $label" 0 "$status"; done
git add -A && git commit -qm "Locks"
cd ..

wants() { count '.command == "fetch"' <<<"$(serve_log)"; }

echo "- everything of the working tree"
fresh_cache
serve_forget
eka -C work prefetch --check --json --all
equal "--check with an empty cache: exit code" 7 "$status"
conforms "--check --json is valid under the schema" prefetch.schema.json "$scratch/out"
equal "it counts each atom and source once" '{"atoms":4,"sources":1}' "$(jq -cS .missing <<<"$out")"
eka -C work prefetch --check --all
equal "it names them" "atom five 1.0.0,atom one 1.0.0,atom three 1.0.0,atom two 1.0.0,source data $SERVE_URL/files/data" \
  "$(sed -E 's/ [0-9a-f]{40}$//' <<<"$out" | sort | paste -sd,)"
matches "it summarizes" "4 atoms and 1 source of 3 closures are not cached" "$err"
equal "no request was sent" "" "$(serve_log)"

eka -C work prefetch --json --all
equal "prefetch --all: exit code" 0 "$status"
conforms "--json is valid under the schema" prefetch.schema.json "$scratch/out"
equal "atoms and sources are received once" "4 1" "$(jq -r '.total | "\(.atoms_received) \(.sources_received)"' <<<"$out")"
equal "bytes are those of the remotes" "$(jq '[.remotes[].bytes_received] | add' <<<"$out")" "$(jq .total.bytes_received <<<"$out")"
equal "one request for atoms" 1 "$(wants)"
eka -C work prefetch --check --all
equal "--check afterwards: exit code and output" "0 " "$status $out"
serve_forget
eka -C work prefetch --json --all
equal "again: nothing is received" "0 0" "$(jq -r '.total | "\(.atoms_received) \(.sources_received)"' <<<"$out")"
equal "and nothing is requested" 0 "$(wants)"
eka -C work -v prefetch --all
equal "the manifest of a dependency is read once, however many closures contain it" 5 \
  "$(sed -nE 's/.*read the manifests of ([0-9]+) atoms and 0 of.*/\1/p' <<<"$err" | awk '{ sum += $1 } END { print sum }')"

echo "- in a network namespace without interfaces"
eka -C work plan --all
expected=$out
if unshare -rn true 2>/dev/null; then alone=(unshare -rn); elif unshare -n true 2>/dev/null; then alone=(unshare -n); else alone=(); fi
if ((${#alone[@]})); then
  fresh_cache
  eka -C work prefetch --all
  status=0
  "${alone[@]}" "$EKA" -C work --offline plan --all >"$scratch/out" 2>"$scratch/err" </dev/null || status=$?
  equal "plan --all: exit code" 0 "$status"
  equal "plan --all: the same derivations" "$expected" "$(cat "$scratch/out")"
else
  skip "network namespaces cannot be created here"
fi

echo "- several locks"
fresh_cache
serve_forget
eka prefetch --json --lock work/lib/atom.lock --lock work/app/atom.lock --lock work/tool/atom.lock
equal "exit code" 0 "$status"
equal "what they share is received once" "4 1" "$(jq -r '.total | "\(.atoms_received) \(.sources_received)"' <<<"$out")"
at_most "no more requests for atoms than locks" 3 "$(wants)"
eka -C work --offline plan --all
equal "afterwards, all can be planned offline" "$expected" "$out"
eka prefetch --check --lock work/app/atom.lock --lock work/tool/atom.lock
equal "--check --lock: exit code and output" "0 " "$status $out"

echo "- a shallow clone, as CI makes it"
git clone -q --bare work "$www/mine.git"
git --git-dir="$www/mine.git" update-ref refs/ekala/init "$(git -C work rev-list --max-parents=0 HEAD)"
git clone -q --depth 1 "$SERVE_URL/mine.git" shallow
fresh_cache
eka prefetch --lock shallow/lib/atom.lock --lock shallow/app/atom.lock --lock shallow/tool/atom.lock
equal "the locks of a shallow clone: exit code" 0 "$status"
serve_forget
eka -C shallow --offline plan ::lib ::app ::tool
equal "its atoms can be planned offline" 0 "$status"
equal "as in the whole clone" "$(grep -v -- '-alone-' <<<"$expected" | sort)" "$(sort <<<"$out")"
equal "without a request" "" "$(serve_log)"

echo "- a remote set"
fresh_cache
eka prefetch --check "$base::*"
equal "--check of an unknown set: exit code" 7 "$status"
eka prefetch "$base::five"
eka prefetch --check "$base::five"
equal "--check of what was prefetched: exit code" 0 "$status"
git --git-dir="$XDG_CACHE_HOME/eka/git" for-each-ref --format='%(refname)' >/dev/null
eka prefetch --check --json "$base::five" "$base::three"
equal "--check of an atom that was not: exit code" 7 "$status"
equal "one is complete, of the other nothing is known" "0 7" \
  "$(jq -r '"\(.closures[0].missing.atoms | length) \(.closures[1].error.code)"' <<<"$out")"
conforms "it is valid under the schema" prefetch.schema.json "$scratch/out"

echo "- interrupted anywhere"
make_world make --sets 12 --atoms 60 --versions 1 --files 4 --file-size 4000 --deps 4 --levels 4 --seed 5
root=$SERVE_URL/set-00.git::root
fresh_cache
begin=${EPOCHREALTIME/[.,]/}
eka prefetch --json "$root"
took=$((${EPOCHREALTIME/[.,]/} - begin))  # microseconds
all=$(jq .total.atoms <<<"$out")
equal "undisturbed: everything is received" "$all" "$(jq .total.atoms_received <<<"$out")"
points=10
resumed=0
for ((point = 1; point <= points; point++)); do
  fresh_cache
  "$EKA" prefetch "$root" </dev/null >"$scratch/killed.out" 2>"$scratch/killed.err" &
  victim=$!
  sleep "$(printf '%d.%06d' $((took * point / points / 1000000)) $((took * point / points % 1000000)))"
  kill -KILL "$victim" 2>/dev/null || true
  wait "$victim" 2>/dev/null || true
  eka prefetch --check --json "$root"
  # Before the root is there, its closure is not known.
  missing=$(jq -r --argjson all "$all" '.closures[0] | if .error or .missing.may_be_more then $all else .missing.atoms | length end' <<<"$out")
  eka prefetch --json "$root"
  equal "killed at $point/$points: the next run receives what is missing, no more" "0 $missing" \
    "$status $(jq .total.atoms_received <<<"$out")"
  ((missing == all)) || resumed=$((resumed + 1))
  eka prefetch --check "$root"
  equal "killed at $point/$points: then all is there" "0 " "$status $out"
done
echo "$resumed of $points runs were interrupted after the first atoms had arrived"
finish
