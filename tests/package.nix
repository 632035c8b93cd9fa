# Evaluates flake.nix and nix/package.nix with stand-ins for nixpkgs: what is read of it, and nothing else. Used by
# tests/packages.sh; a build with the real nixpkgs needs the network.
let
  lib = {
    cleanSource = path: path;
    optional = condition: element: if condition then [ element ] else [ ];
    makeBinPath = packages: builtins.concatStringsSep ":" (map (package: "/${package.name}/bin") packages);
    licenses.asl20.spdxId = "Apache-2.0";
    platforms.linux = [ "x86_64-linux" ];
    genAttrs = names: f: builtins.listToAttrs (map (name: { inherit name; value = f name; }) names);
  };
  recipe = import ../nix/package.nix;
  arguments = builtins.functionArgs recipe;
  named = builtins.listToAttrs (
    map (name: { inherit name; value.name = name; }) (builtins.attrNames arguments ++ [ "ccache" "git" ])
  );
  pkgs = named // {
    inherit lib;
    stdenv = {
      mkDerivation = attributes: attributes;
      cc.libc = { };
    };
    mkShell = attributes: attributes;
    callPackage = path: given: import path (builtins.intersectAttrs (removeAttrs arguments [ "commit" ]) pkgs // given);
  };
  flake = import ../flake.nix;
  outputs = flake.outputs {
    self.rev = "0123456789abcdef0123456789abcdef01234567";
    nixpkgs = {
      inherit lib;
      legacyPackages = { x86_64-linux = pkgs; aarch64-linux = pkgs; };
    };
  };
  package = outputs.packages.x86_64-linux.default;
in
{
  inherit (package) pname version mesonFlags;
  libraries = map (library: library.name) package.buildInputs;
  systems = builtins.attrNames outputs.packages;
  shell = builtins.length outputs.devShells.x86_64-linux.default.packages;
  overlay = (outputs.overlays.default pkgs { }).eka.version;
}
