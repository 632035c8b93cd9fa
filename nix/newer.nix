# Builtins that newer versions of Nix have and older ones lack, as far as they compute from their arguments and the files
# of an atom only. Each gives the results of Nix 2.26. What tryEval does not catch there ends in `abort` here.
let
  characters = text: builtins.genList (at: builtins.substring at 1 text) (builtins.stringLength text);
  # [ { name = "0"; value = 0; } … ]
  numbered = digits: builtins.genList (value: { name = builtins.elemAt digits value; inherit value; }) (builtins.length digits);
  split_at =
    separator: text:
    let
      parts = builtins.match "([^${separator}]*)${separator}(.*)" text;
    in
    if parts == null then null else { before = builtins.elemAt parts 0; after = builtins.elemAt parts 1; };

  # --- numbers as lists of bits, the lowest first --------------------------------------------------------------------

  bits_of =
    width: number:
    if width == 0 then
      [ ]
    else
      [ (builtins.bitAnd number 1) ] ++ bits_of (width - 1) (number / 2);
  number_of = bits: builtins.foldl' (number: bit: 2 * number + bit) 0 (reversed bits);
  reversed =
    list:
    let
      count = builtins.length list;
    in
    builtins.genList (at: builtins.elemAt list (count - 1 - at)) count;
  # Lists of `width` elements; a last incomplete one is dropped.
  groups =
    width: list:
    builtins.genList (group: builtins.genList (at: builtins.elemAt list (group * width + at)) width) (
      builtins.length list / width
    );
  zeros = count: builtins.genList (_: 0) count;

  # --- encodings of bytes --------------------------------------------------------------------------------------------

  digits = {
    base16 = characters "0123456789abcdef";
    nix32 = characters "0123456789abcdfghijklmnpqrsvwxyz";
    base64 = characters "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  };
  values =
    builtins.mapAttrs (_: digits: builtins.listToAttrs (numbered digits)) digits
    // {
      base16 = builtins.listToAttrs (numbered digits.base16 ++ numbered (characters "0123456789ABCDEF"));
    };
  value_in =
    encoding: text: digit:
    values.${encoding}.${digit} or (abort "invalid character in ${encoding} string: '${digit}' in '${text}'");

  # The size of a hash as text.
  lengths = size: {
    base16 = size * 2;
    nix32 = (size * 8 - 1) / 5 + 1;
    base64 = (size + 2) / 3 * 4;
  };

  decoders = {
    base16 =
      size: text:
      map (pair: builtins.elemAt pair 0 * 16 + builtins.elemAt pair 1) (
        groups 2 (map (value_in "base16" text) (characters text))
      );
    nix32 =
      size: text:
      let
        bits = builtins.concatMap (digit: bits_of 5 (value_in "nix32" text digit)) (reversed (characters text));
        all = groups 8 (bits ++ zeros 8);
        rest = builtins.genList (at: builtins.elemAt bits (size * 8 + at)) (builtins.length bits - size * 8);
      in
      if builtins.elem 1 rest then
        abort "invalid base-32 hash '${text}'"
      else
        builtins.genList (at: number_of (builtins.elemAt all at)) size;
    base64 =
      size: text:
      let
        significant = builtins.elemAt (builtins.match "([^=]*).*" text) 0;
        highest_first = builtins.concatMap (digit: reversed (bits_of 6 (value_in "base64" text digit))) (
          characters significant
        );
        bytes = map (bits: number_of (reversed bits)) (groups 8 highest_first);
      in
      if builtins.length bytes != size then abort "invalid base-64 hash '${text}'" else bytes;
  };

  encoders = {
    base16 =
      bytes:
      builtins.concatStringsSep "" (
        map (
          byte: builtins.elemAt digits.base16 (byte / 16) + builtins.elemAt digits.base16 (builtins.bitAnd byte 15)
        ) bytes
      );
    nix32 =
      bytes:
      let
        bits = builtins.concatMap (bits_of 8) bytes;
        padded = bits ++ zeros ((lengths (builtins.length bytes)).nix32 * 5 - builtins.length bits);
      in
      builtins.concatStringsSep "" (
        map (group: builtins.elemAt digits.nix32 (number_of group)) (reversed (groups 5 padded))
      );
    base64 =
      bytes:
      let
        count = builtins.length bytes;
        missing = (3 - (count - count / 3 * 3)) - (if count - count / 3 * 3 == 0 then 3 else 0);
        highest_first = builtins.concatMap (byte: reversed (bits_of 8 byte)) (bytes ++ zeros missing);
        text = map (bits: builtins.elemAt digits.base64 (number_of (reversed bits))) (groups 6 highest_first);
        kept = builtins.length text - missing;
      in
      builtins.concatStringsSep "" (builtins.genList (at: if at < kept then builtins.elemAt text at else "=") (
        builtins.length text
      ));
  };

  sizes = {
    md5 = 16;
    sha1 = 20;
    sha256 = 32;
    sha512 = 64;
  };

  # { algorithm, bytes } of a hash in any encoding.
  parse_hash =
    text: expected:
    let
      colon = split_at ":" text;
      dash = if colon == null then split_at "-" text else null;
      prefix = if colon != null then colon else dash;
      algorithm =
        if prefix != null then
          if expected != null && expected != prefix.before && sizes ? ${prefix.before} then
            abort "hash '${text}' should have type '${expected}'"
          else
            prefix.before
        else if expected != null then
          expected
        else
          abort "hash '${text}' does not include a type, nor is the type otherwise known from context";
      size =
        sizes.${algorithm}
          or (abort "unknown hash algorithm '${algorithm}', expect 'md5', 'sha1', 'sha256', or 'sha512'");
      digest = if prefix != null then prefix.after else text;
      length = lengths size;
      found = builtins.stringLength digest;
      encoding =
        if dash != null then
          "base64"
        else if found == length.base16 then
          "base16"
        else if found == length.nix32 then
          "nix32"
        else if found == length.base64 then
          "base64"
        else
          abort "hash '${text}' has wrong length for hash algorithm '${algorithm}'";
    in
    {
      inherit algorithm;
      bytes = decoders.${encoding} size digest;
    };

  # --- contexts of strings -------------------------------------------------------------------------------------------

  # How many elements the context has for one path.
  elements =
    described:
    builtins.length (described.outputs or [ ])
    + (if described.path or false then 1 else 0)
    + (if described.allOutputs or false then 1 else 0);
