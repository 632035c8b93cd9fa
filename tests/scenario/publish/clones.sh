#!/bin/bash
# Clones and working trees as git makes them today: atoms in them are planned, resolved and published.
source "$(dirname "$0")/../scenario.sh"

git config --file "$HOME/.gitconfig" user.name scenario
git config --file "$HOME/.gitconfig" user.email scenario@eka.invalid
git config --file "$HOME/.gitconfig" init.defaultBranch main
unset GIT_CONFIG_GLOBAL
serve_start "$www" push
git init -q --bare "$www/set.git"
git -C "$www/set.git" config uploadpack.allowFilter true
git -C "$www/set.git" config http.receivepack true
url=$SERVE_URL/set.git

# write_atom DIRECTORY LABEL VERSION
write_atom() {
  mkdir -p "$1/deep"
  printf '[package]\nlabel = "%s"\nversion = "%s"\n\n[compose.as]\nnix = "default.nix"\n' "$2" "$3" >"$1/atom.toml"
  cat >"$1/default.nix" <<'EOF'
{ main = derivation { name = cfg.package.label; system = cfg.platforms.build; builder = "/bin/sh"; src = ./.; }; }
EOF
  echo "a file of $2" >"$1/deep/file"
  printf '#!/bin/sh\n' >"$1/run" && chmod +x "$1/run"
}

mkdir author && cd author
git init -q
write_atom a a 0.1.0
write_atom other/b b 0.1.0
printf '[set]\npackages = ["a", "other/b"]\n' >ekala.toml
git add -A && git commit -qm "A set"
for i in 1 2 3; do echo "$i" >notes && git add notes && git commit -qm "Note $i"; done
git remote add origin "$url" && git push -q origin main
eka init
equal "a set" 0 "$status"
eka publish --all
equal "its atoms are published" 0 "$status"
genesis=$(git rev-list --max-parents=0 HEAD)
cd "$scratch"

minor=1
# works KIND DIRECTORY: in this clone, the atom `a` is planned as it is, resolved and published.
works() {
  local kind=$1 edited expected
  cd "$2"
  minor=$((minor + 1))
  sed -i "s/^version = .*/version = \"0.$minor.0\"/" a/atom.toml
  echo "edited in $kind" >>a/deep/file
  echo new >a/new
  # What git makes of the same files in an ordinary clone.
  rm -rf "$scratch/plain" && git clone -q "$url" "$scratch/plain"
  rm -rf "$scratch/plain/a" && cp -a a "$scratch/plain/a" && rm -f "$scratch/plain/a/private.txt"
  git -C "$scratch/plain" add -A
  expected=$(git -C "$scratch/plain" write-tree --prefix=a/)
  eka plan --json ::a
  equal "$kind: planned" 0 "$status"
  edited=$(jq -r '.plans[0].version' <<<"$out")
  equal "$kind: the tree is the one that git makes" "0.$minor.0-dev.${expected:0:12}" "$edited"
  eka resolve a
  equal "$kind: resolved" 0 "$status"
  git add a && git commit -qm "0.$minor.0 in $kind" && git push -q origin HEAD:main
  eka publish a
  equal "$kind: published" 0 "$status"
  equal "$kind: the published tree" "$(git rev-parse HEAD:a)" \
    "$(git --git-dir="$www/set.git" rev-parse "refs/eka/atoms/a/0.$minor.0^{tree}" 2>&1)"
  fresh_cache
  eka plan "$url::a@=0.$minor.0"
  equal "$kind: others can plan it" 0 "$status"
  cd "$scratch"
}

echo "- an ordinary clone"
git clone -q "$url" ordinary && works "ordinary" ordinary

echo "- a split index"
git clone -q "$url" split && git -C split update-index --split-index
check "it is split" test -n "$(find split/.git -name 'sharedindex.*')"
works "split index" split

echo "- a sparse index"
git clone -q "$url" sparse && git -C sparse sparse-checkout set --cone --sparse-index a
check "the other atom is not checked out" test ! -e sparse/other
works "sparse index" sparse
eka plan "sparse::b"
equal "an atom outside of it: exit code" 3 "$status"
matches "is named, and what to do" "git sparse-checkout add other/b" "$err"

