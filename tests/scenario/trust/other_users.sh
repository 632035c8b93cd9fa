#!/bin/bash
# Files of another user in places where this user works: repositories, configuration, package sets, hooks and caches.
# None of them is trusted, as in git.
source "$(dirname "$0")/../scenario.sh"

if ((EUID != 0)); then
  skip "two users: only root can be both"
  finish
  exit 0
fi

victim=65534  # Nix requires a known user
attacker=54321
as() {  # USER COMMAND…
  local user=$1
  shift
  setpriv --reuid "$user" --regid "$user" --clear-groups env HOME="$scratch/home.$user" \
    XDG_CONFIG_HOME="$scratch/home.$user/config" XDG_CACHE_HOME="$scratch/home.$user/cache" TMPDIR="$scratch/home.$user" \
    GIT_CONFIG_GLOBAL="$scratch/home.$user/gitconfig" GIT_CONFIG_NOSYSTEM=1 NIX_REMOTE="$scratch/home.$user/store" "$@"
}
git_as() { as "$1" git -c safe.directory='*' -c user.name=x -c user.email=x@x.invalid "${@:2}"; }
eka() {
  status=0
  as "$victim" "$EKA" "$@" </dev/null >"$scratch/out" 2>"$scratch/err" || status=$?
  out=$(cat "$scratch/out")
  err=$(cat "$scratch/err")
}
# refused WHAT CODE: the last run reported another owner, with a hint.
refused() {
  equal "$1: exit code" "$2" "$status"
  matches "$1: the message names the owner" "belongs to another user" "$err"
  matches "$1: hint" "help: .*(safe.directory|EKA_CACHE_ROOT)" "${err//$'\n'/ }"
}
trust() { as "$victim" git config --global --add safe.directory "$1"; }
distrust() { rm -f "$scratch/home.$victim/gitconfig"; }

chmod a+rx "$scratch"
for user in "$victim" "$attacker"; do
  mkdir -p "$scratch/home.$user"
  chown "$user:$user" "$scratch/home.$user"
  chmod 0755 "$scratch/home.$user"
done
mkdir -m 1777 "$scratch/shared"
cd "$scratch/shared"
as "$victim" mkdir own
cd own

echo "- configuration found in a parent directory"
git_as "$attacker" init -q "$scratch/shared"
as "$attacker" mkdir -p "$scratch/shared/.git/info"
as "$attacker" tee "$scratch/shared/.git/info/eka.toml" >/dev/null <<END
cache.root = "$scratch/shared/cache"
plan.ifd = true
uri.aliases.gh = "evil.invalid"
END
eka config --json
equal "it is not read: exit code" 0 "$status"
equal "it is not read" "" "$(grep -E 'evil.invalid|shared/cache' <<<"$out" || true)"
trust "$scratch/shared"
eka config --json
matches "it is read once the repository is trusted" "evil.invalid" "$out"
trust ''
eka config --json
equal "an empty entry revokes trust" "" "$(grep 'evil.invalid' <<<"$out" || true)"
distrust

echo "- a package set found in a parent directory"
as "$attacker" mkdir "$scratch/shared/a"
as "$attacker" tee "$scratch/shared/ekala.toml" <<<'set.packages = ["a"]' >/dev/null
as "$attacker" tee "$scratch/shared/a/atom.toml" >/dev/null \
  <<<$'[package]\nlabel = "a"\nversion = "1.0.0"\n[compose.as]\nnix = "default.nix"'
git_as "$attacker" -C "$scratch/shared" add -A .
git_as "$attacker" -C "$scratch/shared" commit -qm x
for command in "plan ::a" "resolve --all" "new $scratch/shared/own/b" "add -p $scratch/shared/a ::a" "publish --all" "init"; do
  # shellcheck disable=SC2086
  eka $command
  refused "eka $command" 2
done
equal "nothing was written there" "a ekala.toml own" "$(cd "$scratch/shared" && echo *)"

echo "- a repository of another user as a set"
git_as "$attacker" init -q --bare "$scratch/shared/theirs.git"
url=file://$scratch/shared/theirs.git
eka inspect set "$url"
refused "eka inspect set" 4
eka plan "$url::a"
refused "eka plan" 4
trust "$scratch/shared/theirs.git"
eka inspect set "$url"
equal "once it is trusted, it is read" "" "$(grep 'another user' <<<"$err" || true)"
distrust

echo "- hooks of another user"
mine=$scratch/home.$victim/remote.git
git_as "$victim" init -q --bare "$mine"
as "$attacker" cp -r "$scratch/shared/.git" "$scratch/shared/a/.git"
hook=$scratch/shared/.git/hooks/pre-push
as "$attacker" tee "$hook" >/dev/null <<END
#!/bin/sh
touch "$scratch/home.$victim/hooked"
END
as "$attacker" chmod +x "$hook"
cd "$scratch/shared"
eka init -t "$mine"
refused "eka init" 2
eka publish --all -t "$mine"
refused "eka publish" 2
check "no hook was run" test ! -e "$scratch/home.$victim/hooked"
equal "nothing was pushed" "" "$(git_as "$victim" --git-dir="$mine" for-each-ref)"
trust "$scratch/shared"
eka init -t "$mine"
equal "once it is trusted, the hook is run, as for git push" "0 hooked" "$status $(cd "$scratch/home.$victim" && echo hooke[d])"
distrust

echo "- a cache of another user"
cd "$scratch/home.$victim"
as "$attacker" mkdir -m 0777 "$scratch/shared/hoard" "$scratch/shared/above"
as "$victim" mkdir "$scratch/shared/above/cache"
mkdir -m 0777 "$scratch/open"
as "$victim" mkdir "$scratch/open/cache"
before=$(find "$scratch/shared" "$scratch/open" | sort)
for root in shared/hoard shared/hoard/below shared/above/cache shared/above/new; do
  EKA_CACHE_ROOT=$scratch/$root eka inspect set "$url"
  refused "EKA_CACHE_ROOT=$root" 1
  EKA_CACHE_ROOT=$scratch/$root eka cache stat
  refused "eka cache stat in $root" 1
done
for root in open open/cache open/new; do
  EKA_CACHE_ROOT=$scratch/$root eka inspect set "$url"
  equal "EKA_CACHE_ROOT=$root: exit code" 1 "$status"
  matches "EKA_CACHE_ROOT=$root: reason" "$scratch/open is writable by other users" "$err"
done
equal "nothing was written in any of them" "$before" "$(find "$scratch/shared" "$scratch/open" | sort)"
EKA_CACHE_ROOT=$scratch/shared/mine eka config
equal "the user's own directory in a sticky one is accepted" 0 "$status"
EKA_CACHE_ROOT=$scratch/shared/mine eka inspect set "$mine"
check "it is accessible only to its user" test "$(stat -c '%u %a' "$scratch/shared/mine")" = "$victim 700"

finish
