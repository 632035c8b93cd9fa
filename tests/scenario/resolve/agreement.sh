#!/bin/bash
# Mirrors of one set must agree: contradicting ones are reported, unreachable ones are skipped.
source "$(dirname "$0")/../scenario.sh"
source "$here/sets.sh"

serve_start "$www"
make_set main
publish main log 1.0.0
publish main log 1.1.0
cp -r "$www/main.git" "$www/honest.git"
cp -r "$www/main.git" "$www/behind.git"
git --git-dir="$www/behind.git" update-ref -d refs/eka/atoms/log/1.1.0
cp -r "$www/main.git" "$www/lying.git"
make_set stranger
working_set "$scratch/set"
working_atom "$scratch/set" a 0.1.0 "main/log ^1"
cd "$scratch/set/a"
mirrored() { sed -i "s|^main = .*|main = [\"$SERVE_URL/main.git\"$(printf ", \"$SERVE_URL/%s.git\"" "$@")]|" atom.toml; }

mirrored honest behind
eka resolve
equal "mirrors that agree, one behind: exit code" 0 "$status"
equal "the highest version of any mirror" "log 1.1.0" "$(locked atom.lock)"
equal "all of them are in the lock" 3 "$(grep -o 'http:[^"]*' atom.lock | sort -u | wc -l)"

mirrored gone
rm atom.lock
eka resolve
equal "an unreachable mirror: exit code" 0 "$status"
matches "it is reported" "ignoring a mirror" "$err"

# The same version with another revision.
directory=$scratch/forged
write_atom "$directory" log 1.1.0
echo "# evil" >>"$directory/default.nix"
git --git-dir="$www/lying.git" update-ref -d refs/eka/atoms/log/1.1.0
release "$www/lying.git" "$directory" log 1.1.0 >/dev/null
mirrored lying
rm -f atom.lock
eka resolve
equal "a contradicting mirror: exit code" 6 "$status"
matches "both are named" "main.git.*lying.git|lying.git.*main.git" "$err"
check "nothing is written" test ! -e atom.lock

# Another manifest for the same revision.
cp -r "$www/main.git" "$www/sly.git"
blob=$(printf 'x' | git --git-dir="$www/sly.git" hash-object -w --stdin)
git --git-dir="$www/sly.git" update-ref refs/eka/meta/log/1.1.0/manifest "$blob"
mirrored sly
eka resolve
equal "a contradicting manifest: exit code" 6 "$status"

mirrored stranger
eka resolve
equal "a mirror of another set: exit code" 6 "$status"
matches "both geneses are named" "have different genesis commits: .*main\.git has [0-9a-f]{40}, .*stranger\.git has [0-9a-f]{40}" "$err"
finish
