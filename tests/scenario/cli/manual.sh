#!/bin/bash
# eka help, the man pages and the reference; completion in real shells.
source "$(dirname "$0")/../scenario.sh"
source_root=$(cd "$here/../.." && pwd)

echo "- eka help"
eka plan --help
as_option=$out
eka help plan
equal "eka help COMMAND: exit code" 0 "$status"
equal "eka help COMMAND is --help" "$as_option" "$out"
eka cache gc --help
as_option=$out
eka help cache gc
equal "at every depth" "$as_option" "$out"
eka --help
as_option=$out
eka help
equal "without words: --help" "$as_option" "$out"
eka help plan.jobs
matches "a key" 'EKA_PLAN_JOBS.*--jobs' "$(tr '\n' ' ' <<<"$out")"
eka help EKA_PLAN_JOBS
matches "a variable" 'plan\.jobs' "$out"
eka help exit-codes
matches "exit codes" '  7  *offline' "$out"
eka config plan.jobs net.retry
equal "eka config KEY…" $'plan.jobs = 0  # default\nnet.retry = 60  # default' "$out"

echo "- man pages"
# Words of all commands, separated by dashes, as listed by the reference.
eka help --all --format markdown
commands=$(sed -n 's/^## eka //p' <<<"$out")
listed=$(sed -n "/^pages = /,/]/p" "$source_root/src/cli/manual/meson.build" | grep -o "'[a-z-]*'" | tr -d "'" | sed '/^$/d')
equal "src/cli/manual/meson.build installs a page for each command" "$(tr ' ' - <<<"$commands" | sort)" "$(sort <<<"$listed")"
check=
if command -v mandoc >/dev/null; then check="mandoc -W warning -T lint"; elif command -v groff >/dev/null; then check="groff -man -ww -z -T utf8"; fi
[[ -n $check ]] || echo "skipped: mandoc and groff are not installed, so that man pages are not checked"
while read -ra words; do
  "$EKA" help --format man "${words[@]}" >"$scratch/page.1"
  [[ -n $check ]] || continue
  equal "eka ${words[*]}: no complaints of ${check%% *}" "" \
    "$($check "$scratch/page.1" 2>&1 | grep -vE 'mandoc: outdated|missing date|blank line|STYLE|referenced manual' || true)"
done < <(echo; cat <<<"$commands")

echo "- completion"
make_completion_world() {
  mkdir set && cd set
  git init -q . && mkdir server client
  for label in server client; do
    printf '[package]\nlabel = "%s"\nversion = "1.2.0"\n\n[compose.as]\nnix = "default.nix"\n' $label >$label/atom.toml
    echo '{ main = derivation { name = "a"; system = cfg.platforms.build; builder = "/bin/sh"; }; }' >$label/default.nix
  done
  echo 'set.packages = ["server", "client"]' >ekala.toml
  git add -A && git -c user.name=x -c user.email=x commit -qm x
  git init -q --bare "$scratch/published.git"
  url=file://$scratch/published.git
  "$EKA" -q init --remote "$url" >/dev/null
  "$EKA" -q publish --all --remote "$url" >/dev/null
  "$EKA" -q prefetch "$url::server@1.2.0"
}
make_completion_world
bin=$scratch/bin
mkdir "$bin" && ln -s "$EKA" "$bin/eka"
PATH=$bin:$PATH

