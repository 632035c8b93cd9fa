#!/bin/bash
# Faults during a response: reset, stall, truncation, corruption; or a response to a different request.
source "$(dirname "$0")/../scenario.sh"
source "$here/faults.sh"
faults_begin

tools="about=/tools.git/,about=command=fetch"
size=$(serve_log | jq -s 'map(select(.path == "/tools.git/git-upload-pack" and .command == "fetch")) | .[0].sent')
check "the response is large enough" test "$size" -gt 200

# A connection that is reset once is retried, wherever it breaks: in the head, between packets, inside the pack.
for at in 0 1 20 100 200 250 300 400 $((size - 30)) "$size" $((size + 100)); do
  survives "reset at byte $at, once" "reset:at=$at,times=1,$tools"
done
survives "reset in the request, once" "reset:up,at=100,times=1,$tools"

export EKA_NET_RETRY=1
fails "reset in the pack, permanently" 4 'tools\.git
atom-nix
help: ' "reset:body=$((size / 2)),$tools"

export EKA_NET_STALL=1
fails "a stall" 4 'tools\.git
atom-nix
help: .*net\.stall' "stall:body=$((size / 2)),$tools"
fails "a stall before the response" 4 'tools\.git' "stall:at=0,$tools"
fails "one byte per second" 4 'tools\.git' "trickle:body=$((size / 2)),every=500,$tools"
fails "one byte of the request per second" 4 'tools\.git' "trickle:up,at=20,every=500,$tools"
unset EKA_NET_STALL EKA_NET_RETRY

# Truncated, in an otherwise complete response.
for at in 0 4 13 100 $((size / 2)); do
  fails "truncated at byte $at" 4 'tools\.git' "truncate:body=$at,$tools"
done
# The first bytes are lengths and bands of packets; the pack starts after them.
for at in 3 60 90 150 $((size / 2)); do
  fails "byte $at altered" '4|6' 'tools\.git|atom-nix' "corrupt:body=$at,$tools"
done

# A valid response to a different request.
wanted_rev=$(version_of tools atom-nix 0.4.2 rev)
record "$scratch/other" tools "$(version_of tools compiler 2.1.0 rev)"
fails "a different object" 6 'atom-nix|tools\.git' "answer:file=$scratch/other,$tools"
record "$scratch/short" tools "$wanted_rev" -20
fails "a length that is too short" 4 'tools\.git' "answer:file=$scratch/short,$tools"
record "$scratch/long" tools "$wanted_rev" 20
fails "a length that is too long" 4 'tools\.git' "answer:file=$scratch/long,$tools"
record "$scratch/whole" tools "$wanted_rev" 0
survives "the recorded correct response" "answer:file=$scratch/whole,$tools"
fails "an endless list of refs" 4 'company\.git
refs' "endless-refs:about=/company.git/,about=command=ls-refs"
finish
