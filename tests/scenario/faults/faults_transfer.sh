#!/bin/bash
# What may happen to an answer on its way: it breaks, it stops, it is cut short or altered; or it is another than the
# one that was asked for.
source "$(dirname "$0")/../scenario.sh"
source "$here/faults.sh"
faults_begin

tools="about=/tools.git/,about=command=fetch"
size=$(serve_log | jq -s 'map(select(.path == "/tools.git/git-upload-pack" and .command == "fetch")) | .[0].sent')
check "the answer has a size" test "$size" -gt 200

# A connection that breaks once is opened again, wherever it breaks: in the head, between packets, inside the pack.
for at in 0 1 20 100 200 250 300 400 $((size - 30)) "$size" $((size + 100)); do
  survives "reset at byte $at, once" "reset:at=$at,times=1,$tools"
done
survives "reset in the request, once" "reset:up,at=100,times=1,$tools"

export EKA_NET_RETRY=1
fails "reset in the pack, for ever" 4 'tools\.git
atom-nix
help: ' "reset:body=$((size / 2)),$tools"

export EKA_NET_STALL=1
fails "a stall" 4 'tools\.git
atom-nix
help: .*net\.stall' "stall:body=$((size / 2)),$tools"
fails "a stall before the answer" 4 'tools\.git' "stall:at=0,$tools"
fails "one byte a second" 4 'tools\.git' "trickle:body=$((size / 2)),every=500,$tools"
fails "one byte a second, of the request" 4 'tools\.git' "trickle:up,at=20,every=500,$tools"
unset EKA_NET_STALL EKA_NET_RETRY

# Cut short under an answer that is otherwise whole.
for at in 0 4 13 100 $((size / 2)); do
  fails "cut short at byte $at" 4 'tools\.git' "truncate:body=$at,$tools"
done
# The first bytes are packets' lengths and bands; from there on it is the pack.
for at in 3 60 90 150 $((size / 2)); do
  fails "byte $at altered" '4|6' 'tools\.git|atom-nix' "corrupt:body=$at,$tools"
done

# Another answer than the one to what was asked.
wanted_rev=$(version_of tools atom-nix 0.4.2 rev)
record "$scratch/other" tools "$(version_of tools compiler 2.1.0 rev)"
fails "another object" 6 'atom-nix|tools\.git' "answer:file=$scratch/other,$tools"
record "$scratch/short" tools "$wanted_rev" -20
fails "a length that is too short" 4 'tools\.git' "answer:file=$scratch/short,$tools"
record "$scratch/long" tools "$wanted_rev" 20
fails "a length that is too long" 4 'tools\.git' "answer:file=$scratch/long,$tools"
record "$scratch/whole" tools "$wanted_rev" 0
survives "the right answer, recorded" "answer:file=$scratch/whole,$tools"
fails "a list of refs without end" 4 'company\.git
refs' "endless-refs:about=/company.git/,about=command=ls-refs"
finish
