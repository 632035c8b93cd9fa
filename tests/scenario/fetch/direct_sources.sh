#!/bin/bash
# Direct sources: fetched once, verified, and passed to evaluation like those of Nix's own fetchers.
source "$(dirname "$0")/../scenario.sh"
source "$here/building.sh"

serve_start "$www"
mkdir -p "$www/files" "$scratch/archived"
git=(git -c user.name=scenario -c user.email=s@eka.invalid -c init.defaultBranch=main)

# The files to fetch: an archive, a file, a repository.
mkdir -p "$scratch/archived/lib-1.0/empty"
echo '{ name = "from-the-archive"; }' >"$scratch/archived/lib-1.0/default.nix"
printf '#!/bin/sh\n' >"$scratch/archived/lib-1.0/run"
chmod 755 "$scratch/archived/lib-1.0/run"
ln -s run "$scratch/archived/lib-1.0/link"
head -c 3000000 /dev/urandom >"$scratch/archived/lib-1.0/noise"
tar -C "$scratch/archived" -czf "$www/files/lib-1.0.tar.gz" lib-1.0
echo 'a patch' >"$www/files/fix.patch"
"${git[@]}" init -q "$scratch/archived/repo"
(cd "$scratch/archived/repo" && echo '"from-the-repository"' >value.nix && "${git[@]}" add . && "${git[@]}" commit -qm one &&
  echo two >two && "${git[@]}" add . && "${git[@]}" commit -qm two)
git clone -q --bare "$scratch/archived/repo" "$www/repo.git"
rev=$(git -C "$www/repo.git" rev-parse main)

nix() { command "$@" 2>>"$scratch/nix.err" || tail -n 3 "$scratch/nix.err" >&2; }
sri() { command nix --extra-experimental-features nix-command hash to-sri --type sha256 "$1" 2>/dev/null; }
tar_hash=$(sri "$(nix nix-prefetch-url --unpack "$SERVE_URL/files/lib-1.0.tar.gz")")
file_hash=$(sri "$(nix nix-prefetch-url "$SERVE_URL/files/fix.patch")")

# The atom, in its own set.
begin_set
set=$PWD
add_atom app "$(
  cat <<'END'
{
  main = derivation {
    name = (atoms.deps.pins.lib.import "default.nix").name;
    value = atoms.deps.pins.repo.import "value.nix";
    system = cfg.platforms.build;
    builder = "/bin/sh";
    sources = [ atoms.deps.pins.lib.src atoms.deps.pins.fix.src atoms.deps.pins.repo.src ];
    later = atoms.deps.get.later.src;
  };
}
END
)" "lib.tar = \"$SERVE_URL/files/lib-1.0.tar.gz\"
fix.url = \"$SERVE_URL/files/fix.patch\"
repo = { git = \"$SERVE_URL/repo.git\", ref = \"main\" }
later = { build = \"$SERVE_URL/files/fix.patch\" }"
commit_set app
cd "$scratch"
lock() {  # TAR-HASH FILE-HASH REV
  cat >"$set/app/atom.lock" <<END
version = 0

[compose]
use = "nix"
entry = "default.nix"

[[deps]]
type = "nix"
name = "fix"
url = "$SERVE_URL/files/fix.patch"
hash = "$2"

[[deps]]
type = "nix+src"
name = "later"
url = "$SERVE_URL/files/fix.patch"
hash = "$2"

[[deps]]
type = "nix+tar"
name = "lib"
url = "$SERVE_URL/files/lib-1.0.tar.gz"
hash = "$1"

[[deps]]
type = "nix+git"
name = "repo"
url = "$SERVE_URL/repo.git"
rev = "$3"
END
}
lock "$tar_hash" "$file_hash" "$rev"
cat >"$scratch/plain.nix" <<END
let
  lib = builtins.fetchTarball { url = "$SERVE_URL/files/lib-1.0.tar.gz"; sha256 = "$tar_hash"; };
  fix = builtins.fetchurl { url = "$SERVE_URL/files/fix.patch"; sha256 = "$file_hash"; };
  repo = builtins.fetchGit { url = "$SERVE_URL/repo.git"; rev = "$rev"; ref = "main"; };
in
derivation {
  name = (import lib).name;
  value = import "\${repo}/value.nix";
  system = builtins.currentSystem;
  builder = "/bin/sh";
  sources = [ lib fix repo ];
  later = import <nix/fetchurl.nix> { url = "$SERVE_URL/files/fix.patch"; hash = "$file_hash"; name = "later"; };
}
END
expected=$(nix nix-instantiate "$scratch/plain.nix")

serve_forget
eka plan "$set::app"
equal "an atom with sources of every kind: exit code" 0 "$status"
matches "the derivation is printed" "$(drv_named from-the-archive)" "$out"
equal "it equals the one with Nix's own fetchers" "$expected" "$out"
first=$out
log=$(serve_log)
equal "the archive is requested once" 1 "$(count '.path == "/files/lib-1.0.tar.gz"' <<<"$log")"
equal "the file is requested once" 1 "$(count '.path == "/files/fix.patch"' <<<"$log")"
equal "the revision is fetched without listing refs" "fetch" "$(jq -rs 'map(select(.command != "-") | .command) | join(" ")' <<<"$log")"

serve_forget
eka plan --fresh-eval "$set::app"
equal "again, evaluated again: the same" "$first" "$out"
eka --offline plan --fresh-eval "$set::app"
equal "offline: the same derivation" "$first" "$out"
equal "no remote is queried" "" "$(serve_log)"
equal "git fsck succeeds" 0 "$(git --git-dir="$XDG_CACHE_HOME/eka/git" fsck --connectivity-only >/dev/null 2>&1; echo $?)"

fresh_cache
eka --offline plan --fresh-eval "$set::app"
equal "offline, and nothing cached" 7 "$status"

# Locks with different hashes or revisions.
other=sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
for which in lib fix; do
  fresh_cache
  if [[ $which == lib ]]; then lock "$other" "$file_hash" "$rev"; else lock "$tar_hash" "$other" "$rev"; fi
  eka plan "$set::app"
  equal "$which: a wrong hash: exit code" 6 "$status"
  matches "$which: a wrong hash: the source" "\`$which\`" "$err"
  matches "$which: a wrong hash: the atom" 'app 1\.0\.0' "$err"
  matches "$which: a wrong hash: the locked hash" "$other" "$err"
  equal "$which: a wrong hash: no derivation" "" "$out"
done
lock "$tar_hash" "$file_hash" 0123456789012345678901234567890123456789
fresh_cache
eka plan "$set::app"
equal "a revision that does not exist: exit code" 4 "$status"

# The manifest has a source that is not in the lock.
lock "$tar_hash" "$file_hash" "$rev"
sed -i 's/^lib\.tar/more.url = "http:\/\/127.0.0.1:1\/x"\nlib.tar/' "$set/app/atom.toml"
eka plan "$set::app"
equal "a lock that is older than the manifest: exit code" 3 "$status"
matches "a lock that is older than the manifest: the source" '`more`' "$err"
finish
