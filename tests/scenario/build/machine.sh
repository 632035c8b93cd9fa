#!/bin/bash
# eka build with the Nix of this machine as it may be set up: a daemon and an ordinary user, no build users, a build sandbox
# without a shell.
source "$(dirname "$0")/../scenario.sh"
source "$here/building.sh"

own_store
begin_set
add_atom good '{ main = derivation { name = "good"; system = cfg.platforms.build; builder = "/bin/sh";
  args = [ "-c" "echo built >$out" ]; }; }'
add_atom shell '{ main = derivation { name = "shell"; system = cfg.platforms.build; builder = "/bin/no-such-shell"; }; }'
commit_set good shell

if ((EUID != 0)); then
  skip "a daemon of root and build users: only root can have them"
  finish
  exit 0
fi

daemons=()
stop_daemons() {
  ((${#daemons[@]})) || return 0
  kill "${daemons[@]}" 2>/dev/null
  wait "${daemons[@]}" 2>/dev/null
  daemons=()
}
at_exit stop_daemons

# daemon NAME [SETTINGS]: a daemon of root with its own store; as $NIX_REMOTE.
daemon() {
  local directory=$scratch/$1
  mkdir -m 0755 "$directory"
  NIX_CONFIG="substituters =
sandbox-paths = /bin /lib /lib64 /usr
${2:-}" NIX_REMOTE='' NIX_DAEMON_SOCKET_PATH=$directory/socket setpriv --pdeathsig TERM \
    nix-daemon --option store "$directory/store" </dev/null >"$directory/log" 2>&1 &
  daemons+=($!)
  for _ in {1..200}; do [[ ! -S $directory/socket ]] || break; sleep 0.05; done
  chmod 0666 "$directory/socket"
  export NIX_REMOTE=unix://$directory/socket
}

echo "- an ordinary user and a daemon"
chmod 0755 "$scratch"
daemon of-root 'build-users-group ='
user=65534
as_user() {
  status=0
  setpriv --reuid "$user" --regid "$user" --clear-groups env HOME="$scratch/user" XDG_CONFIG_HOME="$scratch/user/config" \
    XDG_CACHE_HOME="$scratch/user/cache" TMPDIR="$scratch/user" NIX_CONFIG= "$EKA" "$@" </dev/null >"$scratch/out" \
    2>"$scratch/err" || status=$?
  out=$(cat "$scratch/out")
  err=$(cat "$scratch/err")
}
mkdir "$scratch/user" && chown -R "$user:$user" "$scratch/user" "$scratch/set"
as_user plan ::good
equal "plan: exit code" 0 "$status"
check "the derivation is in the daemon's store" test -e "$scratch/of-root/store$out"
check "the garbage collector keeps it" test -n "$(ls "$scratch/of-root/store/nix/var/nix/gcroots/auto" 2>/dev/null)"
as_user build ::good
equal "build: exit code" 0 "$status"
equal "build: the output" built "$(cat "$scratch/of-root/store$out" 2>/dev/null)"
chown -R 0:0 "$scratch/set"

echo "- root without build users"
if getent group nixbld >/dev/null; then
  group=nixbld-absent
  daemon without-group "build-users-group = $group"
else
  group=nixbld
  daemon without-group
fi
fresh_cache
eka build ::good
equal "a daemon without the group: exit code" 5 "$status"
matches "what is missing" "the group '$group' specified in 'build-users-group' does not exist" "$err"
matches "what to do" "help: .*groupadd -r nixbld.*build-users-group =.*/etc/nix/nix\\.conf" "${err//$'\n'/ }"
own_store
fresh_cache
eka build ::good
equal "without a daemon, no group is needed" 0 "$status"

echo "- a build sandbox without the builder"
export NIX_CONFIG="substituters =
sandbox = true
sandbox-paths ="
fresh_cache
eka build -v ::shell
equal "exit code" 5 "$status"
if grep -qE 'unsharing|namespaces|sandbox.*not supported|Operation not permitted' <<<"$err"; then
  skip "Nix cannot create its build sandbox here: $(grep -m 1 -E 'unsharing|namespaces|supported|permitted' <<<"$err")"
else
  matches "the reason" "executing '/bin/no-such-shell': No such file or directory" "$err"
  equal "no bytes of Nix's own protocol and no colours" "" "$(grep -aE '\\x|Error|'$'\x1b|\x01' <<<"$err" || true)"
  matches "what to do" "help: /bin/no-such-shell does not exist in Nix's build sandbox.*sandbox-paths" "${err//$'\n'/ }"
fi
stop_daemons
equal "no process is left running" "" "$(left_processes)"
finish
