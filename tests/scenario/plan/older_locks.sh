#!/bin/bash
# Locks of format 1: each atom's own lock determines its dependencies and its direct sources.
source "$(dirname "$0")/../scenario.sh"
source "$here/building.sh"

own_store
mkdir -p leaf mid top work/leaf-1 work/mid-1
serve_start "$www"
make_world demo
company=$SERVE_URL/company.git
genesis=$(git --git-dir="$www/company.git" rev-parse refs/ekala/init)

# The files to fetch, and their hashes in Nix's format.
files=$SERVE_URL/files
mkdir -p "$www/files"
echo '"from-the-archive"' >work/leaf-1/default.nix
echo 'out of the archive of mid' >work/mid-1/text
for name in leaf mid; do
  tar -C work -czf "$www/files/$name.tar.gz" "$name-1"
  echo "a file of $name" >"$www/files/$name.txt"
done
git init -q work/repo
echo '"from-the-repository"' >work/repo/default.nix
git -C work/repo add . && git -C work/repo -c user.name=s -c user.email=s@eka.invalid commit -qm one
git clone -q --bare work/repo "$www/repo.git"
repo=$(git -C "$www/repo.git" rev-parse HEAD)
hash_of() { nix-prefetch-url --store "$scratch/other" --option build-users-group '' "$@" 2>/dev/null; }
sri() { nix --extra-experimental-features nix-command hash to-sri --type sha256 "$1" 2>/dev/null; }
leaf_tar=$(hash_of --unpack "$files/leaf.tar.gz")
mid_tar=$(sri "$(hash_of --unpack "$files/mid.tar.gz")")
leaf_txt=$(sri "$(hash_of "$files/leaf.txt")")
mid_txt=$(sri "$(hash_of "$files/mid.txt")")

# publish LABEL DEPENDENCY: publishes the directory LABEL, with the direct sources of its manifest on standard input;
# those of its lock are in $locked.
publish() {
  local label=$1 needs=$2
  {
    printf '[package]\nlabel = "%s"\nversion = "1.0.0"\n' "$label"
    [[ -z $needs ]] || printf '[package.sets]\ncompany = ["%s"]\n[deps.from.company]\n%s = "^1"\n' "$company" "$needs"
    printf '[compose.as]\nnix = "default.nix"\n'
    sed '1i [deps.direct.nix]'
  } >"$label/atom.toml"
  {
    printf 'version = 1\n[sets.%s]\ntag = "company"\nmirrors = ["%s"]\n[locker]\n' "$genesis" "$company"
    printf '[compose]\nuse = "nix"\nentry = "default.nix"\n'
    [[ -z $needs ]] ||
      printf '[[deps]]\ntype = "atom"\nlabel = "%s"\nversion = "1.0.0"\nset = "%s"\nrev = "%s"\nid = "%s"\nmirror = "%s"\n' \
        "$needs" "$genesis" "$rev" "$("$EKA" inspect id "$genesis" "$needs")" "$company"
    echo "$locked"
  } >"$label/atom.lock"
  rev=$(release "$www/company.git" "$label" "$label" 1.0.0)
}
entry() { printf '[[deps]]\ntype = "%s"\nname = "%s"\nurl = "%s"\n%s = "%s"\n' "$@"; }

# Both dependencies have a source named `data`; each gets its own.
echo '{ name = atoms.deps.pins.data.import "default.nix"; text = atoms.deps.pins.text.src; }' >leaf/default.nix
locked="$(entry nix+tar data "$files/leaf.tar.gz" hash "sha256:$leaf_tar")
$(entry nix text "$files/leaf.txt" hash "$leaf_txt")"
publish leaf '' <<<"data.tar = \"$files/leaf.tar.gz\"
text.url = \"$files/leaf.txt\""
cat >mid/default.nix <<'END'
{
  leaf = atoms.deps.from.company.leaf;
  data = atoms.deps.pins.data.src;
  repo = atoms.deps.pins.repo.import "default.nix";
  later = atoms.deps.get.later.src;
}
END
locked="$(entry nix data "$files/mid.txt" hash "$mid_txt")
$(entry nix+git repo "$SERVE_URL/repo.git" rev "$repo")
$(entry nix+src later "$files/mid.tar.gz" hash "$mid_tar")
unpack = true"
publish mid leaf <<<"data.url = \"$files/mid.txt\"
repo.git = \"$SERVE_URL/repo.git\"
later.build = \"$files/mid.tar.gz\""
cat >top/default.nix <<'END'
let
  mid = atoms.deps.from.company.mid;
in
{
  main = derivation {
    name = mid.leaf.name;
    system = "x86_64-linux";
    builder = "/bin/sh";
    inherit (mid) repo;
    args = [ "-c" "for file in ${mid.leaf.text} ${mid.data} ${mid.later}/text; do read line <$file; echo $line; done >$out" ];
  };
}
END
locked=
publish top mid </dev/null

