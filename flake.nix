{
  description = "eka plans atoms, which are versioned slices of git repositories, as Nix derivations";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs =
    { self, nixpkgs }:
    let
      systems = [
        "x86_64-linux"
        "aarch64-linux"
      ];
      each = f: nixpkgs.lib.genAttrs systems (system: f nixpkgs.legacyPackages.${system});
      package = pkgs: pkgs.callPackage ./nix/package.nix { commit = self.rev or "unknown"; };
    in
    {
      overlays.default = final: _: { eka = package final; };

      packages = each (pkgs: rec {
        eka = package pkgs;
        default = eka;
      });

      # What `meson setup build -Dtests=false` needs.
      devShells = each (pkgs: {
        default = pkgs.mkShell {
          inputsFrom = [ (package pkgs) ];
          packages = [
            pkgs.bubblewrap
            pkgs.ccache
            pkgs.git
          ];
        };
      });
    };
}
