#!/bin/bash
# Verification recreates published atoms from their origins: genuine atoms pass, forged ones are reported with the
# difference.
source "$(dirname "$0")/../scenario.sh"

serve_start "$www"
make_world demo
for repository in "$www"/*.git; do git --git-dir="$repository" config uploadpack.allowFilter true; done
company=$www/company.git
url=$SERVE_URL/company.git
git=(git --git-dir="$company" -c user.name=scenario -c user.email=scenario@eka.invalid)

# forge LABEL VERSION TREE ORIGIN [AUTHOR] [MESSAGE]: publishes this commit as an atom, with matching refs.
forge() {
  local label=$1 version=$2 tree=$3 origin=$4 author=${5- <>} message=${6-"publish($1): $2"} commit
  commit=$(printf 'tree %s\nauthor %s 0 +0000\ncommitter  <> 0 +0000\norigin %s\nformat pre1\n\n%s' \
    "$tree" "$author" "$origin" "$message" | "${git[@]}" hash-object -t commit -w --stdin)
  "${git[@]}" update-ref "refs/eka/atoms/$label/$version" "$commit"
  "${git[@]}" update-ref "refs/eka/meta/$label/$version/origin" "$origin"
  "${git[@]}" update-ref "refs/eka/meta/$label/$version/manifest" "$("${git[@]}" rev-parse "$tree:atom.toml")"
}
# differs LABEL@REQUIREMENT WHAT REGEX: verification reports exactly this difference.
differs() {
  eka verify --json "$url::$1"
  equal "$1: exit code" 6 "$status"
  equal "$1: the parts that differ" "$2" "$(jq -r '[.atoms[] | select(.asked_for) | .differences[].what] | join(",")' <<<"$out")"
  matches "$1: the message" "$3" "$(jq -r '.atoms[] | select(.asked_for) | .differences[].message' <<<"$out")"
}

echo "- genuine atoms"
serve_forget
eka verify "$url::handbook"
equal "an atom without dependencies" 0 "$status"
equal "it is verified" "verified handbook 1.0.0 $(version_of company handbook 1.0.0 rev)" "$out"
equal "in four requests: refs, commits, trees, files" "ls-refs,fetch,fetch,fetch" \
  "$(serve_log | jq -r 'select(.command != "-") | .command' | paste -sd,)"
eka verify "$url::server" "$url::suite@^2"
equal "with their closures" 0 "$status"
equal "requested ones come first" "verified server,verified suite,verified crypto" \
  "$(cut -d' ' -f1,2 <<<"$out" | head -3 | paste -sd,)"
equal "each is reported once" "" "$(cut -d' ' -f2,3 <<<"$out" | sort | uniq -d)"
cache=$XDG_CACHE_HOME/eka/git
equal "nothing is written to the cache" "0 objects, no refs, nothing left" \
  "$(git --git-dir="$cache" count-objects -v | awk '/^count|^in-pack/ { n += $2 } END { print n }') objects, $(
    git --git-dir="$cache" for-each-ref | grep . || echo no refs), $(ls "$cache/incoming" | grep . || echo nothing left)"
eka verify --json "file://$company::server" "$company::handbook"
equal "a repository on this disk" 0 "$status"
conforms "the document is valid under the schema" verify.schema.json "$scratch/out"
equal "its URL is printed" "file://$company" "$(jq -r '.atoms[0].remote' <<<"$out")"

echo "- a server without filters"
"${git[@]}" config uploadpack.allowFilter false
fresh_cache
serve_forget
eka verify "$url::handbook"
equal "the same result" 0 "$status"
equal "everything is fetched at once" "ls-refs,fetch" "$(serve_log | jq -r 'select(.command != "-") | .command' | paste -sd,)"
"${git[@]}" config uploadpack.allowFilter true
fresh_cache

echo "- forged atoms"
origin=$("${git[@]}" rev-parse refs/eka/meta/handbook/1.0.0/origin)
tree=$("${git[@]}" rev-parse refs/eka/atoms/handbook/1.0.0^{tree})
other=$("${git[@]}" rev-parse refs/eka/atoms/log/1.0.0^{tree})
# Releases of the handbook that differ from 1.0.0 only in their version.
release_tree() {
  local manifest
  manifest=$("${git[@]}" cat-file blob "$tree:atom.toml" | sed "s/1\\.0\\.0/$1/" | "${git[@]}" hash-object -w --stdin)
  "${git[@]}" ls-tree "$tree" | sed "s/^100644 blob [0-9a-f]*\\tatom.toml$/100644 blob $manifest\\tatom.toml/" | "${git[@]}" mktree
}
forge handbook 1.1.0 "$(release_tree 1.1.0)" "$origin"
differs handbook@=1.1.0 tree,revision "the tree is .*, but in origin $origin it is $tree at .atoms/handbook"
conforms "the document is valid under the schema" verify.schema.json "$scratch/out"
matches "the expected commit is printed" "recomputed from its origin, the commit is [0-9a-f]{40}, not" \
  "$(jq -r '.atoms[0].differences[1].message' <<<"$out")"
forge handbook 1.2.0 "$other" "$origin"
differs handbook@=1.2.0 manifest "atom.toml of the atom is for log 1.0.0"

# orphan TREE: a commit unreachable from the set's history, with the tree at the right path.
orphan() {
  local atoms root
  atoms=$("${git[@]}" ls-tree "$origin:atoms" | sed "s/[0-9a-f]\\{40\\}\\thandbook$/$1\\thandbook/" | "${git[@]}" mktree)
  root=$("${git[@]}" ls-tree "$origin" | sed "s/[0-9a-f]\\{40\\}\\tatoms$/$atoms\\tatoms/" | "${git[@]}" mktree)
  "${git[@]}" commit-tree "${@:2}" -m orphan "$root"
}
first=$(release_tree 1.3.0)
forge handbook 1.3.0 "$first" "$(orphan "$first")"
differs handbook@=1.3.0 history "does not descend from the genesis $(of_world '.sets[] | select(.name == "company").genesis')"
second=$(release_tree 1.4.0)
forge handbook 1.4.0 "$second" "$(orphan "$second" -p "$origin")"
eka verify "$url::handbook@=1.4.0"
equal "one that does descend, and has it there, is genuine" 0 "$status"

forge handbook 1.4.0 "$second" "$("${git[@]}" rev-parse refs/eka/meta/handbook/1.4.0/origin)" 'Mallory <m@example.org>'
differs handbook@=1.4.0 commit 'line 2 of the commit must be .author  <> 0 \+0000., but is .author Mallory'
forge handbook 1.4.0 "$second" "$("${git[@]}" rev-parse refs/eka/meta/handbook/1.4.0/origin)" ' <>' $'publish(handbook): 1.4.0\n'
differs handbook@=1.4.0 commit 'line 8 of the commit, ``, is unexpected'
"${git[@]}" update-ref refs/eka/meta/handbook/1.0.0/manifest "$("${git[@]}" rev-parse "$other:atom.toml")"
differs handbook@=1.0.0 manifest "manifest is .*, but the atom.toml of the atom is $("${git[@]}" rev-parse "$tree:atom.toml")"
"${git[@]}" update-ref refs/eka/meta/handbook/1.0.0/manifest "$("${git[@]}" rev-parse "$tree:atom.toml")"
"${git[@]}" update-ref refs/eka/meta/handbook/1.0.0/origin "$origin~1"
differs handbook@=1.0.0 origin "origin is .*, but the origin of the commit is $origin"
"${git[@]}" update-ref -d refs/eka/meta/handbook/1.0.0/origin
differs handbook@=1.0.0 origin "the remote has no ref refs/eka/meta/handbook/1.0.0/origin"
"${git[@]}" update-ref refs/eka/meta/handbook/1.0.0/origin "$origin"
"${git[@]}" update-ref refs/eka/atoms/handbook/1.5.0 "$("${git[@]}" rev-parse refs/heads/main)"
differs handbook@=1.5.0 origin,commit,manifest "line 2 of the commit must be"

echo "- a missing origin"
missing=$(printf '1%.0s' {1..40})
"${git[@]}" update-ref -d refs/eka/atoms/handbook/1.5.0
forge handbook 1.5.0 "$tree" "$origin"
commit=$(printf 'tree %s\nauthor  <> 0 +0000\ncommitter  <> 0 +0000\norigin %s\nformat pre1\n\npublish(handbook): 1.5.0' \
  "$tree" "$missing" | "${git[@]}" hash-object -t commit -w --stdin)
"${git[@]}" update-ref refs/eka/atoms/handbook/1.5.0 "$commit"
differs handbook@=1.5.0 origin,origin,manifest "the remote has no origin commit $missing"
eka verify "$url::handbook@=1.5.0" "$url::handbook@=1.0.0"
equal "other atoms are verified nevertheless" "6 verified" "$status $(grep ' 1.0.0 ' <<<"$out" | cut -d' ' -f1)"

echo "- a dependency"
forge log 1.1.0 "$other" "$origin"
eka verify "$url::server"
equal "a dependency published at another revision" 6 "$status"
equal "it is named" "differs log 1.1.0" "$(grep ^differs <<<"$out" | cut -d' ' -f1-3)"
matches "its ref is named" "refs/eka/atoms/log/1.1.0 is" "$err"
equal "the atom itself is genuine" "verified server" "$(head -1 <<<"$out" | cut -d' ' -f1,2)"

echo "- a version that changed since an earlier run"
eka plan "$url::web" >/dev/null
rev=$(version_of company web 1.0.0 rev)
"${git[@]}" update-ref refs/eka/atoms/web/1.0.0 "$("${git[@]}" rev-parse refs/eka/atoms/handbook/1.0.0)"
eka verify "$url::web"
matches "a changed revision is reported" "but was $rev before" "$err"

echo "- errors"
eka verify "$url::nothing"
equal "a missing atom" 3 "$status"
eka verify ::here
equal "an atom of the working tree" 2 "$status"
eka --offline verify "$url::handbook"
equal "offline" 7 "$status"
eka verify "http://127.0.0.1:1/x.git::a" "$url::handbook@=1.4.0"
equal "the highest exit code" 6 "$status"


echo "- local mirrors in a lock"
source "$here/sets.sh"
make_set private
SERVE_URL=file://$www publish private secret 1.0.0
working_set "$scratch/theirs"
SERVE_URL=file://$www working_atom "$scratch/theirs" reader 1.0.0 "private/secret ^1"
eka resolve -C "$scratch/theirs/reader"
equal "resolve with a local mirror" 0 "$status"
git clone -q --bare "$scratch/theirs" "$www/theirs.git"
git --git-dir="$www/theirs.git" update-ref refs/ekala/init main~1
release "$www/theirs.git" "$scratch/theirs/reader" reader 1.0.0 >/dev/null
reader=file://$www/theirs.git::reader
examined() { cut -d' ' -f2 <<<"$out" | sort | paste -sd,; }
eka verify "$reader"
equal "in the user's own set, it is verified" "reader,secret" "$(examined)"
eka verify "$SERVE_URL/theirs.git::reader"
equal "in a lock from the network, it is not" "reader" "$(examined)"
matches "the reason" "refers to the local path file://$www/private.git" "$err"
git config --file "$scratch/gitconfig" "url.file://$www/.insteadOf" "https://theirs.invalid/"
GIT_CONFIG_GLOBAL=$scratch/gitconfig eka verify "https://theirs.invalid/theirs.git::reader"
equal "nor if insteadOf rewrites a network URL to a local one" "reader" "$(examined)"
if ((EUID == 0)); then
  chown -R 12345 "$www/theirs.git"
  git config --file "$scratch/gitconfig" safe.directory "$www/theirs.git"
  export GIT_CONFIG_GLOBAL=$scratch/gitconfig
  eka verify "$reader"
  equal "in a trusted set of another user, it is not" "reader" "$(examined)"
  matches "without consent" "mirror of set .private. in the lock file is $www/private.git, outside of" "$err"
  matches "the hint" "help: .*sources\.local = \[\"$www\"\]" "${err//$'\n'/ }"
  EKA_SOURCES_LOCAL=$www eka verify "$reader"
  equal "with consent, it is verified" "reader,secret" "$(examined)"
else
  skip "a set of another user: only root can make one"
fi
finish
