#!/bin/bash
# eka doctor on this machine: what is wrong is named, with the command that mends it.
source "$(dirname "$0")/../scenario.sh"
export NIX_REMOTE=$scratch/store
mkdir -p "$NIX_REMOTE"

# field SUBJECT KEY: of the checks of a subject in the last document, those that are warnings or errors.
field() { jq -r --arg subject "$1" --arg key "$2" '.checks[] | select(.subject == $subject and (.status == "warning" or .status == "error"))[$key]' <<<"$out"; }

eka doctor --json
equal "the exit code tells whether this machine is healthy" "$(jq '.healthy | if . then 0 else 1 end' <<<"$out")" "$status"
printf '%s' "$out" >"$scratch/doctor.json"
conforms "the document conforms to its schema" doctor.schema.json "$scratch/doctor.json"
equal "every subject is checked" "bubblewrap builds cache certificates cgroups configuration credentials git landlock nix proxy seccomp ssh store user namespaces" \
  "$(jq -r '.checks[].subject' <<<"$out" | grep -v memfd | sort -u | xargs)"
eka doctor
matches "as text" 'ok +nix: Nix 2\.' "$out"
equal "nothing is created" "" "$(ls -A "$XDG_CACHE_HOME")"

echo "- the commands that mend"
mkdir -p "$XDG_CACHE_HOME/eka/git" && chmod 777 "$XDG_CACHE_HOME/eka"
eka doctor --json
equal "a cache that others can write: exit code" 1 "$status"
remedy=$(field cache remedy)
matches "the command" 'chmod' "$remedy"
bash -c "$remedy"
eka doctor --json
equal "the command mends it" "" "$(field cache message)"

nix_bin=$(dirname "$(command -v nix)")
printf 'sandbox = true\nextra-sandbox-paths =\nsandbox-paths =\n' >"$scratch/nix.conf"
NIX_USER_CONF_FILES=$scratch/nix.conf eka doctor
matches "a build sandbox without a shell" "note +builds: Nix's build sandbox has no /bin/sh.*mend with: .*extra-sandbox-paths" "${out//$'\n'/ }"
echo "sandbox-paths = /bin/sh=$nix_bin/nix" >"$scratch/nix.conf"
NIX_USER_CONF_FILES=$scratch/nix.conf eka doctor
matches "with one" "ok +builds: /bin/sh in Nix's build sandbox: $nix_bin/nix" "$out"

echo 'machine example.com login me password secret' >"$HOME/.netrc"
chmod 644 "$HOME/.netrc"
eka doctor --json
equal "a ~/.netrc that others can read" "chmod 600 $HOME/.netrc" "$(field credentials remedy)"
bash -c "$(field credentials remedy)"
eka doctor --json
equal "the command mends it" "" "$(field credentials message)"

SSL_CERT_FILE=/nowhere.pem eka doctor --json
equal "certificates that do not exist" "unset SSL_CERT_FILE" "$(field certificates remedy)"
https_proxy=http://me:secret@127.0.0.1:1 eka doctor
matches "a proxy is shown" 'proxy: https URLs go through http://me' "$out"
equal "without its password" "" "$(grep secret <<<"$out" || true)"
echo '[user' >"$scratch/gitconfig"
GIT_CONFIG_GLOBAL=$scratch/gitconfig eka doctor --json
matches "a git configuration that cannot be read" "$scratch/gitconfig" "$(field git message)"
printf '[plan]\njobs = "2\n' >"$XDG_CONFIG_HOME/eka.toml"
eka doctor --json
equal "a configuration that cannot be read" "$XDG_CONFIG_HOME/eka.toml:2:10: this string is not closed" "$(field configuration message)"
rm "$XDG_CONFIG_HOME/eka.toml"
mkdir "$scratch/tools"
printf '#!/bin/sh\necho "nix-instantiate (Nix) 2.3.16"\n' >"$scratch/tools/nix-instantiate"
chmod +x "$scratch/tools/nix-instantiate"
PATH=$scratch/tools:$PATH eka doctor --json
matches "a Nix that is too old" 'Nix 2\.3\.16 .*too old' "$(field nix message)"
printf '#!/bin/sh\necho "bwrap: setting up uid map: Permission denied" >&2\nexit 1\n' >"$scratch/tools/bwrap"
chmod +x "$scratch/tools/bwrap"
PATH=$scratch/tools:$PATH eka doctor --json
matches "a sandbox that is forbidden" 'Permission denied|user namespaces' "$(field 'user namespaces' message)"
eka -q doctor
equal "-q: only what is wrong" "" "$(grep -E '^(ok|note)' <<<"$out" || true)"
finish
