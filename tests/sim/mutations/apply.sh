#!/bin/bash
# The faults that scripts/simulate --mutations puts back still fit to the source.
set -euo pipefail
cd "$(dirname "$0")/../../.."

passed=0
failed=0
for patch in tests/sim/mutations/*.patch; do
  if git apply --check --recount -C1 "$patch"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "NOT OK: $patch does not apply: make the same change to the source of today, and write the patch again"
  fi
done
echo "mutations: $passed passed, $failed failed"
((failed == 0))