echo "- a sparse checkout that leaves out files of the atom"
git clone -q "$url" part && git -C part sparse-checkout set --no-cone '/*' '!/a/deep/'
check "they are not there" test ! -e part/a/deep
(cd part && "$EKA" plan --json ::a >"$scratch/out" 2>"$scratch/err") || cat "$scratch/err"
tree=$(git -C part rev-parse HEAD:a)
equal "they are part of the atom nevertheless" "dev.${tree:0:12}" "$(jq -r '.plans[0].version' "$scratch/out" | grep -o 'dev.*')"
(cd part && git sparse-checkout reapply --sparse-index 2>/dev/null && git update-index --split-index)
(cd part && "$EKA" plan --json ::a >"$scratch/out" 2>"$scratch/err") || cat "$scratch/err"
equal "also if git reads the index" "dev.${tree:0:12}" "$(jq -r '.plans[0].version' "$scratch/out" | grep -o 'dev.*')"

echo "- an index without a checksum"
git clone -q "$url" skip && git -C skip config index.skipHash true
if git -C skip update-index --force-write-index 2>/dev/null && [[ $(tail -c 20 skip/.git/index | xxd -p) == 0000000000000000000000000000000000000000 ]]; then
  ok "git wrote none"
else
  # This git does not know the setting: the end of the index is what it would write.
  size=$(stat -c %s skip/.git/index)
  head -c $((size - 20)) skip/.git/index >index.new && head -c 20 /dev/zero >>index.new && cp index.new skip/.git/index
fi
(cd skip && echo edit >>a/deep/file && "$EKA" plan ::a >"$scratch/out" 2>"$scratch/err") && status=0 || status=$?
# Git before 2.40 cannot read such an index either: then its words are in the error.
if ((status == 0)); then ok "planned"; else matches "planned, or git's words" "cannot list .*: git ls-files: .*index" "$(cat err)"; fi

echo "- extensions of the format"
git clone -q "$url" extended
git -C extended config core.repositoryFormatVersion 1
git -C extended config extensions.preciousObjects true
works "preciousObjects" extended
git clone -q "$url" worktrees && git -C worktrees config extensions.worktreeConfig true
git -C worktrees config --worktree core.excludesFile "$scratch/excluded" && echo 'private*' >excluded
touch worktrees/a/private.txt
works "worktreeConfig" worktrees
git -C worktrees worktree add -q "$scratch/linked" -b linked
works "linked worktree" linked
# Git 2.48 writes relative paths between a repository and its worktrees; older ones refuse the repository.
printf 'gitdir: ../worktrees/.git/worktrees/linked\n' >linked/.git
printf '../../../../linked/.git\n' >worktrees/.git/worktrees/linked/gitdir
git -C worktrees config core.repositoryFormatVersion 1
git -C worktrees config extensions.relativeWorktrees true
for place in worktrees linked; do
  (cd "$place" && "$EKA" plan ::a >"$scratch/out" 2>"$scratch/err") && status=0 || status=$?
  equal "relativeWorktrees, in $place: planned" 0 "$status"
done

echo "- other ways to keep a clone"
git clone -q "$url" many && git -C many config feature.manyFiles true && git -C many update-index --index-version 4 &&
  git -C many update-index --untracked-cache 2>/dev/null
works "feature.manyFiles" many
git clone -q "$url" packed && git -C packed repack -qad --write-midx --write-bitmap-index && git -C packed commit-graph write --reachable
works "multi-pack index and commit graph" packed
git clone -q --shared "$scratch/author" borrowed && git -C borrowed remote set-url origin "$url" && git -C borrowed pull -q
works "borrowed objects" borrowed
git clone -q --bare "$url" bare.git && git -C bare.git config extensions.worktreeConfig true &&
  git -C bare.git config --worktree core.bare true && git -C bare.git config --unset core.bare
