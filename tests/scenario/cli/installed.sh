#!/bin/bash
# An installation in an empty directory: what is where, that it works from there without the source tree, and the demo of it.
source "$(dirname "$0")/../scenario.sh"

build=$(cd "$(dirname "$EKA")/../.." && pwd)
meson install -C "$build" --no-rebuild --destdir "$scratch/there" >"$scratch/log" 2>&1 || { tail -n 20 "$scratch/log"; exit 1; }
prefix=$scratch/there$(meson introspect "$build" --buildoptions | jq -r '.[] | select(.name == "prefix") | .value')
mv "$prefix" "$scratch/moved"
prefix=$scratch/moved

equal "programs" "eka" "$(ls "$prefix/bin")"
check "expressions" test -f "$prefix/share/eka/nix/plan.nix"
check "the fork server" test -f "$prefix/libexec/eka/fork_server.so"
commands=$("$EKA" help --all --format markdown | grep -c '^## eka')
equal "a man page for each command" "$commands" "$(ls "$prefix/share/man/man1" | wc -l)"
for file in bash-completion/completions/eka fish/vendor_completions.d/eka.fish zsh/site-functions/_eka; do
  check "completion: $file" test -s "$prefix/share/$file"
done
for file in LICENSE README.md CHANGELOG.md reference.md docs/tutorial.md docs/plan.schema.json; do
  check "documentation: $file" test -s "$prefix/share/doc/eka/$file"
done
equal "nothing else" "bin libexec share" "$(ls "$prefix" | xargs)"

export PATH=$prefix/bin:$PATH
demo() { "$prefix/share/doc/eka/examples/demo" </dev/null >"$scratch/out" 2>"$scratch/err"; }
check "the demo of the installed eka" demo
equal "it plans the page four times, with one result" "4 1" \
  "$(grep -o '/nix/store/.*-page-0\.1\.0\.drv' "$scratch/out" | sort | uniq -c | awk '{ n += $1 } END { print n, NR }')"
equal "nothing is left of it" "" "$(find /tmp -maxdepth 1 -name 'eka-demo.*' -newer "$scratch/log" -user "$(id -u)")"
finish
