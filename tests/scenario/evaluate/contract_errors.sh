#!/bin/bash
# Error messages for violations of the evaluation contract, literally as in contract_errors/nix-*/*.txt: newer versions of
# Nix describe the same frames in other words. EKA_ACCEPT=1 updates these files.
accept=${EKA_ACCEPT:-}
source "$(dirname "$0")/../scenario.sh"
nix=$(nix-instantiate --version | sed 's/.* //')
generation=nix-2.26
[[ $(printf '%s\n' 2.20 "$nix" | sort -V | head -n 1) == 2.20 ]] || generation=nix-2.8
golden=$here/evaluate/contract_errors/$generation
[[ -z $accept ]] || mkdir -p "$golden"

export NIX_REMOTE=$scratch/store NIX_CONFIG='substituters ='
mkdir -p "$NIX_REMOTE" "$scratch/set"
cd "$scratch/set"
git init -q .

labels=()
# atom LABEL [TOML]: its expression is on standard input. `drv NAME` creates a derivation in it.
atom() {
  labels+=("$1")
  mkdir "$1"
  printf '[package]\nlabel = "%s"\nversion = "1.0.0"\n\n%s\n' "$1" "${2-$plain}" >"$1/atom.toml"
  cat >"$1/default.nix"
}
plain='[compose.as]
nix = "default.nix"
'
# needs LABEL…: the TOML that makes these atoms of the set dependencies.
needs() {
  printf '[package.sets]\nlocal = "::"\n\n[deps.from.local]\n'
  printf '%s = "*"\n' "$@"
}
drv='drv = name: derivation { inherit name; system = cfg.platforms.build; builder = "/bin/sh"; };'

atom no-main <<<"let $drv in { mian = drv \"x\"; other = 1; }"
atom nothing <<<'{ }'
atom not-a-set <<<'x: x'
atom a-string-as-main <<<'{ main = "/bin/true"; }'
atom two-derivations <<<"let $drv in { main = { server = drv \"server\"; client = drv \"client\"; note = 1; }; }"
atom a-list <<<"let $drv in { main = [ (drv \"server\") (drv \"client\") ]; }"
atom false-derivation <<<'{ main = { type = "derivation"; name = "x"; }; }'
atom thrown <<'END'
let
  check = port: if port > 1024 then port else throw "port ${toString port} is privileged";
  settings = { port = check 80; };
in
{
  main = derivation {
    name = "server";
    system = cfg.platforms.build;
    builder = "/bin/sh";
    inherit (settings) port;
  };
}
END
atom asserted <<'END'
let
  version = "1.0";
in
assert version != "1.0";
{ main = null; }
END
atom aborted <<<'{ main = abort "no such platform"; }'
atom recursion <<'END'
let
  a = b + 1;
  b = a + 1;
in
{ main = a; }
END
atom missing-attribute <<'END'
let
  options = { colour = "red"; shape = "round"; };
in
{ main = options.color; }
END
atom undefined <<<'{ main = drv; }'
atom syntax <<'END'
{
  main = derivation {
}
END
atom absent-file <<<'{ main = import ./lib.nix; }'
atom outside <<<'{ main = builtins.readFile /etc/passwd; }'
atom from-derivation <<<"let $drv in { main = import (drv \"generated\"); }"
atom foreign-path <<<'{ main = builtins.storePath "/nix/store/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-x"; }'

# Dependencies: that of `app` fails, and `site` uses a missing attribute.
atom library <<<'{ greet = name: throw "nobody is called ${name}"; broken = throw "library is broken"; }'
atom middle "$plain
$(needs library)" <<<'{ inherit (atoms.deps.from.local.library) broken; }'
atom app "$plain
$(needs middle)" <<<'{ main = atoms.deps.from.local.middle.broken; }'
atom caller "$plain
$(needs library)" <<<'{ main = atoms.deps.from.local.library.greet "eve"; }'
atom site "$plain
$(needs library)" <<<'{ main = atoms.deps.from.local.libary; }'
atom tag "$plain
$(needs library)" <<<'{ main = atoms.deps.from.locl.library; }'
atom composed '[compose.with.not-a-composer]
from = "local"

[package.sets]
local = "::"' <<<'{ main = 1; }'
atom not-a-composer <<<'{ compose = 1; }'

{ printf 'set.packages = ['; printf '"%s", ' "${labels[@]}"; printf ']\n'; } >ekala.toml
git add -A && git -c user.name=x -c user.email=x commit -qm x

# told LABEL [OPTION…]: plans it; standard error contains the message.
told() { eka --progress none "${@:2}" plan "::$1"; }
for label in "${labels[@]}"; do
  case $label in library | middle | not-a-composer) continue ;; esac
  told "$label"
  equal "$label: exit code" 5 "$status"
  equal "$label: nothing on standard output" "" "$out"
  if [[ -n $accept ]]; then printf '%s\n' "$err" >"$golden/$label.txt"; fi
  equal "$label: the message" "$(cat "$golden/$label.txt")" "$err"
done

told thrown -v
matches "-v: shows the frames of eka's own expressions" '/eka/nix/' "$err"
finish
