#!/bin/bash
# Caches where people have them: below a symlink, at paths with special characters, in the lower layer of an overlay, on a
# file system without locks; and what people do to them with rm and tar.
source "$(dirname "$0")/../scenario.sh"
source "$here/building.sh"

serve_start "$www"
own_store
make_world make --sets 1 --atoms 3 --versions 1 --files 4 --file-size 500 --deps 2 --levels 2 --seed 9
uri=$SERVE_URL/set-00.git::root
eka plan "$uri"
equal "a plan" 0 "$status"
expected=$out
cache=$XDG_CACHE_HOME/eka
base=$XDG_CACHE_HOME

# --- special characters, with the private stores in the cache, too

works_at() {  # WHAT DIRECTORY
  mkdir -p "$2"
  XDG_CACHE_HOME=$2 eka plan "$uri"
  equal "$1: a plan" "0 $expected" "$status $out"
  XDG_CACHE_HOME=$2 eka --offline plan "$uri"
  equal "$1: a cached plan" "0 $expected" "$status $out"
  equal "$1: no warning" "" "$(grep -i 'cannot use\|not cached' <<<"$err" || true)"
  XDG_CACHE_HOME=$2 eka cache gc --older-than 0s
  equal "$1: gc" 0 "$status"
  XDG_CACHE_HOME=$2 eka cache verify
  equal "$1: verify" 0 "$status"
}
for name in 'a?b' 'a?root=x&y' 'a#b' 'a%3fb' 'a b' 'a:b' 'a"b' "a'b" 'a\b' 'a;b' 'ä' $'a\nb' 'file:' '-x'; do
  works_at "the cache at a path with $(printf %q "$name")" "$scratch/odd/$name"
done
mkdir "$scratch/real"
ln -s real "$scratch/link"
ln -s "$scratch/link" "$scratch/link2"
works_at "the cache below symlinks" "$scratch/link2/home"

# --- rm and tar

modes() { find "$cache" -mindepth 1 -type d ! -perm -u+rwx; }
equal "every directory of the cache can be written by its owner" "" "$(modes)"
equal "files of trees have the modes 444 and 555" "" "$(find "$cache"/trees -type f ! -perm 444 ! -perm 555)"
equal "only the owner can enter the cache" 700 "$(stat -c %a "$cache")"
tar -C "$base" -cf "$scratch/cache.tar" eka
check "tar extracts a cache over itself" tar -C "$base" -xf "$scratch/cache.tar"
eka --offline plan "$uri"
equal "and it works" "0 $expected" "$status $out"
cp -r "$base" "$scratch/copy"
XDG_CACHE_HOME=$scratch/copy eka --offline plan "$uri"
equal "so does a copy" "0 $expected" "$status $out"
if ((EUID == 0)); then
  chown -R 1000:1000 "$scratch/copy"
  chmod 755 "$scratch"
  check "the owner can remove it with rm -rf" setpriv --reuid 1000 --regid 1000 --clear-groups rm -rf "$scratch/copy/eka"
else
  check "the owner can remove it with rm -rf" rm -rf "$scratch/copy/eka"
fi

# --- the lower layer of an overlay

mkdir "$scratch"/{upper,work,merged}
# over COMMAND…: runs it with the cache as the lower layer.
over() {
  status=0
  unshare -Urm bash -c 'mount -t overlay overlay -o "userxattr,lowerdir=$0,upperdir=$1/upper,workdir=$1/work" "$1/merged" || exit 77
    export XDG_CACHE_HOME=$1/merged; shift; exec "$@"' "$base" "$scratch" "$@" </dev/null >"$scratch/out" 2>"$scratch/err" || status=$?
  out=$(cat "$scratch/out")
  err=$(cat "$scratch/err")
}
over true
if ((status == 0)); then
  tree=$(find "$cache/trees" -mindepth 1 -maxdepth 1 -name '[0-9a-f]*' | head -1)
  chmod u+w "$tree" && touch "$tree/extra" && before=$(cd "$cache" && find . | sort | sha256sum)
  over "$EKA" --offline plan --fresh-eval "$uri"
  equal "a damaged tree in the lower layer is replaced" "0 $expected" "$status $out"
  over test -e "$scratch/merged/eka/trees/${tree##*/}/extra"
  equal "by a correct one" 1 "$status"
  over "$EKA" cache gc --older-than 0s
  equal "gc of an overlay: exit code" 0 "$status"
  over find "$scratch/merged/eka/trees" -mindepth 1 -maxdepth 1 -name '[0-9a-f]*'
  equal "nothing that it removed is left" "" "$out"
  equal "the lower layer is unchanged" "$before" "$(cd "$cache" && find . | sort | sha256sum)"
  rm "$tree/extra"
else
  skip "overlays cannot be mounted here: $err"
fi

# --- what cannot be removed

kept=$(find "$cache/trees" -mindepth 1 -maxdepth 1 -name '[0-9a-f]*' | head -1)
if ((EUID == 0)) && chattr +i "$kept" 2>/dev/null; then
  at_exit 'chattr -i "$kept" 2>/dev/null'
  trees=$(find "$cache/trees" -mindepth 1 -maxdepth 1 -name '[0-9a-f]*' | wc -l)
  eka cache gc --older-than 0s --json
  equal "gc of a tree that cannot be removed: exit code, dropped" "1 $((trees - 1))" "$status $(jq .trees.dropped <<<"$out")"
  equal "it is named" "1 true" "$(jq -r --arg kept "${kept##*/}" '.remaining | "\(length) \(.[0] | contains($kept))"' <<<"$out")"
  check "and still there" test -d "$kept"
  chattr -i "$kept"
  eka cache gc --older-than 0s
  equal "then it can" 0 "$status"
else
  skip "no file can be made immutable here"
fi

# --- no locks

if [[ -n ${EKA_NO_LOCKS:-} ]]; then
  fresh_cache
  export LD_PRELOAD=$EKA_NO_LOCKS NO_LOCKS_BELOW=$XDG_CACHE_HOME
  for again in first second; do
    eka plan "$uri"
    equal "without locks, $again run: a plan" "0 $expected" "$status $out"
    matches "it is told" 'file system does not support locks' "$err"
  done
  eka cache stat
  equal "stat" 0 "$status"
  eka cache gc
  equal "gc needs locks" 1 "$status"
  matches "and says so" 'cannot lock the cache .*does not support locks' "$err"
  unset LD_PRELOAD NO_LOCKS_BELOW
fi

# --- nobody reads

serve_forget
status=0
"$EKA" plan --fresh-eval "$uri" "$uri@=9.9.9" </dev/null 2>"$scratch/err" | true || true
equal "a closed standard output is no error message" "" "$(grep -v '^evaluated\|^note' "$scratch/err" | grep -i 'pipe\|standard output' || true)"
equal "no process is left running" "" "$(left_processes)"
finish
