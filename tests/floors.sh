#!/bin/bash
# The former name of layers.sh.
exec bash "$(dirname "$0")/layers.sh"
