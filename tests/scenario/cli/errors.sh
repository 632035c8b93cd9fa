#!/bin/bash
# Error messages of common mistakes, word for word as in errors.txt. EKA_ACCEPT=1 updates that file. tests/messages.sh
# checks the form of these messages.
accept=${EKA_ACCEPT:-}
source "$(dirname "$0")/../scenario.sh"
golden=$here/cli/errors.txt

git config --file "$HOME/.gitconfig" user.name scenario
git config --file "$HOME/.gitconfig" user.email scenario@eka.invalid
unset GIT_CONFIG_GLOBAL
export NIX_REMOTE=$scratch/store NIX_CONFIG='substituters ='
mkdir -p "$NIX_REMOTE" "$scratch/none"

# A set with an atom that depends on an atom that does not exist, and an empty repository.
git init -q --bare "$scratch/empty.git"
mkdir set && cd set
"$EKA" -q init --init-git >/dev/null
"$EKA" -q new server
"$EKA" -q new client
cat >client/atom.toml <<'END'
[package]
label = "client"
version = "0.1.0"

[package.sets]
local = "::"

[deps.from.local]
servr = "^1"

[compose.as]
nix = "default.nix"
END
git add -A && git commit -qm "atoms"
cd "$scratch"

# A published set with one atom.
published=file://$scratch/published.git
git init -q --bare "$scratch/published.git"
mkdir -p source/server
printf '[package]\nlabel = "server"\nversion = "0.1.0"\n\n[compose.as]\nnix = "default.nix"\n' >source/server/atom.toml
echo '{ main = derivation { name = "a"; system = cfg.platforms.build; builder = "/bin/sh"; }; }' >source/server/default.nix
echo 'set.packages = ["server"]' >source/ekala.toml
git init -q source && git -C source add -A && git -C source commit -qm "atoms"
"$EKA" -q -C source init --remote "$published" >/dev/null
"$EKA" -q -C source publish server --remote "$published" >/dev/null

said=
# says CODE ARGUMENT…: appends the command and what it prints to standard error.
says() {
  local code=$1
  shift
  eka --progress none "$@"
  equal "eka $*: exit code" "$code" "$status"
  said+=$(printf '$ eka %s\n%s' "$*" "$err" | sed "s|$scratch|/tmp|g")$'\n\n'
}

says 2
says 2 plam
says 2 PLAN
says 2 gc
says 2 ::server
says 2 zzzzzz
says 2 help plam
says 2 help cache sta
says 2 help plan.jbos
says 2 help zzzzzz
says 2 plan
says 2 plan --offlin ::server
says 2 plan --fresh
says 2 --offlin plan ::server
says 2 cache sta
says 2 plan --jobs many ::server
says 2 plan --color blue ::server
says 2 plan --jobs
says 2 plan --offline=perhaps ::server
says 2 plan --json=xml ::server
says 2 plan ::server --merge a.json
says 2 plan --verbose=x ::server
says 2 plan --jobs 1 --jobs 2 ::server
says 2 completion csh
says 2 inspect id 1 2 3
says 2 inspect id 12
says 2 graph --format xml ::server
says 2 graph --format
says 2 cache stat --wait 99999999
says 2 resolve --all server
says 2 resolve --fresh --locked
says 2 inspect id
says 2 init --remote a --target b
says 2 plan --shard 3/2 ::server
says 2 plan --merge missing.json
says 2 plan gj:owner/repo::server
says 2 plan 'https://exa!mple.com/set.git::server'
says 2 plan https://example.com:port/set.git::server
says 2 plan 'https://example.com/set.git::1server'
says 2 plan 'https://example.com/set.git::server@^1.x.3'
says 2 plan ext::sh::server
says 2 plan ./server
says 2 plan set/
says 2 plan .
says 2 plan ./set::
says 2 plan ./set::server@
says 2 -C missing plan ::server
says 2 -C none plan ::server
says 3 -C set plan ::servr
says 7 --offline plan http://127.0.0.1:1/set.git::server
says 4 plan ./empty.git::server
says 3 -C set resolve client
says 2 -C set new server
says 2 -C set new other --label server
says 2 -C set publish
says 2 -C set publish --all --target missing
says 2 -C set resolve missing
says 2 verify ::server
says 2 inspect id 12 server
says 2 inspect manifest set/server
says 2 inspect lock set/server
says 2 inspect manifest none
says 2 prefetch --lock set
says 4 inspect set set
says 2 add ::server
says 2 add -p none ::server
says 2 add -p missing ::server
says 2 add -p '' ::server
says 2 -C set add ::server
says 2 -C set add --set x direct nix https://example.com/data.tar.gz
says 2 config plan.jbos
says 3 plan "$published::servr"
says 3 plan "$published::zzzzzz"
says 3 verify "$published::servr"
says 3 add -p set/server "$published::servr"
says 6 inspect lock set/server/atom.toml
says 2 cache gc --older-than long
printf '[plan]\njobs = "2\n' >"$XDG_CONFIG_HOME/eka.toml"
says 2 config
echo 'plan.jbos = 2' >"$XDG_CONFIG_HOME/eka.toml"
says 2 config
rm "$XDG_CONFIG_HOME/eka.toml"
EKA_PLAN_JOBS=none says 2 config
EKA_PLAN_JBOS=2 says 2 config
EKA_NET_STALL=0 says 2 config

if [[ -n $accept ]]; then printf '%s' "$said" >"$golden"; fi
equal "the messages" "$(cat "$golden")" "$(printf '%s' "$said")"
finish
