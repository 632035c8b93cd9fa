#!/bin/bash
# A cache that is carried to another machine as one file: content is verified, names and evaluations are used only if
# they are signed or the user trusts the file.
source "$(dirname "$0")/../scenario.sh"
source "$here/building.sh"
source "$here/remote_cache.sh"

serve_start "$www"
make_world make --sets 3 --atoms 12 --versions 2 --files 4 --file-size 500 --deps 3 --levels 3 --seed 5
uri=$SERVE_URL/set-00.git::root
nix-store --generate-binary-cache-key ci-1 "$scratch/secret" "$scratch/public"
key=$(cat "$scratch/public")
from() { jq -r '.plans[0].from' <<<"$out"; }
atoms() { "$EKA" cache stat --json | jq .atoms; }

# An atom with every kind of direct source.
mkdir -p "$www/files" "$scratch/archived/lib"
echo '{ name = "from-the-archive"; }' >"$scratch/archived/lib/default.nix"
tar -C "$scratch/archived" -czf "$www/files/lib.tar.gz" lib
echo 'a patch' >"$www/files/fix.patch"
git init -q "$scratch/archived/repo"
(cd "$scratch/archived/repo" && echo '"from-the-repository"' >value.nix && git add . &&
  git -c user.name=x -c user.email=x commit -qm one)
