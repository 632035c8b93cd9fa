// The fixed files of a collection: its library, its standard environment, and how its packages are put together.
#include "world/nixlike_library.h"

namespace eka::world {

std::map<std::string, File> nixlike_library() {
  std::map<std::string, File> out;
  const auto add = [&](const char* path, const char* text) { out[path] = {text}; };

  add("lib/default.nix", R"(let
  callLib = file: import file { inherit lib; };
  lib = {
    fixedPoints = callLib ./fixed-points.nix;
    lists = callLib ./lists.nix;
    attrsets = callLib ./attrsets.nix;
    strings = callLib ./strings.nix;
    trivial = callLib ./trivial.nix;
    customisation = callLib ./customisation.nix;
    licenses = callLib ./licenses.nix;
    inherit (lib.fixedPoints) fix extends composeExtensions composeManyExtensions;
    inherit (lib.lists) optional optionals foldr foldl' flatten unique imap0;
    inherit (lib.attrsets) optionalAttrs mapAttrsToList filterAttrs getAttrs recursiveUpdate;
    inherit (lib.strings) concatStringsSep concatMapStringsSep optionalString enableFeature withFeature escapeShellArg
      hasPrefix toUpper;
    inherit (lib.trivial) id const flip pipe;
    inherit (lib.customisation) makeOverridable callPackageWith;
  };
in
lib
)");
  add("lib/trivial.nix", R"({ lib }:
{
  id = x: x;
  const = x: y: x;
  flip = f: a: b: f b a;
  pipe = value: functions: lib.lists.foldl' (x: f: f x) value functions;
}
)");
  add("lib/fixed-points.nix", R"({ lib }:
rec {
  fix = f: let x = f x; in x;
  extends = overlay: f: final: let prev = f final; in prev // overlay final prev;
  composeExtensions = f: g: final: prev:
    let
      fApplied = f final prev;
      prev' = prev // fApplied;
    in
    fApplied // g final prev';
  composeManyExtensions = lib.lists.foldr composeExtensions (final: prev: { });
}
)");
  add("lib/lists.nix", R"({ lib }:
rec {
  inherit (builtins) filter map length elemAt head tail foldl' concatLists genList;
  optional = condition: element: if condition then [ element ] else [ ];
  optionals = condition: elements: if condition then elements else [ ];
  foldr = op: nul: list:
    let
      len = length list;
      fold' = n: if n == len then nul else op (elemAt list n) (fold' (n + 1));
    in
    fold' 0;
  flatten = x: if builtins.isList x then concatLists (map flatten x) else [ x ];
  unique = foldl' (acc: e: if builtins.elem e acc then acc else acc ++ [ e ]) [ ];
  imap0 = f: list: genList (n: f n (elemAt list n)) (length list);
}
)");
  add("lib/attrsets.nix", R"({ lib }:
rec {
  inherit (builtins) attrNames listToAttrs intersectAttrs removeAttrs mapAttrs;
  optionalAttrs = condition: attrs: if condition then attrs else { };
  nameValuePair = name: value: { inherit name value; };
  mapAttrsToList = f: attrs: map (name: f name attrs.${name}) (attrNames attrs);
  filterAttrs = pred: set:
    listToAttrs (builtins.concatMap (name: if pred name set.${name} then [ (nameValuePair name set.${name}) ] else [ ])
      (attrNames set));
  getAttrs = names: attrs: listToAttrs (map (name: nameValuePair name attrs.${name}) names);
  recursiveUpdate = left: right:
    left // mapAttrs
      (name: value:
        if builtins.isAttrs value && builtins.isAttrs (left.${name} or null)
        then recursiveUpdate left.${name} value
        else value)
      right;
}
)");
  add("lib/strings.nix", R"({ lib }:
rec {
  inherit (builtins) concatStringsSep substring stringLength replaceStrings;
  concatMapStringsSep = separator: f: list: concatStringsSep separator (map f list);
  optionalString = condition: string: if condition then string else "";
  enableFeature = enable: feature: "--${if enable then "enable" else "disable"}-${feature}";
  withFeature = with_: feature: "--${if with_ then "with" else "without"}-${feature}";
  escapeShellArg = argument: "'${replaceStrings [ "'" ] [ "'\\''" ] (toString argument)}'";
  hasPrefix = prefix: string: substring 0 (stringLength prefix) string == prefix;
  stringToCharacters = s: builtins.genList (i: substring i 1 s) (stringLength s);
  toUpper = replaceStrings (stringToCharacters "abcdefghijklmnopqrstuvwxyz")
    (stringToCharacters "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
}
)");
  add("lib/licenses.nix", R"({ lib }:
builtins.mapAttrs (shortName: fullName: { inherit shortName fullName; free = true; }) {
  mit = "MIT License";
  gpl3Plus = "GNU General Public License v3.0 or later";
  bsd3 = "BSD 3-clause";
  asl20 = "Apache License 2.0";
}
)");
  add("lib/customisation.nix", R"({ lib }:
rec {
  makeOverridable = f: origArgs:
    let
      result = f origArgs;
      override = newArgs:
        makeOverridable f (origArgs // (if builtins.isFunction newArgs then newArgs origArgs else newArgs));
    in
    if builtins.isAttrs result then result // { inherit override; } else result;
  callPackageWith = autoArgs: fn: args:
    let
      f = if builtins.isFunction fn then fn else import fn;
      fargs = builtins.functionArgs f;
      given = builtins.intersectAttrs fargs autoArgs // args;
      missing = builtins.filter (name: !fargs.${name} && !(given ? ${name})) (builtins.attrNames fargs);
    in
    if missing == [ ] then makeOverridable f given
    else throw "a package lacks the arguments ${lib.strings.concatStringsSep ", " missing}";
}
)");
  add("pkgs/stdenv/setup.sh", "# phases of a build\nfor phase in unpack patch configure build install; do :; done\n");
  add("pkgs/stdenv/builder.sh", "source $stdenv/setup\nmkdir -p $out\n");
  add("pkgs/stdenv/default.nix", R"({ lib, system }:
let
  setup = ./setup.sh;
  self = {
    inherit system;
    isLinux = builtins.match ".*-linux" system != null;
    mkDerivation = attrs:
      let
        inputs = attrs.buildInputs or [ ] ++ attrs.nativeBuildInputs or [ ];
        arguments = builtins.removeAttrs attrs [ "pname" "version" "meta" "passthru" "configureFlags" ];
        drv = derivation (arguments // {
          name = "${attrs.pname}-${attrs.version}";
          inherit system setup;
          builder = "/bin/sh";
          args = [ "-e" ./builder.sh ];
          configureFlags = lib.concatMapStringsSep " " lib.escapeShellArg (attrs.configureFlags or [ ]);
          searchPath = lib.concatMapStringsSep ":" (input: "${input}/bin") inputs;
        });
      in
      drv // {
        inherit (attrs) pname version;
        meta = { available = true; } // attrs.meta or { };
        overrideAttrs = f: self.mkDerivation (attrs // f attrs);
      } // attrs.passthru or { };
  };
in
self
)");
  add("pkgs/build-support/fetchurl/default.nix", R"({ stdenv }:
{ url, hash, name ? baseNameOf url }:
derivation {
  inherit name url;
  inherit (stdenv) system;
  builder = "/bin/sh";
  args = [ "-c" "exit 1" ];
  outputHash = hash;
  outputHashMode = "flat";
  preferLocalBuild = true;
}
)");
  add("default.nix", R"({ system, overlays ? [ ] }:
let
  lib = import ./lib;
  base = final:
    let callPackage = lib.callPackageWith (final // { inherit lib; });
    in
    {
      inherit lib callPackage;
      stdenv = import ./pkgs/stdenv { inherit lib system; };
      fetchurl = callPackage ./pkgs/build-support/fetchurl { };
    };
  packages = final: prev: import ./pkgs/all-packages.nix final;
  extensions = lib.composeManyExtensions ([ packages ] ++ map (file: import file) (import ./overlays) ++ overlays);
in
lib.fix (lib.extends extensions base)
)");
  return out;
}

}  // namespace eka::world
