#!/bin/bash
# --json=eval-jobs: the lines of nix-eval-jobs, equal to what plain Nix says about the same derivations.
source "$(dirname "$0")/../scenario.sh"

serve_start "$www"
make_world demo
company=$SERVE_URL/company.git
export NIX_CONFIG='experimental-features = nix-command
substituters ='

# shown DRV ATTR: what Nix says about a derivation, in the shape of a line.
shown() {
  nix show-derivation "$1" 2>"$scratch/nix.err" | jq -cS --arg attr "$2" '
    # Newer versions nest the outputs of inputs.
    def used: if type == "array" then . else .outputs end;
    def features: if .env.__json then (.env.__json | fromjson | .requiredSystemFeatures // [])
      else (.env.requiredSystemFeatures // "" | split(" ") | map(select(. != ""))) end;
    to_entries[0] | .key as $drv | .value
    | {attr: $attr, attrPath: [$attr], drvPath: $drv, system,
        name: ($drv | sub("^/nix/store/[^-]*-"; "") | sub("\\.drv$"; "")),
        outputs: .outputs | map_values(.path), inputDrvs: .inputDrvs | map_values(used),
        requiredSystemFeatures: features | unique}'
}
line_of() { jq -cS --arg attr "$1" 'select(.attr == $attr)' "$scratch/out"; }

# The demo world.
atoms=(base/hello/1.2.0 base/crypto/3.1.0 tools/linter/1.0.0 company/auth/1.5.2 company/server/1.4.0 company/suite/2.0.0)
uris=()
for atom in "${atoms[@]}"; do
  IFS=/ read -r set label version <<<"$atom"
  uris+=("$SERVE_URL/$set.git::$label@=$version")
done
eka plan --json=eval-jobs "${uris[@]}"
equal "exit code" 0 "$status"
equal "one line for each" "${#atoms[@]}" "$(wc -l <"$scratch/out")"
conforms "valid under the schema" eval-jobs.schema.json "$scratch/out"
for atom in "${atoms[@]}"; do
  IFS=/ read -r set label version <<<"$atom"
  drv=$(nix-instantiate "$here/plan/plain_nix.nix" --argstr repositories "$www" --argstr set "$set" --argstr label "$label" \
    --argstr version "$version" --argstr rev "$(version_of "$set" "$label" "$version" rev)" 2>"$scratch/nix.err")
  equal "$set::$label: as plain Nix" "$(shown "$drv" "$label")" "$(line_of "$label")"
done
cp "$scratch/out" "$scratch/evaluated"
eka plan --json=eval-jobs "${uris[@]}"
equal "remembered evaluations give the same lines" "$(sort "$scratch/evaluated")" "$(sort <<<"$out")"

# Everything that a derivation can have.
mkdir -p set/whole set/structured set/broken
cat >set/whole/default.nix <<'END'
let
  system = "x86_64-linux";
  builder = "/bin/sh";
  dep = derivation { inherit system builder; name = "dep"; outputs = [ "out" "dev" "doc" ]; };
in
{
  main = derivation {
    inherit system builder;
    name = "whole-1.0";
    outputs = [ "out" "dev" ];
    requiredSystemFeatures = [ "kvm" "big-parallel" ];
    args = [ dep.dev dep.doc ./default.nix ];
  } // {
    meta = {
      description = "“all” of it,\non two lines: ::error::";
      license = { spdxId = "MIT"; free = true; };
      maintainers = [ { name = "Ada"; github = "ada"; } ];
      priority = 5;
      tests = { inherit dep; };
      inherit dep;
      function = x: x;
      nothing = null;
    };
  };
}
END
cat >set/structured/default.nix <<'END'
{
  main = derivation {
    name = "structured";
    system = "x86_64-linux";
    builder = "/bin/sh";
    __structuredAttrs = true;
    requiredSystemFeatures = [ "nixos-test" ];
  };
}
END
echo '{ main = throw "no :: main"; }' >set/broken/default.nix
for label in whole structured broken; do
  printf '[package]\nlabel = "%s"\nversion = "1.0.0"\n[compose.as]\nnix = "default.nix"\n' $label >set/$label/atom.toml
done
echo 'set.packages = ["whole", "structured", "broken"]' >set/ekala.toml
git init -q set && git -C set add -A && git -C set -c user.name=x -c user.email=x commit -qm x
eka plan --json=eval-jobs --meta ./set::whole ./set::structured ./set::broken "$company::nothing" "$company::server@^1" \
  "$company::server@^2.0.0-0"
equal "atoms that fail have lines, so the exit code is 0" 0 "$status"
conforms "valid under the schema" eval-jobs.schema.json "$scratch/out"
for label in whole structured; do
  drv=$(nix-instantiate "set/$label" -A main 2>"$scratch/nix.err")
  equal "$label: as plain Nix" "$(shown "$drv" "$label")" "$(line_of "$label" | jq -cS 'del(.meta)')"
done
equal "--meta: what JSON can represent" \
  '{"description":"“all” of it,\non two lines: ::error::","license":{"free":true,"spdxId":"MIT"},"maintainers":[{"github":"ada","name":"Ada"}],"priority":5}' \
  "$(line_of whole | jq -cS .meta)"
equal "--meta: a derivation without it" null "$(line_of structured | jq -c .meta)"
matches "an evaluation that fails" 'no :: main' "$(line_of broken | jq -r .error)"
matches "an atom that does not exist" 'nothing' "$(line_of nothing | jq -r .error)"
equal "neither ends the run" "false false" "$(jq -r 'select(.error) | .fatal' "$scratch/out" | xargs)"
matches "errors are printed for people, too" 'no :: main' "$err"
equal "atoms with the same label are told apart" \
  "[\"server\",\"$company::server@^1\"] [\"server\",\"$company::server@^2.0.0-0\"]" \
  "$(jq -c 'select(.attrPath[0] == "server") | .attrPath' "$scratch/out" | sort | xargs -d '\n')"
whole_meta=$(line_of whole)
eka plan --json=eval-jobs --meta ./set::whole
equal "--meta is remembered" "$whole_meta" "$(line_of whole)"
eka --offline plan --json=eval-jobs --meta ./set::whole
equal "and needs no network" "0 $whole_meta" "$status $(line_of whole)"

eka plan --json=eval-jobs --shard 2/2 "$company::server@^1" "$company::server@^2.0.0-0"
equal "a shard names its jobs as the whole list does" "[\"server\",\"$company::server@^2.0.0-0\"]" "$(jq -c .attrPath <<<"$out")"
eka plan --json --meta ./set::whole
equal "--meta is only for these lines" 2 "$status"
XDG_CACHE_HOME=/dev/null eka plan --json=eval-jobs ./set::whole
check "a run that fails as a whole has an exit code" test "$status" -gt 0
equal "and a last line" "true []" "$(jq -r '"\(.fatal) \(.attrPath)"' <<<"$out")"

# Each derivation is in the store when its line is read, not only when the run ends.
fresh_cache
mkdir "$scratch/store"
missing=0
many=()
for n in {1..12}; do
  mkdir "set/n$n"
  sed "s/whole/n$n/" set/whole/atom.toml >"set/n$n/atom.toml"
  echo "{ main = derivation { name = \"n$n\"; system = \"x86_64-linux\"; builder = \"/bin/sh\"; }; }" >"set/n$n/default.nix"
  many+=("./set::n$n")
done
echo "set.packages = [$(printf '"n%s", ' {1..12}) \"whole\"]" >set/ekala.toml
while IFS= read -r line; do
  drv=$(jq -r '.drvPath // "none"' <<<"$line")
  [[ -f $scratch/store$drv ]] || missing=$((missing + 1))
done < <(NIX_REMOTE=$scratch/store "$EKA" plan -j1 --json=eval-jobs "${many[@]}" 2>"$scratch/err" | tee "$scratch/out")
equal "all lines were read" 12 "$(wc -l <"$scratch/out")"
equal "no derivation was missing when its line was read" 0 "$missing"
finish
