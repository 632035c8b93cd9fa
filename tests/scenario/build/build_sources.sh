#!/bin/bash
# Sources fetched at build time: files by Nix, archives by eka, both locked.
source "$(dirname "$0")/../scenario.sh"
source "$here/building.sh"

serve_start "$www"
own_store
mkdir -p "$www/files" "$scratch/archived/lib-1.0"
echo 'of the archive' >"$scratch/archived/lib-1.0/text"
tar -C "$scratch/archived" -czf "$www/files/lib-1.0.tar.gz" lib-1.0
echo 'a patch' >"$www/files/fix.patch"
begin_set
add_atom app "$(
  cat <<'END'
{
  main = derivation {
    name = "app";
    system = "x86_64-linux";
    builder = "/bin/sh";
    args = [ "-c" "{ read line; echo $line; } <${atoms.deps.get.lib.src}/text >$out; { read line; echo $line; } <${atoms.deps.pins.fix.src} >>$out" ];
  };
}
END
)" "lib.build = \"$SERVE_URL/files/lib-1.0.tar.gz\"
fix.url = \"$SERVE_URL/files/fix.patch\"
tar.tar = \"$SERVE_URL/files/lib-1.0.tar.gz\""
commit_set app

eka resolve app
equal "the sources are locked: exit code" 0 "$status"
lock=$(cat app/atom.lock)
sri() { nix --extra-experimental-features nix-command hash to-sri --type sha256 "$1" 2>/dev/null; }
tar_hash=$(sri "$(nix-prefetch-url --unpack --store "$scratch/other" --option build-users-group '' "$SERVE_URL/files/lib-1.0.tar.gz" 2>/dev/null)")
equal "archive and build source are locked by Nix's hash of their contents" 2 "$(grep -cF "hash = \"$tar_hash\"" <<<"$lock")"
matches "the build source is unpacked" 'type = "nix\+src"'$'\n''name = "lib"'$'\n''url = "[^"]*"'$'\n''hash = "[^"]*"'$'\n''unpack = true' "$lock"

eka plan ::app
equal "plan: exit code" 0 "$status"
serve_forget
eka build ::app
equal "build: exit code" 0 "$status"
equal "from the archive and the file" $'of the archive\na patch' "$(cat "$NIX_REMOTE$out" 2>/dev/null)"
at_most "the archive is fetched once" 1 "$(count '.path == "/files/lib-1.0.tar.gz"' <<<"$(serve_log)")"
eka build ::app
equal "second build: exit code" 0 "$status"

# Remove it from everywhere.
rm "$www/files/lib-1.0.tar.gz"
chmod -R u+w "$NIX_REMOTE"; rm -rf "$NIX_REMOTE"; mkdir "$NIX_REMOTE"
fresh_cache
sed -i '/^tar\.tar/d' app/atom.toml
eka resolve app
eka build ::app
equal "a missing archive: exit code" 4 "$status"
matches "the source is named" 'fetching source `lib`' "$err"
finish