cat >plain.nix <<END
let
  leaf = builtins.fetchTarball { url = "$files/leaf.tar.gz"; sha256 = "$leaf_tar"; };
  text = builtins.fetchurl { url = "$files/leaf.txt"; sha256 = "$leaf_txt"; };
  data = builtins.fetchurl { url = "$files/mid.txt"; sha256 = "$mid_txt"; };
  repo = builtins.fetchGit { url = "$SERVE_URL/repo.git"; rev = "$repo"; };
  later = import <nix/fetchurl.nix> { url = "$files/mid.tar.gz"; hash = "$mid_tar"; name = "later"; unpack = true; };
in
derivation {
  name = import leaf;
  system = "x86_64-linux";
  builder = "/bin/sh";
  repo = import "\${repo}/default.nix";
  args = [ "-c" "for file in \${text} \${data} \${later}/text; do read line <\$file; echo \$line; done >\$out" ];
}
END

expected=$(nix-instantiate --store "$scratch/plain" --option build-users-group '' plain.nix 2>/dev/null)

echo "- evaluation"
serve_forget
eka plan --json "$company::top"
equal "plan: exit code" 0 "$status"
drv=$(jq -r '.plans[0].drv' <<<"$out")
equal "the derivation equals the one with Nix's own fetchers" "${expected#"$scratch/plain"}" "$drv"
matches "named by the archive of the deepest" "$(drv_named from-the-archive)" "$drv"
log=$(serve_log)
for file in leaf.tar.gz leaf.txt mid.txt; do
  equal "$file is requested once" 1 "$(count ".path == \"/files/$file\"" <<<"$log")"
done
equal "sources fetched at build time are not requested" 0 "$(count '.path == "/files/mid.tar.gz"' <<<"$log")"
for url in "$files/leaf.txt" "$SERVE_URL/repo.git"; do
  equal "its cost is reported: ${url##*/}" 1 "$(jq --arg url "$url" '.remotes | map(select(.url == $url and .requests == 1)) | length' <<<"$out")"
done
serve_forget
eka --offline plan --json --fresh-eval "$company::top"
equal "offline, evaluated again: the same" "0 $drv" "$status $(jq -r '.plans[0].drv' <<<"$out")"
equal "no remote is queried" "" "$(serve_log)"
eka --offline plan --json "$company::top"
equal "the evaluation is cached" "cache" "$(jq -r '.plans[0].from' <<<"$out")"

echo "- the build"
serve_forget
eka build --json "$company::top"
equal "build: exit code" 0 "$status"
equal "from the sources of all its dependencies" $'a file of leaf\na file of mid\nout of the archive of mid' \
  "$(cat "$NIX_REMOTE$(jq -r '.plans[0].outputs.out' <<<"$out")")"
equal "the archive of a dependency is fetched once" 1 "$(count '.path == "/files/mid.tar.gz"' <<<"$(serve_log)")"
equal "its cost is reported" "1 true" \
  "$(jq -r --arg url "$files/mid.tar.gz" '.remotes[] | select(.url == $url) | "\(.requests) \(.bytes_received > 100)"' <<<"$out")"
conforms "valid under the schema" plan.schema.json out
equal "the remotes are in order" "$(jq -c '[.remotes[].url] | sort' <<<"$out")" "$(jq -c '[.remotes[].url]' <<<"$out")"

echo "- prefetch"
fresh_cache
eka prefetch --json --lock top/atom.lock
equal "only the lock: exit code" 0 "$status"
equal "indirect dependencies are fetched, too" '["leaf","mid"]' "$(jq -c '[.closures[0].atoms[].label] | sort' <<<"$out")"
serve_forget
eka prefetch "$company::mid"
for path in leaf.tar.gz leaf.txt mid.txt; do
  equal "$path was cached" 0 "$(count ".path == \"/files/$path\"" <<<"$(serve_log)")"
done

eka cache export "$scratch/carried" --lock top/atom.lock
equal "what a lock pins is exported: exit code" 0 "$status"
fresh_cache
eka cache import "$scratch/carried"
equal "and imported" 0 "$status"
serve_forget
eka prefetch --lock top/atom.lock
equal "with the sources of indirect dependencies: nothing is missing" "0 " "$status $(serve_log)"

echo "- another source"
fresh_cache
eka plan "$company::top"
sed -i "s|hash = \"$mid_txt\"|hash = \"$leaf_txt\"|" mid/atom.lock
(cd mid && rev=$(release "$www/company.git" . mid 1.0.0) && sed -i "s|^rev = .*|rev = \"$rev\"|" ../top/atom.lock)
release "$www/company.git" top top 1.0.0 >/dev/null
fresh_cache
eka plan "$company::top"
equal "a source missing in the lock of a dependency is rejected" 6 "$status"
matches "the source is named" '`data`' "$err"
matches "its atom is named" 'mid 1\.0\.0' "$err"
finish
