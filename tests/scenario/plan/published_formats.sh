#!/bin/bash
# Manifests and locks in the formats of other tools, as they are published: planned, verified, or refused for a reason.
source "$(dirname "$0")/../scenario.sh"
source "$here/building.sh"
source "$here/sets.sh"

own_store
serve_start "$www"
make_set tools
make_set set
tools=$(git --git-dir="$www/tools.git" rev-parse refs/ekala/init)
set=$(git --git-dir="$www/set.git" rev-parse refs/ekala/init)
id() { "$EKA" inspect id "$@"; }

# atom SET LABEL COMPOSER: publishes the directory $scratch/LABEL at 1.0.0, with its atom.lock if there is one; sets $rev.
atom() {
  mkdir -p "$scratch/$2"
  printf '[package]\nlabel = "%s"\nversion = "1.0.0"\n%s\n' "$2" "$3" >"$scratch/$2/atom.toml"
  [[ -e $scratch/$2/default.nix ]] ||
    echo '{ main = derivation { name = cfg.package.label; system = cfg.platforms.build; builder = "/bin/sh"; }; }' >"$scratch/$2/default.nix"
  rev=$(release "$www/$1.git" "$scratch/$2" "$2" 1.0.0)
}
# lock LABEL: its atom.lock, on standard input.
lock() {
  mkdir -p "$scratch/$1"
  cat >"$scratch/$1/atom.lock"
}
plans() {
  eka plan "$SERVE_URL/set.git::$1"
  equal "$2: planned" 0 "$status"
  matches "$2: the derivation" "$(drv_named "$1")" "$out"
}
plain=$'[compose.as]\nnix = "."'

echo "- format 1 of November 2, 2025"
lock evaltime <<<$'version = 1\n\n[compose.at.evaltime]\nwith = "nix"\nentry = "."'
atom set evaltime "$plain"
plans evaltime "[compose.at.evaltime]"
lock as <<<$'version = 1\n\n[compose.as]\nuse = "nix"\nentry = "."'
atom set as "$plain"
plans as "[compose.as]"

echo "- later locks"
mkdir -p composer lib
echo 'entry: { extern, config }: { main = derivation { name = config.package.label; system = config.platforms.build; builder = "/bin/sh"; lib = extern.deps.from.tools.lib.main; }; }' >composer/default.nix
atom tools composer "$plain"
composer=$rev
atom tools lib "$plain"
lib=$rev
# later NUMBER USE DIRECT
later() {
  cat <<EOF
version = $1

[compose]
$2
entry = "."

[sets.$tools]
tag = "tools"
mirrors = ["$SERVE_URL/tools.git"]

[[deps]]
type = "atom"
label = "composer"
version = "1.0.0"
set = "$tools"
rev = "$composer"
id = "$(id "$tools" composer)"
$3

[[deps]]
type = "atom"
label = "lib"
version = "1.0.0"
set = "$tools"
rev = "$lib"
id = "$(id "$tools" lib)"
EOF
}
needs="[package.sets]
tools = \"$SERVE_URL/tools.git\"
[compose.with.composer]
from = \"tools\"
[deps.from.tools]
lib = \"^1\""
digest="use = \"$(id "$tools" composer)\"
at = \"1.0.0\""
for number in 0 1 2; do
  later $number "$digest" 'direct = false' | lock "digest-$number"
  atom set "digest-$number" "$needs"
  plans "digest-$number" "number $number, the composer is a digest"
done
later 2 "$digest" '' | lock "undirected"
atom set undirected "$needs"
plans undirected "direct is omitted"
embedded="use = \"atom\"
label = \"composer\"
version = \"1.0.0\"
set = \"$tools\"
rev = \"$composer\"
id = \"$(id "$tools" composer)\""
later 2 "$embedded" 'direct = false' | lock embedded
atom set embedded "$needs"
plans embedded "the composer has a whole entry"
later 3 "$digest" '' | lock future
atom set future "$needs"
eka plan "$SERVE_URL/set.git::future"
equal "number 3: exit code" 6 "$status"
matches "is named" "unsupported lock file format 3" "$err"
# Their origins list no packages, which is all that differs.
for label in evaltime as digest-0 digest-1 digest-2 undirected embedded; do
  eka verify "$SERVE_URL/set.git::$label"
  equal "$label: its lock is read by verify" "" "$(grep -E '^ +lock' "$scratch/err" || true)"
done
eka verify "$SERVE_URL/set.git::future"
matches "verify names the number, too" "lock: .*unsupported lock file format 3" "$err"
working_set own
mkdir own/a && cp digest-0/atom.toml digest-0/atom.lock own/a && sed -i 's/digest-0/a/' own/a/atom.toml
sed -i 's/packages = .*/packages = ["a"]/' own/ekala.toml && git -C own add -A && git -C own commit -qm a
cd own
eka resolve a
equal "resolve writes format 0" "0 version = 0 use = \"atom\"" \
  "$status $(grep -m1 ^version a/atom.lock) $(grep ^use a/atom.lock)"
cd "$scratch"

echo "- manifests without a composer"
atom set locker $'[locker.eka]\nroot_hash = "4abbd2644bc3585e9be95deb277ccf48f6ed26ac"\nversion = "0.3.0"'
atom set bare ''
for label in locker bare; do
  eka plan "$SERVE_URL/set.git::$label"
  equal "$label: planned: exit code" 2 "$status"
  eka verify "$SERVE_URL/set.git::$label"
  matches "$label: compared" "$label 1.0.0" "$out$err"
done
eka plan "$SERVE_URL/set.git::locker"
matches "a program that evaluates locks" "locker 1.0.0: atom.toml:[0-9:]+ the atom evaluates lock files" "$err"
eka plan "$SERVE_URL/set.git::bare"
matches "an older manifest" "missing composer.*before November 2025" "${err//$'\n'/ }"
working_atom own good 1.0.0
mkdir own/locker && cp locker/atom.toml own/locker && sed -i 's/packages = .*/packages = ["a", "good", "locker"]/' own/ekala.toml
git -C own add -A && git -C own commit -qm "A locker"
cd own
eka plan ::good
equal "other atoms of its set are planned" 0 "$status"
eka resolve locker
equal "it is not resolved" 2 "$status"
eka inspect manifest locker/atom.toml
matches "inspect manifest" "has no composer" "$out"
eka inspect manifest --json locker/atom.toml
equal "as JSON" null "$(jq .compose.use <<<"$out")"
eka inspect manifest ekala.toml
equal "inspect manifest of a set" "a package set with 3 packages" "$(head -1 <<<"$out")"
eka inspect manifest --json ekala.toml
equal "as JSON" "a good locker" "$(jq -r '.packages | join(" ")' <<<"$out")"
cp ekala.toml "$scratch/any-name"
eka inspect manifest "$scratch/any-name"
equal "under another name" 0 "$status"
echo '[set]' >"$scratch/ekala.toml"
eka inspect manifest "$scratch/ekala.toml"
matches "an invalid one" "set.packages" "$err"
cd "$scratch"

finish
