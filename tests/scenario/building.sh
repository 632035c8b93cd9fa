# Shared by scenarios that build, or plan from a working tree: a separate Nix store, and a package set. To be sourced
# after scenario.sh.
#
#   own_store [PATH…]    an empty store, as $NIX_REMOTE. Builds in it see the shell and the tools of this machine, since
#                        Nix's sandbox contains none, and these paths
#   begin_set            creates an empty set in $scratch/set and enters it
#   add_atom LABEL TEXT [SOURCES]
#                        adds an atom with this Nix expression; SOURCES are the lines of its direct Nix sources
#   commit_set LABEL…    lists the atoms in the set, and commits everything
own_store() {
  export NIX_REMOTE=$scratch/store
  export NIX_CONFIG="substituters =
sandbox-paths = /bin /lib /lib64 /usr $*"
  mkdir -p "$NIX_REMOTE"
}

begin_set() {
  mkdir -p "$scratch/set"
  cd "$scratch/set"
  git init -q .
}

add_atom() {
  mkdir "$1"
  printf '[package]\nlabel = "%s"\nversion = "1.0.0"\n[compose.as]\nnix = "default.nix"\n' "$1" >"$1/atom.toml"
  if [[ -n ${3:-} ]]; then printf '\n[deps.direct.nix]\n%s\n' "$3" >>"$1/atom.toml"; fi
  printf '%s\n' "$2" >"$1/default.nix"
}

commit_set() {
  local labels
  labels=$(printf '"%s", ' "$@")
  echo "set.packages = [${labels%, }]" >ekala.toml
  git add -A && git -c user.name=x -c user.email=x commit -qm x
}
