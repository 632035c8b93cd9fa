# The value of one atom, computed by its composer.
{
  config,
  purity,
  values,
  atoms,
}:
atom:
let
  # A path instead of a string, so that relative paths such as `./.` in an atom work as in any imported file.
  root = /. + atom.root;
  manifest = builtins.fromTOML (builtins.readFile (root + "/atom.toml"));

  cfg = config // {
    inherit (manifest) package;
  };

  deps = {
    from = builtins.mapAttrs (_: builtins.mapAttrs (_: key: values.${key})) atom.deps;
    pins = builtins.mapAttrs (_: pin) (atom.pins or { });
    get = builtins.mapAttrs get (atom.gets or { });
  };

  # A source on disk. `import` reads it in place; `src` adds it to the store if it is used in a derivation.
  # See protocol.md §9.
  pin = source: {
    src = builtins.path {
      path = /. + source.path;
      name = contract.name_of source.path;
      sha256 = source.hash;
      recursive = source.tree;
    };
    import = path: purity.import (/. + source.path + "/${path}");
  };

  # A source that is fetched at build time: the derivation of <nix/fetchurl.nix>.
  get = name: source: {
    src = import <nix/fetchurl.nix> {
      inherit (source) url hash;
      inherit name;
      unpack = source.unpack or false;
    };
  };

  contract = import ./contract.nix;

  by = {
    nix = purity.scopedImport {
      atoms = {
        inherit deps;
      };
      inherit cfg;
    } (root + "/${atom.compose.entry}");

    static = manifest;

    atom =
      contract.composer atom atoms.${atom.compose.atom} values.${atom.compose.atom}
        (root + "/${atom.compose.entry}")
        {
          extern = {
            inherit deps;
          };
          config = cfg;
        };
  };
in
builtins.addErrorContext "while evaluating the atom ${atom.label} ${atom.version}" by.${atom.compose.use}
