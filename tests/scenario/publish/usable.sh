#!/bin/bash
# What is published can be used by others: locks, order, working tree, plans from what the remote has.
source "$(dirname "$0")/../scenario.sh"
source "$here/sets.sh"

git config --file "$HOME/.gitconfig" user.name scenario
git config --file "$HOME/.gitconfig" user.email scenario@eka.invalid
unset GIT_CONFIG_GLOBAL

serve_start "$www" push

# begin NAME: an empty set in $scratch/NAME, published at $SERVE_URL/NAME.git.
begin() {
  git init -q --bare "$www/$1.git"
  mkdir "$scratch/$1" && cd "$scratch/$1"
  git init -q -b main && git remote add origin "$SERVE_URL/$1.git"
  eka init
  [[ $status == 0 ]] || not_ok "eka init"
}
# atom LABEL VERSION NEED…: writes an atom and lists it. Its value is a set with a derivation that uses what it needs.
atom() {
  write_atom "$1" "$@"
  local directory directories=()
  for directory in */atom.toml; do directories+=("\"${directory%/*}\""); done
  echo "[set]" >ekala.toml
  (IFS=,; echo "packages = [${directories[*]}]") >>ekala.toml
}
commit() { git add -A && git commit -q --allow-empty -m "${1:-change}"; }
# raise LABEL FROM TO
raise() { sed -i "s/^version = \"$2\"/version = \"$3\"/" "$1/atom.toml"; }
results() { cut -d' ' -f1-3 <<<"$out" | paste -sd,; }
# plannable URI: from an empty cache.
plannable() {
  local cache=$XDG_CACHE_HOME
  fresh_cache
  eka plan "$@"
  XDG_CACHE_HOME=$cache
}
refs() { git --git-dir="$www/$1.git" for-each-ref --format='%(refname)' refs/eka/atoms | sed 's|.*/atoms/||' | paste -sd,; }

echo "- a lock that pins a development version"
begin dev
atom lib 0.1.0
atom app 0.1.0 "::/lib ^0.1"
commit
eka resolve app
equal "resolve" 0 "$status"
matches "the lock pins a development version" '0\.1\.0-dev\.' "$(cat app/atom.lock)"
commit
eka publish app
equal "the dependent alone is refused" "1 refused app 0.1.0" "$status $(results)"
matches "the pin is named" 'app 0\.1\.0 cannot be published: its lock file pins lib 0\.1\.0-dev\.[0-9a-f]+, a development version' "$err"
matches "the order is named" 'help: publish lib first \(`eka publish lib`\), then run `eka resolve app`, commit app/atom\.lock and run `eka publish app`' "$err"
equal "nothing was pushed" "" "$(refs dev)"
eka publish --all --dry-run
equal "a dry run tells both" "1 would-publish lib 0.1.0,refused app 0.1.0" "$status $(results)"
equal "nothing was pushed" "" "$(refs dev)"
eka publish --all
equal "of both, the dependency is published" "1 published lib 0.1.0,refused app 0.1.0" "$status $(results)"
matches "what to do is named" 'help: run `eka resolve app`, commit app/atom\.lock and run `eka publish app`' "$err"
eka resolve app && commit
eka publish app
equal "doing that works" "0 published app 0.1.0" "$status $(results)"
plannable "$SERVE_URL/dev.git::app"
equal "others can plan it" 0 "$status"

echo "- --resolve: one commit per step"
begin steps
atom core 0.1.0
atom lib 0.1.0 "::/core ^0.1"
atom app 0.1.0 "::/lib ^0.1"
commit
eka resolve --all && commit
before=$(git rev-parse HEAD)
eka publish --all --dry-run
equal "without it" "1 would-publish core 0.1.0,refused lib 0.1.0,refused app 0.1.0" "$status $(results)"
matches "the first to resolve is named" 'help: run `eka resolve lib`' "$err"
matches "the next one waits for it" 'help: publish lib first \(`eka publish lib`\), then run `eka resolve app`' "$err"
eka publish --all --resolve --dry-run
equal "a dry run" "0 would-publish core 0.1.0,would-resolve lib 0.1.0,would-resolve app 0.1.0" "$status $(results)"
equal "makes no commit" "$before" "$(git rev-parse HEAD)"
echo note >notes && git add notes
eka publish --all --resolve
equal "all are published, in order" "0 published core 0.1.0,published lib 0.1.0,published app 0.1.0" "$status $(results)"
equal "two commits" "Lock lib to published versions,Lock app to published versions" \
  "$(git log --reverse --format=%s "$before..HEAD" | paste -sd,)"
