#!/bin/bash
# eka build --builders: derivations are built on another machine, reached through a real sshd, and copied back.
source "$(dirname "$0")/../scenario.sh"
source "$here/building.sh"
source "$here/builder.sh"

own_store
begin_set
builder_start

atom() {  # LABEL SCRIPT MORE
  add_atom "$1" "let sh = name: script: more: derivation ({ inherit name; system = \"x86_64-linux\"; builder = \"/bin/sh\";
    args = [ \"-c\" script ]; } // more); in { main = sh \"$1\" \"$2\" { $3 }; }"
}
atom here "echo made here >\$out" ""
atom far "echo at work; read line <\$needed; echo far out of \$line >\$out; echo more >\$dev" \
  'requiredSystemFeatures = [ "far" ]; outputs = [ "out" "dev" ]; needed = sh "needed" "echo what was needed >$out" { };'
atom broken "echo last words from there; exit 3" 'requiredSystemFeatures = [ "far" ];'
commit_set here far broken

eka build ::far
equal "without the other machine: exit code" 5 "$status"
matches "the message names the platform" 'far' "$err"

eka build -v --builders "$there x86_64-linux - 1 1 far" ::here ::far
equal "with it: exit code" 0 "$status"
equal "all outputs are printed, in the order given" "here far-dev far" "$(sed 's/^.\{44\}//' <<<"$out" | xargs)"
far=$(grep -- '-far$' <<<"$out")
equal "the copied output" "far out of what was needed" "$(cat "$NIX_REMOTE$far")"
check "it was built there" built_there far
check "the other machine was reached by ssh" grep -q '^127.0.0.1 ' "$scratch/visits"
matches "the build is reported" 'building far' "$err"
matches "the output of the builder is printed" 'far> at work' "$err"

visits=$(wc -l <"$scratch/visits")
eka build --builders "$there x86_64-linux - 1 1 far" ::far
equal "existing outputs are not built again" "0 $visits" "$status $(wc -l <"$scratch/visits")"

eka build --json --builders "$there x86_64-linux - 1 1 far" ::broken ::here
equal "a failed remote build: exit code" 5 "$status"
matches "the message names the machine" '^build of .*broken\.drv. on .ssh://' "$(jq -r '.plans[0].error.message' <<<"$out")"
matches "its last lines" 'last words from there' "$(jq -r '.plans[0].error.message' <<<"$out")"
equal "the other is built" "made here" "$(cat "$NIX_REMOTE$(jq -r '.plans[1].outputs.out' <<<"$out")")"

# Everything is built remotely.
chmod -R u+w "$NIX_REMOTE" && rm -rf "$NIX_REMOTE" && mkdir "$NIX_REMOTE"
NIX_CONFIG+='
max-jobs = 0'
eka build --builders "$there x86_64-linux - 1 1 far" ::here
equal "max-jobs = 0: exit code" 0 "$status"
check "the other machine builds everything" built_there here
equal "the output is copied back" "made here" "$(cat "$NIX_REMOTE$out")"

# The other machine is unreachable.
chmod -R u+w "$NIX_REMOTE" && rm -rf "$NIX_REMOTE" && mkdir "$NIX_REMOTE"
kill "$SSH_PID" && wait "$SSH_PID" 2>/dev/null || true
eka build --builders "$there x86_64-linux - 1 1 far" ::far
equal "an unreachable machine: exit code" 5 "$status"
equal "nothing is printed as built" "" "$out"
matches "the derivation is named" 'far\.drv' "$err"
equal "no process is left running" "" "$(left_processes)"
finish
