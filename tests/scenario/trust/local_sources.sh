#!/bin/bash
# Files that a package set may use on this machine: its own, and those the user has consented to. Sources are copied
# into the Nix store, where all users can read them.
source "$(dirname "$0")/../scenario.sh"
source "$here/building.sh"

own_store
mkdir "$scratch/private" "$scratch/public"
echo "the secret" >"$scratch/private/key"
(cd "$scratch/private" && tar cf "$scratch/private/key.tar" key)
cp "$scratch/private"/key* "$scratch/public"
derivation='{ main = derivation { name = "k"; builder = "/bin/sh"; system = "x86_64-linux"; src = atoms.deps.pins.k.src; }; }'
begin_set
add_atom a "$derivation" "k.url = \"file://$scratch/private/key\""
echo "inside" >inside
mkdir top && cp inside top
tar cf inside.tar top
ln -s "$scratch/private/key" link
commit_set a
cd "$scratch"

# names KIND URL: sets the source of the atom.
names() { sed -i "s|^k\\..*|k.$1 = \"$2\"|" "$scratch/set/a/atom.toml"; }
leaked() { grep -rl "the secret" "$XDG_CACHE_HOME" "$scratch/store" 2>/dev/null || true; }
refused() {  # WHAT [HINT]
  equal "$1: exit code" 2 "$status"
  matches "$1: the message says that it is outside" "outside of the (working tree|repository) at" "$err"
  matches "$1: hint" "help: .*sources.local = \\[\"${2:-}" "${err//$'\n'/ }"
  equal "$1: nothing was read" "" "$(leaked)"
}

echo "- without consent"
for kind in url tar build; do
  file=key
  [[ $kind != tar ]] || file=key.tar
  names "$kind" "file://$scratch/private/$file"
  eka plan ./set::a
  refused "$kind" "$scratch/private"
  eka resolve -C "$scratch/set/a"
  refused "$kind, resolve" "$scratch/private"
done
names url "file://$scratch/set/../private/key"
eka plan ./set::a
refused "a path through the working tree to the outside" "$scratch/private"
names url "file://$scratch/set/link"
eka plan ./set::a
refused "a link in the working tree" "$scratch/private"
names url "file:///proc/self/cwd/private/key"
eka plan ./set::a
refused "a path through /proc" "$scratch/private"
names url "file:///proc/self/environ"
EKA_SOURCES_LOCAL=/ eka plan ./set::a
refused "/proc, with consent for everything" "/proc"
names url "file:///dev/zero"
EKA_SOURCES_LOCAL=/ eka plan ./set::a
refused "/dev, with consent for everything" "/dev"
names url "file://$scratch/set/.git/config"
eka plan ./set::a
refused "the configuration of the repository" "$scratch/set/.git"

echo "- its own files"
names url "file://$scratch/set/inside"
eka plan ./set::a
equal "a file of the working tree" 0 "$status"
names tar "file://$scratch/set/inside.tar"
eka plan ./set::a
equal "an archive of the working tree" 0 "$status"

echo "- with consent"
names url "file://$scratch/public/key"
eka plan ./set::a
refused "another directory" "$scratch/public"
echo "sources.local = [\"$scratch/elsewhere\", \"$scratch/public\"]" >"$XDG_CONFIG_HOME/eka.toml"
eka plan ./set::a
equal "in the user's configuration" 0 "$status"
planned=$out
names url "file://$scratch/private/../public/key"
eka plan ./set::a
equal "it is compared without \"..\"" 0 "$status"
names url "file://$scratch/public/../private/key"
eka plan ./set::a
equal "so is the source" 2 "$status"
names url "file://$scratch/public/key"
rm "$XDG_CONFIG_HOME/eka.toml"
mkdir -p "$scratch/set/.git/info"
echo "sources.local = [\"$scratch/public\"]" >"$scratch/set/.git/info/eka.toml"
eka plan -C "$scratch/set" ::a
equal "not in a repository's: exit code" 2 "$status"
matches "not in a repository's" "eka.toml:1:9: “sources.local” can be set only in the user's configuration" "$err"
rm "$scratch/set/.git/info/eka.toml"

echo "- after it was locked and its evaluation cached"
EKA_SOURCES_LOCAL=$scratch/public eka resolve -C "$scratch/set/a"
equal "resolve with consent" 0 "$status"
EKA_SOURCES_LOCAL=$scratch/public eka plan ./set::a
equal "plan with consent" "0 $planned" "$status $out"
EKA_SOURCES_LOCAL=$scratch/public eka plan ./set::a
equal "plan with consent, cached" "0 $planned" "$status $out"
for command in "plan ./set::a" "prefetch ./set::a" "prefetch --lock $scratch/set/a/atom.lock" "build ./set::a"; do
  # shellcheck disable=SC2086
  eka $command
  equal "without consent: exit code of eka $command" 2 "$status"
  matches "without consent: eka $command says so" "outside of the working tree" "$err"
done
sed -i "s|file://$scratch/public/key|file://$scratch/private/key|" "$scratch/set/a/atom.lock" "$scratch/set/a/atom.toml"
eka plan ./set::a
equal "a lock that names another file: exit code" 2 "$status"
matches "a lock that names another file" "source \`k\` of the lock file is $scratch/private/key, outside" "$err"
rm "$scratch/set/a/atom.lock"

echo "- repositories on this machine"
git init -q "$scratch/lib"
git -C "$scratch/lib" -c user.name=x -c user.email=x commit -q --allow-empty -m x
names git "file://$scratch/lib\", ref = \"HEAD"
sed -i 's|^k\.git = \(.*\)$|k = { git = \1 }|' "$scratch/set/a/atom.toml"
eka plan ./set::a
equal "the user's own set can use them" 0 "$status"
if ((EUID == 0)); then
  chown -R 12345 "$scratch/set"
  eka plan ./set::a
  equal "a set of another user is not trusted: exit code" 2 "$status"
  git config --file "$scratch/gitconfig" safe.directory "$scratch/set"
  export GIT_CONFIG_GLOBAL=$scratch/gitconfig
  fresh_cache
  eka plan ./set::a
  equal "a trusted set needs consent for them: exit code" 2 "$status"
  matches "a trusted set needs consent for them" "belongs to another user" "$err"
  EKA_SOURCES_LOCAL=$scratch/lib eka plan ./set::a
  equal "with consent, they are read" 0 "$status"
else
  skip "a set of another user: only root can make one"
fi

finish