equal "only the locks are committed" "app/atom.lock,lib/atom.lock" "$(git diff --name-only "$before" HEAD | paste -sd,)"
equal "what was staged is still staged" "A  notes" "$(git status --porcelain)"
matches "the commits are printed" "committed new lock files: $(git rev-parse HEAD)" "$err"
matches "how to push them, with or without an upstream" 'run `git push origin HEAD`' "$err"
plannable "$SERVE_URL/steps.git::app" "$SERVE_URL/steps.git::lib"
equal "others can plan them" 0 "$status"
eka publish --all --resolve
equal "again: nothing to do" "0 skipped core 0.1.0,skipped lib 0.1.0,skipped app 0.1.0" "$status $(results)"
git reset -q --hard
raise app 0.1.0 0.2.0 && commit
git checkout -q --detach
sed -i 's/lib = "^0.1"/lib = "=0.1.0"/' app/atom.toml && echo 'core = "^0.1"' >>app/atom.toml && commit
eka publish --all --resolve
equal "a detached HEAD gets no commits" "2" "$status"
matches "and is named" 'HEAD is detached' "$err"
git checkout -q main

echo "- --resolve, and git does not commit"
begin rejected
atom lib 0.1.0
atom app 0.1.0 "::/lib ^0.1"
atom new 0.1.0 "::/lib ^0.1"
commit
eka resolve app && commit
printf '#!/bin/sh\necho not today >&2\nexit 1\n' >.git/hooks/pre-commit
chmod +x .git/hooks/pre-commit
eka publish --all --resolve
equal "exit code" 1 "$status"
matches "the words of the hook" 'git commit: not today' "$err"
equal "the lock files are as before" "" "$(git status --porcelain)"
rm .git/hooks/pre-commit
eka publish --all --resolve
equal "the next run publishes everything" "0 skipped lib 0.1.0,published app 0.1.0,published new 0.1.0" "$status $(results)"

echo "- locks that do not match"
begin stale
atom lib 0.1.0
commit
eka publish --all
raise lib 0.1.0 0.2.0 && commit
eka publish --all
atom app 0.1.0 "::/lib ^0.1"
eka resolve app && commit
eka publish app
equal "a lock of published versions" "0 published app 0.1.0" "$status $(results)"
raise app 0.1.0 0.2.0
sed -i 's/lib = "^0.1"/lib = "^0.2"/' app/atom.toml && commit
eka publish app
equal "an edited requirement is refused" "1 refused app 0.2.0" "$status $(results)"
matches "the difference is shown" 'app/atom\.lock does not match app/atom\.toml:.*lib of .* 0\.1\.0.* -> 0\.2\.0' "$err"
matches "what to do" 'run `eka resolve app`, commit app/atom\.lock' "$err"
eka publish app --no-check
equal "also with --no-check" "1 refused app 0.2.0" "$status $(results)"
eka publish app --resolve
equal "--resolve mends it" "0 published app 0.2.0" "$status $(results)"
raise app 0.2.0 0.3.0
sed -i '/^\[deps/,$d' app/atom.toml && commit
eka publish --all
equal "a removed dependency is refused" "1 refused app 0.3.0,skipped lib 0.2.0" "$status $(results | tr , '\n' | sort | paste -sd,)"
matches "the difference is shown" '\- lib of ' "$err"
git reset -q --hard HEAD~1
raise app 0.2.0 0.3.0
git rm -q --cached app/atom.lock && echo atom.lock >.gitignore && git add .gitignore app/atom.toml && git commit -qm "Ignore locks"
eka publish app
equal "a lock that is ignored is refused" "1 refused app 0.3.0" "$status $(results)"
matches "the file is named" 'it has dependencies, but no lock file: app/atom\.lock is not in commit' "$err"
matches "also that it is ignored" 'app: app/atom\.lock is ignored by git' "$err"
git rm -q .gitignore && git add app/atom.lock && git commit -qm "Lock"
sed -i "s/rev = \"......../rev = \"00000000/" app/atom.lock && commit
eka publish app
equal "a revision that nobody has is refused" "1 refused app 0.3.0" "$status $(results)"
matches "both revisions are named" 'lib 0\.2\.0 at revision 00000000.*, but the published one is' "$err"
git reset -q --hard HEAD~1