equal "labels of the working tree" "::client ::server" "$("$EKA" complete zsh plan :: | cut -f1 | xargs)"
printf '[uri.aliases]\ncompany-mirror = "https://mirror.company.invalid/sets/"\n' >"$XDG_CONFIG_HOME/eka.toml"
equal "aliases of the configuration" "company-mirror:" "$("$EKA" complete zsh plan company | sed -n "s,\talias$,,p")"
rm "$XDG_CONFIG_HOME/eka.toml"
equal "labels of a set that an earlier run asked" "$url::server" "$("$EKA" complete zsh plan "$url::" | cut -f1)"
equal "versions" "$url::server@1.2.0" "$("$EKA" complete zsh plan "$url::server@" | cut -f1)"
mv "$scratch/published.git" "$scratch/moved.git"
equal "the remote is not needed" "$url::server@^1.2.0" "$("$EKA" complete zsh plan "$url::server@^" | cut -f1)"
before=$(find "$XDG_CACHE_HOME" | sort)
"$EKA" complete fish build "$url::s" >/dev/null
equal "completion writes nothing to the cache" "$before" "$(find "$XDG_CACHE_HOME" | sort)"
equal "without a cache" "" "$(XDG_CACHE_HOME=$scratch/no-cache "$EKA" complete zsh plan "$url::")"
equal "nothing is created" "no" "$([[ -e $scratch/no-cache ]] && echo yes || echo no)"
equal "a configuration with errors is no obstacle" "plan" "$(EKA_PLAN_JOBS=none "$EKA" complete zsh pla | cut -f1)"

# in_bash LINE: what bash offers at the end of the line.
in_bash() {
  bash --norc -c '
    source <(eka completion bash)
    COMP_LINE=$1 COMP_POINT=${#1}
    # As readline does: words end at the characters of COMP_WORDBREAKS.
    read -ra COMP_WORDS <<<"$(sed "s/\(::*\|[@=]\)/ \1 /g" <<<"$1")"
    if [[ $1 == *" " || $1 == *[:@=] ]]; then COMP_WORDS+=(""); fi
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    _eka
    printf "%s\n" "${COMPREPLY[@]}" | xargs' - "$1"
}
equal "bash: the script is valid" "" "$(eka_script=$("$EKA" completion bash); bash -n <<<"$eka_script" 2>&1)"
equal "bash: commands" "plan" "$(in_bash 'eka pla')"
equal "bash: options" "--fresh-eval" "$(in_bash 'eka plan --fre')"
equal "bash: values" "always" "$(in_bash 'eka --color=alw')"
equal "bash: labels" "client server" "$(in_bash 'eka plan ::')"
equal "bash: labels after other words" "server" "$(in_bash 'eka plan -c ::client ::s')"
equal "bash: versions" "1.2.0" "$(in_bash "eka plan $url::server@")"
equal "bash: directories" "client" "$(in_bash 'eka -C cli')"

if command -v zsh >/dev/null; then
  "$EKA" completion zsh >"$scratch/_eka"
  equal "zsh: the script is valid" "" "$(zsh -n "$scratch/_eka" 2>&1)"
  # compadd is replaced by a function that prints what would be offered.
  in_zsh() {
    zsh -f -c '
      compdef() { : }
      compadd() { local -a all; [[ $argv[-2] == -a ]] && all=(${(P)argv[-1]}); [[ $argv[-1] == (values|open) ]] && print -r -- "${(P)argv[-1]}" }
      _files() { print -r -- "paths $*" }
      source '"$scratch/_eka"'
      words=("$@") CURRENT=$#
      _eka' - "$@" | xargs
  }
  equal "zsh: commands" "plan" "$(in_zsh eka pla)"
  equal "zsh: labels" "::client ::server" "$(in_zsh eka plan ::)"
  equal "zsh: an empty word" "stat verify gc" "$(in_zsh eka cache '')"
  equal "zsh: paths" "paths -/" "$(in_zsh eka -C cli)"
else
  echo "skipped: zsh is not installed"
fi
if command -v fish >/dev/null; then
  "$EKA" completion fish >"$scratch/eka.fish"
  equal "fish: the script is valid" "" "$(fish --no-execute "$scratch/eka.fish" 2>&1)"
  in_fish() { fish --no-config -c "source $scratch/eka.fish; complete -C '$1'" | cut -f1 | xargs; }
  equal "fish: commands" "plan" "$(in_fish 'eka pla')"
  equal "fish: options" "--fresh-eval" "$(in_fish 'eka plan --fre')"
  equal "fish: labels" "::client ::server" "$(in_fish 'eka plan ::')"
  equal "fish: versions" "$url::server@1.2.0" "$(in_fish "eka plan $url::server@")"
else
  echo "skipped: fish is not installed"
fi
finish
