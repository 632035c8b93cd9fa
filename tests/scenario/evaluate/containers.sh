#!/bin/bash
# Where no namespaces can be created, plan says why and what to do; in a container, the sandbox "container" does without.
source "$(dirname "$0")/../scenario.sh"
source "$here/building.sh"

begin_set
add_atom one '{ main = derivation { name = "one"; system = cfg.platforms.build; builder = "/bin/sh"; src = ./.; at = toString ./.; }; }'
add_atom nosy '{ main = derivation { name = "nosy"; system = cfg.platforms.build; builder = builtins.readFile "/etc/passwd"; }; }'
add_atom loud 'builtins.trace "heard" { main = throw "not today"; }'
commit_set one nosy loud

# --- why not

own_store
# in_restriction COMMAND…: runs the command with user.max_user_namespaces = 0, which each user namespace has for itself.
no_namespaces='echo 0 >/proc/sys/user/max_user_namespaces && exec "$@"'
if ! unshare -Ur bash -c "$no_namespaces" _ true 2>/dev/null; then
  skip "this machine allows no user namespaces, so the restrictions cannot be set up: $(unshare -Ur true 2>&1)"
  finish
  exit
fi
restricted() {
  status=0
  "$@" </dev/null >"$scratch/out" 2>"$scratch/err" || status=$?
  out=$(cat "$scratch/out")
  err=$(cat "$scratch/err")
}
restricted unshare -Ur bash -c "$no_namespaces" _ "$EKA" plan ::one
equal "max_user_namespaces = 0: exit code" 1 "$status"
matches "it is named" 'creating the sandbox failed: namespaces are disabled \(user.max_user_namespaces = 0\)' "$err"
matches "with the sysctl" 'sysctl -w user.max_user_namespaces=15000' "$err"

# A filter of system calls that refuses unshare() and clone() with CLONE_NEWUSER, as Docker's default profile does.
instruction() {  # CODE JT JF K
  local i bytes=()
  bytes=($(($1 & 255)) $(($1 >> 8)) "$2" "$3" $(($4 & 255)) $(($4 >> 8 & 255)) $(($4 >> 16 & 255)) $(($4 >> 24 & 255)))
  for i in "${bytes[@]}"; do printf "\\x$(printf %02x "$i")"; done
}
refuse_namespaces() {  # x86_64: 272 is unshare, 56 is clone
  instruction 0x20 0 0 0
  instruction 0x15 4 0 272
  instruction 0x15 0 2 56
  instruction 0x20 0 0 16
  instruction 0x45 1 0 0x10000000
  instruction 0x06 0 0 0x7fff0000
  instruction 0x06 0 0 0x00050001
}
refuse_landlock() {  # 444 is landlock_create_ruleset
  instruction 0x20 0 0 0
  instruction 0x15 0 1 444
  instruction 0x06 0 0 0x00050026
  instruction 0x06 0 0 0x7fff0000
}
filtered() {  # FILTER COMMAND…
  "$1" >"$scratch/filter"
  shift
  restricted bwrap --dev-bind / / --unshare-user --seccomp 9 -- "$@" 9<"$scratch/filter"
}
if [[ $(uname -m) == x86_64 ]]; then
  filtered refuse_namespaces "$EKA" plan ::one
  equal "a seccomp filter: exit code" 1 "$status"
  matches "it is named" 'user namespaces are forbidden by a seccomp filter' "$err"
  matches "with Docker's flag" '--security-opt seccomp=unconfined' "$err"
  matches "and the weaker sandbox" 'EKA_PLAN_SANDBOX=container' "$err"
else
  skip "the filters of system calls are written for x86_64, not $(uname -m)"
fi
if ((EUID == 0)) && capsh --has-p=cap_setfcap 2>/dev/null; then
  restricted setpriv --bounding-set=-all --inh-caps=-all "$EKA" plan ::one
  equal "root without capabilities: exit code" 1 "$status"
  matches "the missing one is named" 'root without the capability CAP_SETFCAP' "$err"
  matches "with the flag" '--cap-add SETFCAP' "$err"
else
  skip "only root can give up root's capabilities"
fi

# --- a container with namespaces: few processes, the second of which has ended

in_container() {  # COMMANDS before eka
  restricted unshare --map-root-user --mount --pid --fork --mount-proc bash -c "$1; /bin/true; exec \"\$@\"" _ "$EKA" plan --fresh-eval ::one
}
in_container :
equal "in a PID namespace: exit code" 0 "$status"
in_container 'mount --bind /dev/null /proc/keys'
equal "and with parts of /proc covered: exit code" 0 "$status"

# --- the sandbox "container", with a store of its own at /nix

eka plan ::one
equal "the strict sandbox: exit code" 0 "$status"
strict=$out
fresh_cache
unset NIX_REMOTE
mkdir -p "$scratch/nix/store" "$scratch/nix/var/nix/db"
# in_container COMMAND…: namespaces are forbidden, and /nix is ours.
in_container() {
  restricted unshare -Urm bash -c 'mount --bind "$0" /nix && '"$no_namespaces" "$scratch/nix" "$@"
}
in_container "$EKA" plan ::one
equal "nothing weaker is chosen by itself" "1 " "$status $out"
in_container env EKA_PLAN_SANDBOX=container "$EKA" plan ::one
if [[ $err == *"needs Landlock"* ]]; then
  equal "without Landlock it is refused" 2 "$status"
  skip "this kernel has no Landlock: the sandbox \"container\" cannot be tried"
  finish
  exit
fi
equal "the sandbox container: the same derivation" "0 $strict" "$status $out"
matches "it is told" 'note: evaluations are isolated without namespaces \(plan.sandbox = "container"\)' "$err"
in_container env EKA_PLAN_SANDBOX=container "$EKA" plan --json ::one
equal "its evaluation is remembered, and marked" "cache container" "$(jq -r '.plans[0] | "\(.from) \(.sandbox)"' <<<"$out")"
conforms "the document" plan.schema.json "$scratch/out"
restricted unshare -Urm bash -c 'mount --bind "$0" /nix && exec "$@"' "$scratch/nix" "$EKA" plan --json ::one
equal "a strict run does not use it" "evaluated null" "$(jq -r '.plans[0] | "\(.from) \(.sandbox)"' <<<"$out")"

in_container env EKA_PLAN_SANDBOX=container "$EKA" plan ::nosy
equal "a file outside: exit code" 5 "$status"
matches "it cannot be read" "access to (absolute )?path '/etc(/passwd)?' is forbidden in restricted mode" "$err"
in_container env EKA_PLAN_SANDBOX=container "$EKA" plan ::loud
matches "messages and errors name no path of this machine" 'not today' "$err"
equal "none" "" "$(grep -E "$scratch|/eval-" <<<"$err" || true)"

git -C "$scratch/set" config --local x.y z
mkdir -p .git/info && echo 'plan.sandbox = "container"' >.git/info/eka.toml
eka plan ::one
equal "a repository cannot choose it" 2 "$status"
rm .git/info/eka.toml
if [[ $(uname -m) == x86_64 ]]; then
  export EKA_PLAN_SANDBOX=container
  filtered refuse_landlock "$EKA" plan ::one
  unset EKA_PLAN_SANDBOX
  equal "without Landlock: exit code" 2 "$status"
  matches "it is refused" 'the sandbox "container" needs Landlock' "$err"
fi
equal "no process is left running" "" "$(left_processes)"
finish
