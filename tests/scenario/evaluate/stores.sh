#!/bin/bash
# Which Nix store derivations are put into: that of the user's Nix, wherever its configuration says so.
source "$(dirname "$0")/../scenario.sh"
source "$here/building.sh"
source "$here/ssh.sh"

begin_set
add_atom one '{ main = derivation { name = "one"; system = cfg.platforms.build; builder = "/bin/sh";
  args = [ "-c" "echo built >$out" ]; }; }'
commit_set one
unset NIX_REMOTE NIX_CONFIG

# lands WHAT STORE: eka plan puts the derivation there, without a word.
lands() {
  fresh_cache
  eka plan ::one
  equal "$1: exit code" 0 "$status"
  check "$1: the derivation is there" test -e "$2$out"
  equal "$1: nothing else is said" "" "$(grep -vE '^planned 1 atom|^ *$' <<<"$err" || true)"
}

echo "- the setting store"
conf=$XDG_CONFIG_HOME/nix/nix.conf
mkdir -p "$(dirname "$conf")"
echo "store = $scratch/configured  # a comment" >"$conf"
lands "store in the user's nix.conf" "$scratch/configured"
NIX_REMOTE=$scratch/other lands "it takes precedence over NIX_REMOTE, as in Nix" "$scratch/configured"
NIX_CONFIG="store = $scratch/from-variable" lands "NIX_CONFIG takes precedence over files" "$scratch/from-variable"
echo "store = local?root=$scratch/included" >"$XDG_CONFIG_HOME/nix/more.conf"
printf 'include more.conf\n!include absent.conf\n' >"$conf"
lands "in an included file, as a URL" "$scratch/included"
check "the garbage collector keeps it" test -n "$(ls "$scratch/included/nix/var/nix/gcroots/auto" 2>/dev/null)"
mkdir -p "$scratch/etc" && echo "store = $scratch/machine" >"$scratch/etc/nix.conf"
rm "$conf"
NIX_CONF_DIR=$scratch/etc lands "in the machine's nix.conf" "$scratch/machine"
NIX_USER_CONF_FILES=$scratch/etc/nix.conf lands "in a file of NIX_USER_CONF_FILES" "$scratch/machine"

echo "- unknown settings and features"
NIX_REMOTE=$scratch/plain NIX_CONFIG=$'no-such-setting = 1\nexperimental-features = flakes no-such-feature\nwarn-dirty = false' \
  lands "they change nothing" "$scratch/plain"
one=$out
NIX_REMOTE=$scratch/plain NIX_CONFIG='restrict-eval = false
allow-import-from-derivation = true
system = riscv64-linux
extra-experimental-features = flakes ca-derivations' lands "settings of evaluation do not reach it" "$scratch/plain"
equal "the derivation is the same" "$one" "$out"

echo "- other directories"
for name in NIX_STORE_DIR NIX_STORE NIX_STATE_DIR; do
  status=0
  env NIX_REMOTE="$scratch/plain" "$name=$scratch/elsewhere" "$EKA" plan ::one >"$scratch/out" 2>"$scratch/err" || status=$?
  err=$(cat "$scratch/err")
  equal "$name: exit code" 2 "$status"
  matches "$name: it is refused by name" "^error: $name=$scratch/elsewhere is not supported" "$err"
  matches "$name: hint" "help: unset $name;" "$err"
done
NIX_STORE_DIR=/nix/store/ NIX_REMOTE=$scratch/plain lands "the usual directory is accepted" "$scratch/plain"
NIX_REMOTE="local?root=$scratch/x&store=/other/store" eka plan ::one
equal "another directory in a URL: exit code" 2 "$status"
matches "another directory in a URL" "has the store directory /other/store" "$err"

echo "- auto"
if [[ -w /nix/store && -w /nix/var/nix/db && ! -S /nix/var/nix/daemon-socket/socket ]]; then
  NIX_REMOTE=auto lands "auto, with a writable /nix" ""
  root=$XDG_CACHE_HOME/eka/gcroots/${out##*/}
  equal "auto: the collector keeps it" "$out" "$(readlink "$root")"
  check "auto: the root is registered" grep -qxF "$root" <(find /nix/var/nix/gcroots/auto -type l -printf '%l\n')
else
  skip "auto: /nix is not writable here, or a daemon runs"
fi

echo "- ssh-ng"
ssh_start
mkdir "$scratch/there"
cat >"$scratch/daemon-there" <<END
#!/bin/bash
export NIX_CONFIG='build-users-group ='
exec nix-daemon "\$@" --store "$scratch/there"
END
chmod +x "$scratch/daemon-there"
export NIX_SSHOPTS="-F $SSH_DIR/client -p ${SSH_HOST##*:}"
fresh_cache
NIX_REMOTE="ssh-ng://${SSH_HOST%:*}?remote-program=$scratch/daemon-there" eka plan ::one
equal "a store behind ssh: exit code" 0 "$status"
check "the derivation is there" test -e "$scratch/there$out"

echo "- without /nix and daemon, as an ordinary user"
# A root with everything but /nix.
options=()
for name in /*; do
  case $name in /nix | /proc | /dev | /tmp) ;; *) options+=(--ro-bind "$name" "$name") ;; esac
done
options+=(--proc /proc --dev /dev --tmpfs /tmp --bind "$scratch" "$scratch" --remount-ro /)
mkdir -p "$scratch/user"
without_nix() {
  status=0
  bwrap --unshare-user --uid 1000 --gid 1000 "${options[@]}" --chdir "$scratch/set" --setenv HOME "$scratch/user" \
    --setenv XDG_CACHE_HOME "$scratch/user/cache" "$@" </dev/null >"$scratch/out" 2>"$scratch/err" || status=$?
  out=$(cat "$scratch/out")
  err=$(cat "$scratch/err")
}
without_nix "$EKA" plan ::one
equal "exit code" 0 "$status"
check "the derivation is in the home, where Nix would put it" test -e "$scratch/user/.local/share/nix/root$out"
matches "this is said, and what to do to change it" \
  "there is no Nix daemon and no /nix, so derivations are put into the store in $scratch/user/.local/share/nix/root.*NIX_REMOTE" \
  "${err//$'\n'/ }"
without_nix --setenv NIX_REMOTE "$scratch/user/chosen" "$EKA" plan ::one
check "NIX_REMOTE chooses another" test -e "$scratch/user/chosen$out"
equal "then nothing is said" "" "$(grep 'no Nix daemon' <<<"$err" || true)"

equal "no process is left running" "" "$(left_processes)"
finish