git clone -q --bare "$scratch/archived/repo" "$www/repo.git"
begin_set
add_atom app "$(
  cat <<'END'
{
  main = derivation {
    name = (atoms.deps.pins.lib.import "default.nix").name;
    value = atoms.deps.pins.repo.import "value.nix";
    system = cfg.platforms.build;
    builder = "/bin/sh";
    patch = atoms.deps.pins.fix.src;
  };
}
END
)" "lib.tar = \"$SERVE_URL/files/lib.tar.gz\"
fix.url = \"$SERVE_URL/files/fix.patch\"
repo = { git = \"$SERVE_URL/repo.git\" }"
commit_set app

machine first
eka resolve app
equal "a lock" 0 "$status"
git add -A && git -c user.name=x -c user.email=x commit -qm lock
eka plan ::app
equal "a plan with sources" 0 "$status"
app=$out
eka plan "$uri"
equal "a plan" 0 "$status"
root=$out
all=$(atoms)

export EKA_CACHE_SIGNING_KEY=$scratch/secret
eka cache export "$scratch/all.bundle" --evaluations
equal "the whole cache is exported" 0 "$status"
unset EKA_CACHE_SIGNING_KEY
check "git finds the bundle valid" git --git-dir="$www/set-00.git" bundle verify "$scratch/all.bundle"
eka cache export "$scratch/again.bundle"
eka cache export "$scratch/same.bundle"
check "the same cache gives the same file" cmp "$scratch/again.bundle" "$scratch/same.bundle"
eka cache export "$scratch/unsigned.bundle" --lock app/atom.lock "$uri" --evaluations
equal "closures are exported" 0 "$status"
at_most "they are less than everything" "$(stat -c %s "$scratch/all.bundle")" "$(stat -c %s "$scratch/unsigned.bundle")"
eka cache export "$scratch/nothing.bundle" "$SERVE_URL/set-00.git::nowhere"
check "a failure leaves no file" test "$status" -ne 0 -a ! -e "$scratch/nothing.bundle" -a ! -e "$scratch/nothing.bundle.part"

# Unsigned: content only.
machine second
eka cache import "$scratch/unsigned.bundle"
equal "an unsigned file: its content is imported" 0 "$status"
matches "its names are not used" "(is|are) not used: no key in cache.trusted-keys has signed them" "$err"
eka --offline plan "$uri"
equal "so a name is not known" 7 "$status"
eka --offline plan --json ::app
equal "what a lock pins can be planned offline" "0 $app evaluated" "$status $(jq -r '.plans[0].drv' <<<"$out") $(from)"
eka cache import --trust "$scratch/unsigned.bundle"
eka --offline plan --json "$uri"
equal "trusted by the user: names and evaluations count" "0 $root cache" "$status $(jq -r '.plans[0].drv' <<<"$out") $(from)"

# Signed, through a pipe.
machine third
export EKA_CACHE_TRUSTED_KEYS=$key
status=0
cat "$scratch/all.bundle" | "$EKA" cache import - --json >"$scratch/out" 2>"$scratch/err" || status=$?
conforms "the output is valid under the schema" cache.schema.json#import "$scratch/out"
equal "a signed file, from a pipe" "0 $all 0" "$status $(jq -r '"\(.atoms) \(.not_trusted)"' "$scratch/out")"
eka --offline plan --json "$uri" ::app
equal "nothing is evaluated" "0 cache cache" "$status $(jq -r '.plans[].from' <<<"$out" | xargs)"
equal "and the plans are the same" "$root $app" "$(jq -r '.plans[].drv' <<<"$out" | xargs)"
eka cache verify
equal "the cache is valid" 0 "$status"
check "git, too" git --git-dir="$XDG_CACHE_HOME/eka/git" fsck --strict --no-dangling
unset EKA_CACHE_TRUSTED_KEYS

# Over HTTP, and through a pipe between two machines.
machine fourth
cp "$scratch/all.bundle" "$www/files/"
eka cache import "$SERVE_URL/files/all.bundle"
equal "from a server" "0 $all" "$status $(atoms)"
machine first
"$EKA" cache export - --quiet >"$scratch/piped.bundle"
machine fifth
eka cache import "$scratch/piped.bundle"
equal "to standard output" "0 $all" "$status $(atoms)"

# Damage, and files made by others.
machine sixth
for at in 20 500 2000 20000; do
  cp "$scratch/all.bundle" "$scratch/damaged.bundle"
  printf '\xff\x00\xff' | dd of="$scratch/damaged.bundle" bs=1 seek="$at" conv=notrunc status=none
  eka cache import --trust "$scratch/damaged.bundle"
  equal "damaged at byte $at: refused" "6 0" "$status $(atoms)"
done
head -c 30000 "$scratch/all.bundle" >"$scratch/cut.bundle"
eka cache import --trust "$scratch/cut.bundle"
equal "truncated: refused" "6 0" "$status $(atoms)"
git --git-dir="$www/repo.git" bundle create -q "$scratch/foreign.bundle" --all
eka cache import "$scratch/foreign.bundle"
equal "another bundle: refused" 6 "$status"
eka cache import "$here/scenario.sh"
equal "another file: refused" 6 "$status"

# changed WHAT SCRIPT: a file like the first, with a change made in its tree of contents.
changed() {
  rm -rf "$scratch/hostile"
  git init -q "$scratch/hostile"
  (
    cd "$scratch/hostile"
    git fetch -q "$scratch/all.bundle" 'refs/*:refs/*' 2>/dev/null
    git read-tree refs/contents && git checkout-index -q -a
    eval "$1"
    git add -A
    git update-ref refs/contents "$(printf 'tree %s\nauthor  <> 0 +0000\ncommitter  <> 0 +0000\n\neka cache' "$(git write-tree)" |
      git hash-object -t commit -w --stdin)"
    git bundle create -q "$scratch/hostile.bundle" --all
  )
}
other=$(git --git-dir="$www/set-01.git" rev-parse HEAD)
changed "sed -i 's/^\\(atom root [^ ]*\\) .*/\\1 $other/' names"
machine seventh
EKA_CACHE_TRUSTED_KEYS=$key eka cache import "$scratch/hostile.bundle"
matches "changed names lose their signature" "0 .*(is|are) not used" "$status $err"
machine third
eka cache import --trust "$scratch/hostile.bundle"
matches "what a URL said before is not replaced" "6 .*root .* is revision .* according to this cache" "$status $err"
changed 'for file in files/*; do echo changed >>"$file"; done'
eka cache import "$scratch/hostile.bundle"
matches "a changed file" "6 .*has another content" "$status $err"
changed 'for file in commits/*; do echo changed >>"$file"; done'
eka cache import "$scratch/hostile.bundle"
matches "a changed commit" "6 .*not the tree of its commit" "$status $err"
(cd "$scratch/hostile" && git checkout -q -f refs/contents 2>/dev/null &&
  name=$(git for-each-ref --format='%(refname)' 'refs/sources/nar-*' | head -1) &&
  git update-ref "$name" "$(git rev-parse refs/contents)" && git bundle create -q "$scratch/hostile.bundle" --all)
eka cache import "$scratch/hostile.bundle"
equal "another tree for a source" 6 "$status"

# Keys for CI, and what is kept of a cache.
machine first
eka cache key --lock app/atom.lock
matches "a key" '^eka-1-[a-z0-9_-]+-[0-9a-f]{32}$' "$out"
one=$out
eka cache key
equal "of all locks of the set" "$one" "$out"
cp -r app/atom.lock "$scratch/elsewhere.lock"
eka cache key --lock "$scratch/elsewhere.lock"
equal "independent of the place" "$one" "$out"
sleep 1.1
eka cache gc --older-than 0s --keep-lock app/atom.lock
equal "gc keeps what a lock names" 0 "$status"
eka --offline plan --fresh-eval ::app
equal "which can be planned offline" "0 $app" "$status $out"
machine third
eka cache gc --max-size 10M
matches "a cache below the limit is not reduced" "removed 0 of" "$out"
eka cache gc --max-size 1 --older-than 52w
check "a cache above the limit is" test "$(atoms)" -eq 0
eka cache clear
equal "clear" "0 0" "$status $(atoms)"
equal "nothing is left but the lock" lock "$(ls "$XDG_CACHE_HOME/eka")"
finish
