#!/bin/bash
# The git configuration that people have: includes, conditions, that of the current repository, excludes, programs for
# passwords; and servers that print text before git.
source "$(dirname "$0")/../scenario.sh"
source "$here/building.sh"
source "$here/ssh.sh"
source "$here/login.sh"
source "$here/sets.sh"

serve_start "$www"
make_world demo
login_start
company=$SERVE_URL/company.git
far=https://far.invalid
unset GIT_CONFIG_GLOBAL
user=$HOME/.gitconfig
git config --file "$user" user.name scenario
git config --file "$user" user.email scenario@eka.invalid
plain() { printf '[user]\n\tname = scenario\n\temail = s@eka.invalid\n' >"$user"; }

# reaches WHAT: $far leads to the server by the configuration.
reaches() {
  fresh_cache
  eka plan "$far/company.git::server"
  equal "$1" 0 "$status"
}
fails() {
  fresh_cache
  eka plan "$far/company.git::server"
  if ((status == 0)); then not_ok "$1" "it was planned"; else ok "$1"; fi
}
instead="[url \"$SERVE_URL/\"]
	insteadOf = $far/"

echo "- includes"
plain
printf '[include]\n\tpath = ~/more\n[include]\n\tpath = ~/absent\n' >>"$user"
echo "$instead" >"$HOME/more"
reaches "include.path with ~/"
working_set include && git -C include config include.path "~/more"
plain
for command in "plan $company::server" "config" "cache stat" "inspect set $company"; do
  (cd include && "$EKA" $command >"$scratch/out" 2>"$scratch/err") && status=0 || status=$?
  equal "in a repository whose configuration includes ~/more: $command" 0 "$status"
done
working_atom include a 1.0.0
(cd include && "$EKA" plan ::a >"$scratch/out" 2>"$scratch/err") && status=0 || status=$?
equal "and its own atom" 0 "$status"
(cd include && reaches "and the include applies")

echo "- conditional includes"
mkdir -p "$HOME/jobs" "$HOME/other"
working_set "$HOME/jobs/set"
working_set "$HOME/other/set"
plain
printf '[includeIf "gitdir:~/jobs/"]\n\tpath = ~/more\n' >>"$user"
(cd "$HOME/jobs/set" && reaches "gitdir: inside")
(cd "$HOME/other/set" && fails "gitdir: elsewhere")
plain
printf '[includeIf "onbranch:feature/"]\n\tpath = ~/more\n' >>"$user"
(cd "$HOME/jobs/set" && fails "onbranch: another branch")
git -C "$HOME/jobs/set" checkout -q -b feature/x
(cd "$HOME/jobs/set" && reaches "onbranch: this branch")

echo "- the repository's own configuration"
plain
git -C "$HOME/jobs/set" config "url.$SERVE_URL/.insteadOf" "$far/"
(cd "$HOME/jobs/set" && reaches "in the repository")
(cd "$HOME/other/set" && fails "in another one")
if ((EUID == 0)); then
  chown -R 54321 "$HOME/jobs/set"
  (cd "$HOME/jobs/set" && fails "of another user: ignored")
  chown -R 0 "$HOME/jobs/set"
else
  skip "a repository of another user: needs root"
fi
(cd "$HOME/other/set" && export GIT_CONFIG_PARAMETERS="'url.$SERVE_URL/.insteadof'='$far/'" && reaches "git -c")

echo "- programs for passwords"
cat >"$scratch/askpass" <<END2
#!/bin/sh
echo "\$1" >>"$scratch/prompts"
case \$1 in Username*) echo joe ;; *) echo $secret ;; esac
END2
chmod +x "$scratch/askpass"
# The locks name the server without login.
redirect() { printf '[url "%s/"]\n\tinsteadOf = %s/\n' "$LOGIN_URL" "$SERVE_URL" >>"$user"; }
asks() {
  : >"$scratch/prompts"
  fresh_cache
  eka plan "$LOGIN_URL/company.git::server"
}
plain && redirect
GIT_ASKPASS=$scratch/askpass asks
equal "GIT_ASKPASS" "0 2" "$status $(wc -l <prompts)"
printf '[core]\n\taskPass = %s\n' "$scratch/askpass" >>"$user"
asks
equal "core.askPass" "0 2" "$status $(wc -l <prompts)"
GIT_ASKPASS= asks
equal "an empty GIT_ASKPASS: no program" "4 0" "$status $(wc -l <prompts)"
plain && redirect
git -C "$HOME/jobs/set" config core.askPass "$scratch/askpass"
(cd "$HOME/jobs/set" && asks && equal "core.askPass of the repository" 0 "$status")
SSH_ASKPASS=$scratch/askpass DISPLAY=:9 asks
equal "SSH_ASKPASS is for ssh" "4 0" "$status $(wc -l <prompts)"
printf 'machine 127.0.0.1 login joe password %s\n' "$secret" >"$scratch/my-netrc"
NETRC=$scratch/my-netrc asks
equal "NETRC" 0 "$status"

