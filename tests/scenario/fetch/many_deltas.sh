#!/bin/bash
# Packs with more than 10,000 deltas by id, and thin packs on missing bases: if a thin pack cannot be completed, the
# whole pack is fetched, and whole packs are accepted with any kind of deltas.
source "$(dirname "$0")/../scenario.sh"
source "$here/faults.sh"

serve_start "$www"
proxy_start
SERVE_URL=$PROXY_URL make_world demo

# wide VERSION: an atom of many small files that differ from each other, but resemble those of other versions.
files=10100
mkdir -p "$scratch/wide/data"
wide() {
  printf '[package]\nlabel = "wide"\nversion = "%s"\n[compose.as]\nnix = "default.nix"\n' "$1" >"$scratch/wide/atom.toml"
  printf '{ main = derivation { name = "wide"; system = cfg.platforms.build; builder = "/bin/sh"; }; }\n' \
    >"$scratch/wide/default.nix"
  awk -v version="$1" -v files="$files" -v place="$scratch/wide/data" 'BEGIN {
    srand(1)
    for (file = 0; file < files; file++) {
      # git looks for bases among files of the same name and similar size.
      name = sprintf("%s/%07d-%08x", place, file, int(rand() * 2147483647))
      text = ""
      for (word = 0; word < 8 + file % 16; word++) text = text sprintf("%08x ", int(rand() * 2147483647))
      print text version >name
      close(name)
    }
  }'
  # Packed immediately, instead of creating a file for each object.
  git --git-dir="$www/company.git" config core.bigFileThreshold 1
  release "$www/company.git" "$scratch/wide" wide "$1"
  git --git-dir="$www/company.git" config --unset core.bigFileThreshold
}
first=$(wide 1.0.0)
second=$(wide 2.0.0)
fetches() { serve_log | count '.command == "fetch"'; }
uri=$PROXY_URL/company.git::wide
wanted=$uri@=1.0.0
learn

echo "- a thin pack with very many deltas"
wanted=$uri@=2.0.0
serve_forget
eka -v prefetch "$wanted"
equal "a new version, of which every file has changed: exit code" 0 "$status"
matches "first a thin pack is requested, then the whole" "delta failed, fetching in full: .*over 10000 REF_DELTA" "$err"
equal "two fetches are sent" 2 "$(fetches)"
matches "both versions are cached" "wide/1\.0\.0/$first $first .*wide/2\.0\.0/$second $second " "$(holds | tr '\n' ' ')"
sound "a new version"

echo "- a whole pack with very many deltas by id"
# As from a server without ofs-delta: the first version, and the second as a delta.
RECORD_ARGUMENTS="0032want $first
" record "$scratch/by-id" company "$second"
fresh_cache
proxy_start
eka prefetch "$wanted"
right=$(holds)
survives "deltas by id" "answer:file=$scratch/by-id,about=/company.git/,about=command=fetch"
blob=$(git --git-dir="$www/company.git" ls-tree "$second:data" | awk 'END { print $3 }')
equal "the completed object is correct" "$(git --git-dir="$www/company.git" cat-file blob "$blob")" \
  "$(git --git-dir="$XDG_CACHE_HOME/eka/git" cat-file blob "$blob")"
pack=$(ls -S "$XDG_CACHE_HOME"/eka/git/objects/pack/*.idx | head -1)
check "the pack has more than 10,000 deltas" test "$(git verify-pack -v "$pack" | grep -c ' blob .* 1 ')" -gt 10000

echo "- a pack with a base that does not exist"
# Thin, although no have was sent.
RECORD_ARGUMENTS="000dthin-pack0035shallow $first
0032have $first
" record "$scratch/thin" company "$second"
fails "an unrequested thin pack" 6 'company\.git
wide' "answer:file=$scratch/thin,about=/company.git/,about=command=fetch"
# And one with a base that is not in the cache: from a third version.
third=$(wide 3.0.0)
RECORD_ARGUMENTS="000dthin-pack0035shallow $third
0032have $third
" record "$scratch/thin" company "$second"
fresh_cache
proxy_start
eka prefetch "$uri@=1.0.0"
proxy_start --fault "answer:file=$scratch/thin,about=/company.git/,about=command=fetch,times=1"
eka -v prefetch "$wanted"
equal "a thin pack on another base: the whole is fetched" 0 "$status"
matches "a thin pack with another base: which is reported" "delta failed, fetching in full: " "$err"
equal "a thin pack on another base: it was sent" 1 "$(proxy_counts | jq .faults)"
sound "a thin pack on another base"
finish
