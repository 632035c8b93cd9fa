#!/bin/bash
# A remote cache that machines share: one evaluates and stores, the others plan without evaluating. Only signed
# evaluations are used; without the cache, everything works.
source "$(dirname "$0")/../scenario.sh"
source "$here/remote_cache.sh"

serve_start "$www"
make_world make --sets 4 --atoms 140 --versions 1 --files 2 --file-size 200 --deps 2 --levels 3
mapfile -t uris < <(of_world '.atoms[] | "\(.set) \(.label)"' | awk -v base="$SERVE_URL" '{ print base "/" $1 ".git::" $2 }')
remote_cache_start
plans() { jq -r '.plans[] | select(has("drv")) | "\(.uri) \(.drv) \(.outputs | tostring)"' <<<"$out"; }
sources_of_plans() { jq -r '.plans[].from' <<<"$out" | sort | uniq -c | sed 's/^ *//'; }
warnings() { grep -c 'cannot use the cache at' <<<"$err" || true; }

# Some atoms are data or composers, which cannot be planned.
machine finder
eka plan -c --json "${uris[@]}"
mapfile -t uris < <(jq -r '.plans[] | select(has("drv")).uri' <<<"$out" | head -n 100)
equal "a hundred atoms" 100 "${#uris[@]}"

machine first
as_writer
eka plan --json "${uris[@]}"
equal "the first machine evaluates" "0 100 evaluated" "$status $(sources_of_plans)"
right=$(plans)
few=$(head -n 5 <<<"$right")
# Evaluations, and the closures of atoms that have dependencies.
equal "it looks up nothing twice" "" "$(remote_log | awk '$1 == "GET" { print $2 }' | sort | uniq -d)"
at_most "it looks up an evaluation and a closure of each atom" 200 "$(remote_log | grep -c '^GET /ac/')"
equal "and stores what it did not find" "$(remote_log | awk '$1 == "GET" { print $2 }' | sort)" \
  "$(remote_log | awk '$1 == "PUT" && $3 == 201 && $2 ~ /^\/ac\// { print $2 }' | sort)"

machine second
as_reader
remote_forget
serve_forget
if strace -f -o "$scratch/probe" -e trace=execve true 2>/dev/null; then
  status=0
  strace -f -qq -e trace=execve -o "$scratch/calls" "$EKA" plan --json "${uris[@]}" </dev/null >"$scratch/out" \
    2>"$scratch/err" || status=$?
  out=$(cat "$scratch/out") err=$(cat "$scratch/err")
  equal "the second machine starts no sandbox" "" "$(grep -oE 'execve\("[^"]*/(nixec|bwrap)"' "$scratch/calls" | sort -u)"
  equal "and copies derivations once" 1 "$(grep -cE 'execve\("[^"]*nix", .*"copy"' "$scratch/calls")"
else
  eka plan --json "${uris[@]}"
  skip "strace may not trace here"
fi
equal "the second machine evaluates nothing" "0 100 cache" "$status $(sources_of_plans)"
equal "and plans the same derivations" "$right" "$(plans)"
at_most "requests to the cache for a hundred atoms" 100 "$(remote_log | wc -l)"
at_most "requests for git, to four sets" 12 "$(serve_log | count true)"
mapfile -t drvs < <(jq -r '.plans[].drv' <<<"$out")
closure() { nix-store --store "$scratch/$1/store" --option build-users-group '' -qR "${drvs[@]}" 2>/dev/null | sort -u; }
equal "the derivations have everything that they refer to" "$(closure first)" "$(closure second)"
check "and Nix finds its store valid" nix-store --store "$scratch/second/store" --option build-users-group '' --verify --check-contents

remote_forget
eka plan --json "${uris[@]}"
equal "the next run needs the cache no more" "0 100 cache 0" "$status $(sources_of_plans) $(remote_log | wc -l)"

# What nobody has signed is not used; the user is told once.
machine third
as_reader
export EKA_CACHE_TRUSTED_KEYS=ci-1:$(head -c 32 /dev/zero | base64)
eka plan --json "${uris[@]:0:5}"
equal "a foreign signature: evaluated" "0 5 evaluated" "$status $(sources_of_plans)"
equal "a foreign signature: one warning" 1 "$(warnings)"
machine fourth
unset EKA_CACHE_TRUSTED_KEYS
eka plan --json "${uris[@]:0:5}"
equal "no key: evaluated" "0 5 evaluated" "$status $(sources_of_plans)"
matches "no key: what is missing" "no key is trusted.*cache.trusted-keys" "$err"
EKA_CACHE_TRUST=true eka plan --fresh-eval --json "${uris[@]:0:1}"
machine fifth
EKA_CACHE_TRUST=true eka plan --json "${uris[@]:0:5}"
equal "cache.trust: used without a key" "0 5 cache" "$status $(sources_of_plans)"
equal "and the plans are the same" "$few" "$(plans)"

# An entry of another evaluation at the place of this one, and one that was changed.
mapfile -t entries < <(ls "$scratch/remote/ac")
cp -r "$scratch/remote/ac" "$scratch/intact"
for entry in "${entries[@]}"; do cp "$scratch/intact/${entries[0]}" "$scratch/remote/ac/$entry"; done
machine sixth
as_reader
eka plan --json "${uris[@]:0:5}"
equal "entries at wrong places: the plans are right" "0 $few 1" "$status $(plans) $(warnings)"
for entry in "${entries[@]}"; do
  sed 's/^evaluation /evaluation  /; s/version 1/version 9/' "$scratch/intact/$entry" >"$scratch/remote/ac/$entry"
done
machine seventh
eka plan --json "${uris[@]:0:5}"
equal "changed entries: the plans are right" "0 $few 1" "$status $(plans) $(warnings)"
for entry in "${entries[@]}"; do head -c 200 "$scratch/intact/$entry" >"$scratch/remote/ac/$entry"; done
machine eighth
EKA_CACHE_TRUST=true eka plan --json "${uris[@]:0:5}"
equal "truncated entries: the plans are right" "0 $few 1" "$status $(plans) $(warnings)"

# The cache is optional.
machine ninth
as_reader
EKA_CACHE_REMOTE=http://127.0.0.1:1 eka plan --json "${uris[@]:0:5}"
equal "a dead cache: the plans are right" "0 $few 1" "$status $(plans) $(warnings)"
EKA_CACHE_REMOTE=http://127.0.0.1:1 eka --offline plan --json "${uris[@]:0:5}"
equal "offline: it is not asked" "0 $few 0" "$status $(plans) $(warnings)"
EKA_CACHE_REMOTE=ftp://h/x eka plan "${uris[0]}"
equal "an unusable URL is an error" 2 "$status"
EKA_CACHE_PUSH=true EKA_CACHE_SIGNING_KEY=$scratch/nowhere eka plan "${uris[0]}"
equal "a missing secret key is an error" 2 "$status"

# A repository cannot choose a cache, or whom to trust.
git init -q "$scratch/repository"
mkdir -p "$scratch/repository/.git/info"
for line in "remote = \"$REMOTE_CACHE\"" "trusted-keys = [\"$key\"]" 'trust = true' 'push = true' 'signing-key = "/x"'; do
  printf '[cache]\n%s\n' "$line" >"$scratch/repository/.git/info/eka.toml"
  eka -C "$scratch/repository" config
  matches "refused in the configuration of a repository: ${line%% *}" "2 .*only in the user's configuration" "$status $err"
done
finish
