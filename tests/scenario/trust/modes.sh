#!/bin/bash
# Permissions of a cache created by eka, whatever the umask, and what its owner can do with it using common tools.
source "$(dirname "$0")/../scenario.sh"
source "$here/building.sh"

serve_start "$www"
own_store
make_world make --sets 1 --atoms 4 --versions 1 --files 4 --file-size 500 --deps 2 --levels 2 --seed 5
uri=$SERVE_URL/set-00.git::root
mkdir "$scratch/files"
(cd "$scratch/files" && mkdir t && echo x >t/x && tar cf "$scratch/t.tar" t)
begin_set
add_atom direct "{ main = derivation { name = \"d\"; builder = \"/bin/sh\"; system = \"x86_64-linux\"; t = atoms.deps.pins.t.src; u = atoms.deps.pins.u.src; }; }" \
  "t.tar = \"file://$scratch/set/t.tar\"
u.url = \"file://$scratch/set/t.tar\""
cp "$scratch/t.tar" .
commit_set direct

for mask in 0000 0077; do
  fresh_cache
  cd "$scratch"
  (umask "$mask" && "$EKA" plan "$uri" ./set::direct </dev/null >"$scratch/planned" 2>"$scratch/err") || status=$?
  cache=$XDG_CACHE_HOME/eka
  equal "umask $mask: two plans" 2 "$(wc -l <"$scratch/planned")"
  equal "umask $mask: nothing is accessible to others" "" \
    "$(find "$cache" \( -path "$cache/trees/[0-9a-f]*" -o -path "$cache/scratch/*/nix" \) -prune -o ! -type l -perm /077 -print)"
  equal "umask $mask: trees can be read by an evaluation, and removed by their owner" "" \
    "$(find "$cache"/trees/[0-9a-f]* \( -type d ! -perm 0755 -o -type f ! -perm 0444 ! -perm 0555 \) -print)"
  (cd "$cache" && tar cf "$scratch/cache.tar" .)
  check "umask $mask: it can be unpacked over itself" tar xf "$scratch/cache.tar" -C "$cache"
  eka cache verify
  equal "umask $mask: it is valid afterwards" 0 "$status"
  if ((EUID == 0)); then
    chown -R 12345:12345 "$cache"
    chmod a+rx "$XDG_CACHE_HOME" "$scratch"
    chown 12345 "$XDG_CACHE_HOME"
    check "umask $mask: rm -r removes it" setpriv --reuid 12345 --regid 12345 --clear-groups rm -r "$cache"
  else
    check "umask $mask: rm -r removes it" rm -r "$cache"
  fi
done

finish