echo "- cycles"
begin cycle
atom ping 0.1.0 "::/pong ^0.1"
atom pong 0.1.0 "::/ping ^0.1"
commit
eka resolve --all && commit
eka publish --all --resolve
equal "neither is published" 1 "$status"
matches "the cycle is named" 'these atoms need one another, so none can be published first: (ping -> pong -> ping|pong -> ping -> pong)' "$err"
equal "nothing was pushed" "" "$(refs cycle)"

echo "- what is only in the working tree"
begin tree
atom a 0.1.0
commit
eka publish --all
equal "publish" 0 "$status"
raise a 0.1.0 0.2.0
atom new 1.0.0
eka publish --all
equal "nothing is published, and this is no success" "1 skipped a 0.1.0" "$status $(results)"
matches "the raised version is named" 'warning: a: version 0\.2\.0 is not committed: commit [0-9a-f]{12} has 0\.1\.0' "$err"
matches "the new atom is named" 'warning: new: new is in the working tree, but not in commit' "$err"
matches "the error" 'error: nothing was published: a 0\.2\.0, new 1\.0\.0 are not in commit' "$err"
eka publish new
equal "a new atom by name" 2 "$status"
matches "is explained" '`new` is in the working tree, but not in commit' "$err"
git checkout -q a/atom.toml ekala.toml && rm -r new
echo '# more' >>a/default.nix && echo x >a/added
eka publish a
equal "changed files alone are no error" "0 skipped a 0.1.0" "$status $(results)"
matches "but named" 'warning: a: uncommitted changes are not published: added, default\.nix' "$err"
commit
eka publish a
equal "other content for a published version" 6 "$status"
matches "says what to do" 'error: a 0\.1\.0 is already published with different content: raise the version in a/atom\.toml' "$err"

echo "- an atom that cannot be planned"
raise a 0.1.0 0.2.0
echo 'throw "out of order"' >a/default.nix
atom lib 0.1.0
echo '{ double = x: x + x; }' >lib/default.nix
atom good 0.1.0
commit
eka publish --all
equal "is refused, others are not" "5 refused a 0.2.0,published good 0.1.0,published lib 0.1.0" "$status $(results)"
matches "with the reason" 'out of order' "$err"
matches "the option is named" '--no-check' "$err"
matches "a library is noted" 'warning: lib: only other atoms can use it: .*no attribute `main`' "$err"
equal "it was not pushed" "a/0.1.0,good/0.1.0,lib/0.1.0" "$(refs tree)"
eka publish a --no-check
equal "--no-check publishes it" "0 published a 0.2.0" "$status $(results)"

echo "- files that git converts when it checks them out"
begin converted
atom a 0.1.0
printf '*.nix text eol=crlf\n*.txt filter=case\n' >.gitattributes
git config filter.case.clean 'tr A-Z a-z'
git config filter.case.smudge 'tr a-z A-Z'
echo words >a/words.txt
ln -s words.txt a/link
commit
rm a/default.nix a/words.txt && git checkout -q -- a
equal "they differ from the commit" "WORDS yes" "$(cat a/words.txt) $(grep -q $'\r' a/default.nix && echo yes)"
eka publish a
equal "they are not changes" "0 published a 0.1.0" "$status $(results)$(grep uncommitted <<<"$err")"
echo more >>a/words.txt && ln -sf other a/link
eka publish a
matches "changes in them are" 'uncommitted changes are not published: link, words\.txt' "$err"

echo "- what only this machine has"
begin mirror
atom a 0.1.0
commit
eka publish --all
git init -q --bare "$www/second.git"
git push -q "$www/second.git" "$(git --git-dir="$www/mirror.git" rev-parse refs/ekala/init):refs/ekala/init"
atom b 0.1.0 "::/a ^0.1"
eka resolve b && commit
eka publish b -t "$SERVE_URL/second.git"
equal "a lock that the target cannot serve is refused" "1 refused b 0.1.0" "$status $(results)"
matches "what is missing is named" 'pins a 0\.1\.0, which is not published' "$err"
eka publish b
equal "where its dependency is published, it is accepted" "0 published b 0.1.0" "$status $(results)"
equal "no temporary cache is left" "" "$(find "$XDG_CACHE_HOME/eka/scratch" -mindepth 1 2>/dev/null)"

finish