in
{
  addDrvOutputDependencies =
    value:
    let
      text = "${value}";
      context = builtins.getContext text;
      path = builtins.head (builtins.attrNames context);
      described = context.${path};
      count = builtins.foldl' (sum: path: sum + elements context.${path}) 0 (builtins.attrNames context);
    in
    if count != 1 then
      abort "context of string '${builtins.unsafeDiscardStringContext text}' must have exactly one element, but has ${toString count}"
    else if described.allOutputs or false then
      text
    else if described ? outputs && described.outputs != [ ] then
      abort "`addDrvOutputDependencies` can only act on derivations, not on a derivation output such as '${builtins.head described.outputs}'"
    else if builtins.match ".*\\.drv" path == null then
      abort "path '${path}' is not a derivation"
    else
      builtins.appendContext (builtins.unsafeDiscardStringContext text) { ${path}.allOutputs = true; };

  # Without the debugger of newer versions.
  break = value: value;

  convertHash =
    { hash, toHashFormat, ... }@arguments:
    let
      parsed = parse_hash hash (arguments.hashAlgo or null);
      prefixed = toHashFormat == "sri";
      encoding =
        {
          base16 = "base16";
          base32 = "nix32";
          nix32 = "nix32";
          base64 = "base64";
          sri = "base64";
        }
        .${toHashFormat}
          or (abort "unknown hash format '${toHashFormat}', expect 'base16', 'base32', 'base64', or 'sri'");
    in
    (if prefixed then "${parsed.algorithm}-" else "") + encoders.${encoding} parsed.bytes;

  readFileType =
    file:
    let
      text = toString file;
      plain = builtins.unsafeDiscardStringContext text;
      path = toString (/. + plain);
      name = baseNameOf path;
      # With the context of the file, so that it is built if need be.
      parent = builtins.substring 0 0 text + dirOf path;
      # Fails with a message about the file.
      absent = builtins.readFile file;
      # No atom may list the store. "x/." is found only if x is a directory.
      is_directory =
        (builtins.tryEval (
          builtins.findFile [
            {
              prefix = "x";
              inherit path;
            }
          ] "x/."
        )).success;
    in
    if builtins.substring 0 1 plain != "/" then
      builtins.readDir file
    else if path == "/" then
      "directory"
    else if dirOf path == builtins.storeDir && builtins.pathExists file then
      if is_directory then "directory" else "regular"
    else if dirOf path == builtins.storeDir then
      absent
    else
      (builtins.readDir parent).${name} or absent;

  # Prints only if the option trace-verbose is set, which it is not.
  traceVerbose = message: value: value;

  warn =
    message: value:
    if !(builtins.isString message) then
      abort "expected a string as the first argument of builtins.warn, but found a value of type ${builtins.typeOf message}"
    else
      builtins.trace "evaluation warning: ${message}" value;
}
