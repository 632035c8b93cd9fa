# Package sets created by hand, one atom at a time. To be sourced after scenario.sh, with a server started.
#
#   make_set NAME                        creates an empty set, served as $SERVE_URL/NAME.git
#   publish SET LABEL VERSION NEED…      publishes an atom without a lock. A NEED is "set/label requirement"; the set
#                                        may be "::" (the atom's own) or "tag=set" (the set by another name). A NEED that
#                                        begins with "by " names the composer. TAGS="ci …" gives it tags
#   working_set DIR                      a set in a working tree, committed; working_atom DIR LABEL VERSION NEED… adds to it
export GIT_AUTHOR_NAME=scenario GIT_AUTHOR_EMAIL=scenario@eka.invalid
export GIT_COMMITTER_NAME=scenario GIT_COMMITTER_EMAIL=scenario@eka.invalid

make_set() {
  local repository=$www/$1.git genesis
  git init -q --bare -b main "$repository"
  genesis=$(git --git-dir="$repository" commit-tree -m "Set $1" "$(git --git-dir="$repository" mktree </dev/null)")
  git --git-dir="$repository" update-ref refs/heads/main "$genesis"
  git --git-dir="$repository" update-ref refs/ekala/init "$genesis"
}

# manifest LABEL VERSION NEED…: prints its atom.toml.
manifest() {
  local label=$1 version=$2 need tag set name requirement by composer='[compose.as]\nnix = "default.nix"\n'
  local -A sets=() deps=()
  shift 2
  for need; do
    by=
    if [[ $need == "by "* ]]; then by=yes need=${need#by }; fi
    requirement=${need#* } need=${need%% *}
    set=${need%/*} name=${need##*/}
    tag=${set%%=*} set=${set#*=}
    if [[ $tag == :: ]]; then tag=own; fi
    if [[ $set == :: ]]; then sets[$tag]='"::"'; else sets[$tag]="[\"$SERVE_URL/$set.git\"]"; fi
    if [[ -n $by ]]; then
      composer="[compose.with.$name]\nfrom = \"$tag\"\nversion = \"$requirement\"\n"
    else
      deps[$tag]+="$name = \"$requirement\""$'\n'
    fi
  done
  printf '[package]\nlabel = "%s"\nversion = "%s"\n' "$label" "$version"
  if ((${#sets[@]})); then
    printf '\n[package.sets]\n'
    for tag in "${!sets[@]}"; do printf '%s = %s\n' "$tag" "${sets[$tag]}"; done
  fi
  printf "\n$composer"
  for tag in "${!deps[@]}"; do printf '\n[deps.from.%s]\n%s' "$tag" "${deps[$tag]}"; done
}

write_atom() {
  mkdir -p "$1"
  manifest "${@:2}" >"$1/atom.toml"
  cat >"$1/default.nix" <<'END'
{
  main = derivation {
    name = cfg.package.label + "-" + cfg.package.version;
    system = cfg.platforms.build;
    builder = "/bin/sh";
    needs = map (atom: atom.main) (builtins.concatMap builtins.attrValues (builtins.attrValues (atoms.deps.from or { })));
  };
}
END
}

publish() {
  local directory
  directory=$(mktemp -d "$scratch/atom.XXXXXX")
  write_atom "$directory" "${@:2}"
  if [[ -n ${TAGS:-} ]]; then tag "$directory" $TAGS; fi
  release "$www/$1.git" "$directory" "$2" "$3" >/dev/null
  rm -rf "$directory"
}

working_set() {
  mkdir -p "$1"
  git -C "$1" init -q -b main
  printf '[set]\npackages = []\n' >"$1/ekala.toml"
  git -C "$1" add -A
  git -C "$1" commit -qm "A set"
}
working_atom() {
  write_atom "$1/$2" "${@:2}"
  sed -i "s/^packages = \[\(.*\)\]/packages = [\1\"$2\", ]/; s/, \"$2\"/, \"$2\"/" "$1/ekala.toml"
  git -C "$1" add -A
  git -C "$1" commit -qm "$2"
}

# tag DIRECTORY TAG…: adds package.meta.tags to the manifest in a directory.
tag() {
  printf '\n[package.meta]\ntags = [%s]\n' "$(printf '"%s", ' "${@:2}")" >>"$1/atom.toml"
}

# locked FILE: "label version" of every atom of a lock, one per line.
locked() {
  awk -F'"' '/^label =/ { label = $2 } /^version = "/ { if (label != "") print label, $2; label = "" }' "$1" | sort
}