git -C bare.git worktree add -q "$scratch/of-bare" main
works "worktree of a bare repository" of-bare
git clone -q --separate-git-dir="$scratch/apart.git" "$url" apart
works "separate git directory" apart
git clone -q "$url" fsm && git -C fsm config core.fsmonitor "$scratch/watcher" && printf '#!/bin/sh\necho ran >>%s/watched\nexit 1\n' "$scratch" >watcher &&
  chmod +x watcher && git -C fsm update-index --fsmonitor 2>/dev/null
works "fsmonitor" fsm

echo "- a partial clone with a sparse checkout"
git clone -q --filter=blob:none --sparse "$url" partial && git -C partial sparse-checkout set a
works "partial clone" partial
cd partial
eka publish --all
equal "of all atoms: the missing files are fetched" 0 "$status"
cd "$scratch"
git clone -q --filter=tree:0 --no-checkout "$url" treeless && git -C treeless checkout -q main
works "treeless clone" treeless

echo "- a shallow clone"
git clone -q --depth 1 "$url" shallow
fresh_cache
check "it has one commit" test "$(git -C shallow rev-list --count HEAD)" = 1
works "shallow clone" shallow
fresh_cache
cd shallow
serve_forget
eka plan --json ::a
equal "the genesis is that of the set" "$("$EKA" inspect id "$genesis" a)" "$(jq -r '.plans[0].id' <<<"$out")"
equal "the remote was asked once" 1 "$(serve_log | count '.method == "POST"')"
serve_forget
eka plan ::a
equal "and then never again" 0 "$(serve_log | count 'true')"
fresh_cache
eka plan --offline ::a
equal "offline, with nothing cached: exit code" 7 "$status"
git update-ref refs/ekala/init HEAD
eka plan --offline ::a
equal "its own ref says it, too" 0 "$status"
git update-ref -d refs/ekala/init
git remote remove origin
eka plan ::a
equal "no remote: exit code" 2 "$status"
matches "what to do" "git fetch --unshallow" "$err"
eka publish -t "$url" a
equal "published to a URL: that remote says it" 0 "$status"
cd "$scratch"
git init -q --bare "$www/noset.git" && git -C ordinary push -q "$www/noset.git" HEAD:refs/heads/main
git clone -q --depth 1 "$SERVE_URL/noset.git" noset 2>/dev/null
(cd noset && "$EKA" plan ::a >"$scratch/out" 2>"$scratch/err") && status=0 || status=$?
equal "a remote that is no set: exit code" 2 "$status"
matches "it is named" "noset.git has no ref refs/ekala/init" "$(cat err)"

echo "- formats that eka cannot read"
git init -q --object-format=sha256 sha256
(cd sha256 && write_atom a a 1.0.0 && printf '[set]\npackages = ["a"]\n' >ekala.toml && git add -A && git commit -qm one)
git clone -q "$url" reftable
git -C reftable config core.repositoryFormatVersion 1
git -C reftable config extensions.refStorage reftable
git clone -q "$url" unknown && git -C unknown config core.repositoryFormatVersion 1
git -C unknown config extensions.fromTheFuture true
git clone -q "$url" version && git -C version config core.repositoryFormatVersion 7
for each in 'sha256 its object ids are sha256' 'reftable its refs are stored as reftable' \
  'unknown unknown extension `fromthefuture`' 'version unknown version 7'; do
  place=${each%% *} words=${each#* }
  for command in "plan ::a" "resolve a" "publish a"; do
    (cd "$place" && "$EKA" $command >"$scratch/out" 2>"$scratch/err") && status=0 || status=$?
    equal "$place: $command: exit code" 2 "$status"
    matches "$place: $command says why" "$words" "$(cat err)"
  done
  eka plan "$scratch/$place::a"
  equal "$place as a remote: exit code" 2 "$status"
  # Commands that do not need the repository work in it.
  (cd "$place" && "$EKA" plan "$url::a" >"$scratch/out" 2>"$scratch/err") && status=0 || status=$?
  equal "$place: an atom from elsewhere is planned" 0 "$status"
done

finish
