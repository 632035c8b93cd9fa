#!/bin/bash
# A new version of an atom whose older version is cached is fetched as a thin pack in one request; requests never reveal
# to a remote what another one delivered.
source "$(dirname "$0")/../scenario.sh"

# One directory of five megabytes, published in two versions by one set, and also by another set.
write_atom() {
  mkdir -p "$1"
  printf '[package]\nlabel = "large"\nversion = "%s"\n[compose.as]\nnix = "default.nix"\n' "$2" >"$1/atom.toml"
  printf '{ main = derivation { name = "large"; system = cfg.platforms.build; builder = "/bin/sh"; }; }\n' \
    >"$1/default.nix"
}
content=$scratch/content
mkdir "$content"
for number in {1..50}; do head -c 75000 /dev/urandom | base64 >"$content/file-$number"; done

serve_start "$www"
# make_set NAME: creates an empty set with its genesis.
make_set() {
  git init -q --bare -b main "$www/$1.git"
  local root
  root=$(git --git-dir="$www/$1.git" -c user.name=scenario -c user.email=s@eka.invalid commit-tree -m "$1" \
    "$(git --git-dir="$www/$1.git" mktree </dev/null)")
  git --git-dir="$www/$1.git" update-ref refs/heads/main "$root"
  git --git-dir="$www/$1.git" update-ref refs/ekala/init "$root"
}
for set in one two; do make_set "$set"; done
write_atom "$content" 1.0.0
first=$(release "$www/one.git" "$content" large 1.0.0)
release "$www/two.git" "$content" large 1.0.0 >/dev/null
echo "one line more" >>"$content/file-7"
write_atom "$content" 2.0.0
release "$www/one.git" "$content" large 2.0.0 >/dev/null
release "$www/two.git" "$content" large 2.0.0 >/dev/null

# fetched: the only fetch since the last serve_forget.
fetched() { serve_log | jq -s 'map(select(.command == "fetch"))'; }

eka plan "$SERVE_URL/one.git::large@=1.0.0"
equal "the first version is planned" 0 "$status"
log=$(fetched)
equal "one fetch is sent" 1 "$(jq length <<<"$log")"
equal "it has no haves" "" "$(jq -r '.[0].have' <<<"$log")"
whole=$(jq '.[0].sent' <<<"$log")

serve_forget
eka plan "$SERVE_URL/one.git::large@=2.0.0"
equal "the second version is planned" 0 "$status"
log=$(fetched)
equal "one fetch is sent" 1 "$(jq length <<<"$log")"
equal "it has the first version as have" "$first" "$(jq -r '.[0].have' <<<"$log")"
difference=$(jq '.[0].sent' <<<"$log")
echo "whole: $whole bytes, difference: $difference bytes"
at_most "at most a thousandth is sent" $((whole / 1000)) "$difference"
check "git finds the cache valid" git --git-dir="$XDG_CACHE_HOME/eka/git" fsck --strict --no-dangling
place=$(ls -d "$XDG_CACHE_HOME"/eka/trees/* | while read -r tree; do grep -l 2.0.0 "$tree/atom.toml" || true; done | head -1)
check "the completed object is correct" cmp "$content/file-7" "$(dirname "$place")/file-7"

# The same bytes from the other set: requested without haves.
serve_forget
eka plan "$SERVE_URL/two.git::large@=2.0.0"
equal "the other set's atom is planned" 0 "$status"
log=$(fetched)
equal "its remote learns of nothing" "" "$(jq -r '.[0].have' <<<"$log")"
check "everything is sent" test "$(jq '.[0].sent' <<<"$log")" -gt $((whole / 2))

# If cached objects are damaged, the thin pack cannot be completed, and everything is fetched.
fresh_cache
eka plan "$SERVE_URL/one.git::large@=1.0.0"
pack=$(ls "$XDG_CACHE_HOME"/eka/git/objects/pack/*.pack)
chmod u+w "$pack"
for at in 1000000 2000000 3000000; do printf 'damage' | dd of="$pack" bs=1 seek=$at conv=notrunc status=none; done
blob=$(git --git-dir="$www/one.git" rev-parse "$first:file-7")
offset=$(git show-index --object-format=sha1 <"${pack%.pack}.idx" | awk -v id="$blob" '$2 == id { print $1 }')
printf 'damage' | dd of="$pack" bs=1 seek=$((offset + 100)) conv=notrunc status=none
serve_forget
eka plan "$SERVE_URL/one.git::large@=2.0.0"
equal "with a damaged base: the plan succeeds" 0 "$status"
equal "a second fetch is sent" 2 "$(fetched | jq length)"
finish