echo "- excluded names, and file modes"
plain
working_set modes && working_atom modes a 1.0.0
cd modes
printf '#!/bin/sh\n' >a/run && chmod +x a/run && echo text >a/text && git add -A && git commit -qm more
# The tree of the files, as git makes it from the same index.
expected() {
  local index=$scratch/index
  rm -f "$index"
  git ls-files -s | GIT_INDEX_FILE=$index git update-index --index-info
  GIT_INDEX_FILE=$index git add -A && GIT_INDEX_FILE=$index git write-tree --prefix=a/
}
same_tree() {
  local tree
  tree=$(expected)
  eka plan --json ::a
  equal "$1" "1.0.0-dev.${tree:0:12}" "$(jq -r '.plans[0].version' <<<"$out")"
}
touch a/x.swp a/keep.swp a/y.bak
printf '*.swp\n' >"$HOME/excludes"
printf '[core]\n\texcludesFile = ~/excludes\n' >>"$user"
same_tree "core.excludesFile"
printf '!keep.swp\n' >a/.gitignore
same_tree "a .gitignore takes precedence"
mkdir -p "$XDG_CONFIG_HOME/git" && printf '*.bak\n' >"$XDG_CONFIG_HOME/git/ignore"
same_tree "the default file does not apply beside it"
plain
same_tree "the default file"
git config core.excludesFile "$HOME/excludes"
same_tree "that of the repository"
git update-index --split-index
same_tree "the same where git lists the files"
git update-index --no-split-index
chmod +x a/text && chmod -x a/run && touch a/fresh && chmod +x a/fresh
same_tree "modes on disk"
git config core.fileMode false
same_tree "core.fileMode=false: those of the index"
git update-index --split-index
same_tree "the same where git lists the files"
git update-index --no-split-index
git config core.symlinks false
ln -s text a/link && GIT_INDEX_FILE=.git/index git -c core.symlinks=true add a/link && rm a/link && printf text >a/link
same_tree "core.symlinks=false: a link is a file on disk"
cd "$scratch"

echo "- a login shell that prints text"
ssh_start
export GIT_SSH_COMMAND="ssh -F $SSH_DIR/client"
cat >"$SSH_DIR/shell" <<'END2'
#!/bin/sh
cat "$BANNER_FILE"
exec /bin/sh -c "$SSH_ORIGINAL_COMMAND"
END2
chmod +x "$SSH_DIR/shell"
banner=$SSH_DIR/banner
printf 'environment="BANNER_FILE=%s",command="%s" %s\n' "$banner" "$SSH_DIR/shell" "$(cat "$SSH_DIR/user.pub")" >"$SSH_DIR/authorized"
echo "PermitUserEnvironment yes" >>"$SSH_DIR/server"
kill -HUP "$SSH_PID" && sleep 0.5
: >"$banner"
fresh_cache
eka inspect set "ssh://$SSH_HOST$www/company.git"
equal "without text" 0 "$status"
for text in 'Welcome to this host' 'Added to the log' 'dead letters: 3' 'ab' '0000000' 'Bitte nicht stören'; do
  printf '%s\n' "$text" >"$banner"
  fresh_cache
  eka inspect set "ssh://$SSH_HOST$www/company.git"
  equal "$text: exit code" 4 "$status"
  matches "$text: the cause" "the login shell prints text before git responds: \"${text:0:5}" "$err"
  matches "$text: what to do" "help: .*\.bashrc" "$err"
done

echo "- sources with attributes for archives"
own_store
for name in plain ignoring substituting; do
  git init -q "work.$name" && cd "work.$name"
  echo content >file && mkdir -p sub && echo more >sub/file
  case $name in
    ignoring) printf 'sub export-ignore\n# x export-subst\n' >.gitattributes ;;
    substituting) printf '*.txt text\nfile -diff export-subst\n*.bin -export-ignore\n' >.gitattributes ;;
  esac
  git add -A && git -c user.name=s -c user.email=s@eka.invalid commit -qm one
  cd "$scratch"
  git clone -q --bare "work.$name" "$www/$name.git"
  git -C "$www/$name.git" config uploadpack.allowFilter true
done
git clone -q --bare work.ignoring "$www/unfiltered.git"
working_set attributes
cd attributes
# locks NAME: resolves an atom with that source.
locks() {
  rm -rf a && mkdir a
  printf '[package]\nlabel = "a"\nversion = "1.0.0"\n\n[compose.as]\nnix = "default.nix"\n\n[deps.direct.nix]\ns.git = "%s"\n' "$1" >a/atom.toml
  printf '[set]\npackages = ["a"]\n' >ekala.toml
  fresh_cache
  eka resolve a
  equal "$1: resolved" 0 "$status"
}
for place in "$SERVE_URL" "file://$www"; do
  locks "$place/ignoring.git"
  matches "export-ignore is told" "source .s.: .*ignoring.git sets export-ignore in \.gitattributes" "$err"
  locks "$place/substituting.git"
  matches "export-subst is told" "sets export-subst in \.gitattributes" "$err"
  locks "$place/plain.git"
  equal "otherwise nothing is" "" "$(grep export "$scratch/err" || true)"
done
serve_forget
locks "$SERVE_URL/unfiltered.git"
at_most "a server without filters is not asked for everything" 2 "$(serve_log | count '.method == "POST"')"
cd "$scratch"

finish
