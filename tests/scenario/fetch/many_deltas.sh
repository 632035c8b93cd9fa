#!/bin/bash
# Packs of more than 10,000 deltas whose bases are named by id, and packs that build upon what is not here: the whole is
# fetched instead of a difference that cannot be put together, and a whole one is taken in whatever its deltas are like.
source "$(dirname "$0")/../scenario.sh"
source "$here/faults.sh"

serve_start "$www"
proxy_start
SERVE_URL=$PROXY_URL make_world demo

# wide VERSION: an atom of many small files that are nothing like one another, and much like those of other versions.
files=10100
mkdir -p "$scratch/wide/data"
wide() {
  printf '[package]\nlabel = "wide"\nversion = "%s"\n[compose.as]\nnix = "default.nix"\n' "$1" >"$scratch/wide/atom.toml"
  printf '{ main = derivation { name = "wide"; system = cfg.platforms.build; builder = "/bin/sh"; }; }\n' \
    >"$scratch/wide/default.nix"
  awk -v version="$1" -v files="$files" -v place="$scratch/wide/data" 'BEGIN {
    srand(1)
    for (file = 0; file < files; file++) {
      # git looks for bases among what is called alike and is of a size.
      name = sprintf("%s/%07d-%08x", place, file, int(rand() * 2147483647))
      text = ""
      for (word = 0; word < 8 + file % 16; word++) text = text sprintf("%08x ", int(rand() * 2147483647))
      print text version >name
      close(name)
    }
  }'
  # Into a pack at once, and not into as many files.
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

echo "- a difference of very many deltas"
wanted=$uri@=2.0.0
serve_forget
eka -v prefetch "$wanted"
equal "a new version, of which every file has changed: exit code" 0 "$status"
matches "a difference is asked for, then the whole" "delta failed, fetching in full: .*over 10000 REF_DELTA" "$err"
equal "by two fetches" 2 "$(fetches)"
matches "both are there" "wide/1\.0\.0/$first $first .*wide/2\.0\.0/$second $second " "$(holds | tr '\n' ' ')"
sound "a new version"

echo "- a whole pack of very many deltas by id"
# As from a server that knows no ofs-delta: the first version, and the second as what differs.
RECORD_ARGUMENTS="0032want $first
" record "$scratch/by-id" company "$second"
fresh_cache
proxy_start
eka prefetch "$wanted"
right=$(holds)
survives "deltas by id" "answer:file=$scratch/by-id,about=/company.git/,about=command=fetch"
blob=$(git --git-dir="$www/company.git" ls-tree "$second:data" | awk 'END { print $3 }')
equal "and what was put together is right" "$(git --git-dir="$www/company.git" cat-file blob "$blob")" \
  "$(git --git-dir="$XDG_CACHE_HOME/eka/git" cat-file blob "$blob")"
pack=$(ls -S "$XDG_CACHE_HOME"/eka/git/objects/pack/*.idx | head -1)
check "they were that many" test "$(git verify-pack -v "$pack" | grep -c ' blob .* 1 ')" -gt 10000

echo "- a pack with a base that does not exist"
# Thin, though nothing was said to be here.
RECORD_ARGUMENTS="000dthin-pack0035shallow $first
0032have $first
" record "$scratch/thin" company "$second"
fails "a thin pack that was not asked for" 6 'company\.git
wide' "answer:file=$scratch/thin,about=/company.git/,about=command=fetch"
# And one upon another base than the one that is here: of a third version.
third=$(wide 3.0.0)
RECORD_ARGUMENTS="000dthin-pack0035shallow $third
0032have $third
" record "$scratch/thin" company "$second"
fresh_cache
proxy_start
eka prefetch "$uri@=1.0.0"
proxy_start --fault "answer:file=$scratch/thin,about=/company.git/,about=command=fetch,times=1"
eka -v prefetch "$wanted"
equal "a thin pack upon another base: the whole is fetched" 0 "$status"
matches "a thin pack with another base: which is reported" "delta failed, fetching in full: " "$err"
equal "a thin pack upon another base: it was sent" 1 "$(proxy_counts | jq .faults)"
sound "a thin pack upon another base"
finish
