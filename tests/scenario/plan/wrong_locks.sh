#!/bin/bash
# Locks that are wrong, missing, or name unpublished versions.
source "$(dirname "$0")/../scenario.sh"

serve_start "$www"
make_world demo
company=$SERVE_URL/company.git
repository=$www/company.git

# A modified copy of server 1.4.0 with its own label.
number=0
broken() {  # SED-SCRIPT-FOR-THE-LOCK: prints the URI of server with that lock
  local directory
  number=$((number + 1))
  directory=$scratch/broken-$number
  unpack "$repository" refs/eka/atoms/server/1.4.0 "$directory"
  sed -i "s/^version = \"1\.4\.0\"/version = \"7.0.$number\"/" "$directory/atom.toml"
  sed -i "$1" "$directory/atom.lock"
  release "$repository" "$directory" server "7.0.$number" >/dev/null
  uri=$company::server@=7.0.$number
}
# With an empty cache: cached data is not fetched, and contradicting it is a different error.
refused() {  # WHAT CODE REGEX
  fresh_cache
  eka plan "$uri"
  equal "$1: exit code" "$2" "$status"
  equal "$1: nothing on standard output" "" "$out"
  matches "$1: message" "$3" "$err"
}

broken ''
eka plan "$uri"
equal "the unmodified copy is valid" 0 "$status"

auth=$(version_of company auth 1.5.2 rev)
log=$(version_of company log 1.1.0 rev)
broken "s/$auth/$log/"
refused "a revision that is another atom's" 6 'auth'

broken "s/$auth/$(version_of company auth 1.5.0 rev)/"
refused "a revision of another version" 6 'auth'

broken "s/$auth/$(git --git-dir="$repository" rev-parse main)/"
refused "a revision that is not an atom commit" 6 'auth'

broken "s/$auth/0123456789012345678901234567890123456789/"
refused "a revision that does not exist" 4 'auth|company'

auth_id=$(of_world '.atoms[] | select(.label == "auth") | .id')
log_id=$(of_world '.atoms[] | select(.label == "log") | .id')
broken "s/$auth_id/$log_id/"
refused "an id that does not match set and label" 6 'auth|id'

# The set "base" at the URL of "tools": its genesis differs.
broken "s|/base\.git|/tools.git|"
fresh_cache
eka plan "$uri"
check "a mirror of another set is rejected" test "$status" -ge 4
equal "no derivation is printed" "" "$out"

broken 's/^version = 0$/version = 9/'
refused "a future format" 6 'version|format'

broken '/^\[\[deps\]\]$/,$d'
eka plan "$uri"
check "a lock that lacks what the manifest requires is refused" test "$status" -ne 0
equal "no derivation is printed" "" "$out"

# Dependencies without a lock.
unpack "$repository" refs/eka/atoms/auth/1.5.2 "$scratch/unlocked"
rm "$scratch/unlocked/atom.lock"
sed -i 's/^version = "1\.5\.2"/version = "8.0.0"/' "$scratch/unlocked/atom.toml"
release "$repository" "$scratch/unlocked" auth 8.0.0 >/dev/null
uri=$company::auth@=8.0.0
eka plan "$uri"
equal "dependencies without a lock: versions are resolved" 0 "$status"
matches "it is planned" "$(drv_named "auth-[0-9.]*")" "$out"
sed -i 's/^version = "8.0.0"/version = "8.1.0"/; s/^log = .*/log = "^77"/' "$scratch/unlocked/atom.toml"
release "$repository" "$scratch/unlocked" auth 8.1.0 >/dev/null
uri=$company::auth@=8.1.0
refused "dependencies without a lock and without versions" 3 'log \^77'

# Cached versions remain known: contradicting revisions are reported.
fresh_cache
eka plan "$company::server@=1.4.0"
equal "the valid lock" 0 "$status"
broken "s/$auth/$(version_of company auth 1.5.0 rev)/"
eka plan "$uri"
equal "a revision that contradicts an earlier run: exit code" 6 "$status"
matches "a revision that contradicts an earlier run: it is named" "auth" "$err"
eka plan "$company::server@=1.4.0"
equal "the valid lock still works" 0 "$status"

# A source that is not in the manifest, on a host that does not exist.
broken '$a\
\
[[deps]]\
type = "nix+git"\
name = "nixpkgs-of-ours"\
url = "file:///nowhere/nixpkgs"\
rev = "0123456789012345678901234567890123456789"'
refused "a local source named by an atom from the network" 6 'nixpkgs-of-ours'

# No lock, and no dependencies.
mkdir "$scratch/alone"
cat >"$scratch/alone/atom.toml" <<END
[package]
label = "alone"
version = "1.0.0"

[compose.as]
nix = "default.nix"
END
cat >"$scratch/alone/default.nix" <<'END'
{ main = derivation { name = "alone"; system = cfg.platforms.build; builder = "/bin/sh"; }; }
END
release "$repository" "$scratch/alone" alone 1.0.0 >/dev/null
eka plan "$company::alone"
equal "no dependencies and no lock: exit code" 0 "$status"
matches "the derivation is printed" "$(drv_named alone)" "$out"

# An atom from the network that names a local repository.
"$EKA_WORLD" demo "$scratch/local" --url-base "file://$scratch/local" >/dev/null
fresh_cache
eka plan "file://$scratch/local/company.git::server"
equal "a local atom can use local sets" 0 "$status"
mv "$scratch/local/company.git" "$www/traitor.git"
fresh_cache
eka plan "$SERVE_URL/traitor.git::server"
check "an atom from the network cannot" test "$status" -ne 0
equal "no derivation is printed" "" "$out"
matches "the mirror is named" 'file:' "$err"

finish
