// The configuration (protocol.md §8): layers of TOML, then the environment, then command line options, merged key by
// key; later ones take precedence.
//
// No I/O: the caller reads the files and passes their text. Every key has an environment variable, EKA_ and its path in
// capitals with "_" for "." (EKA_PLATFORMS_LEGACY_TARGET; EKA_URI_ALIASES_WORK sets the alias "work"). The source of
// each value is kept for `eka config`. Unknown keys and invalid values are errors, because silently using the default
// would be noticed much later.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atom/config/cutoff.h"
#include "atom/json/json.h"
#include "atom/names/label.h"
#include "atom/names/uri.h"
#include "atom/toml/position.h"
#include "base/error.h"

namespace eka::atom {

struct ConfigLayer {
  std::string name;            // as named in messages: the path of the file
  std::string text;            // TOML
  bool of_repository = false;  // if so, it may not set keys reserved to the user (sources.local)
};

struct ConfigOption {
  std::string key;   // "plan.jobs"
  std::string text;  // the value, written as in an environment variable
  std::string name;  // as named in messages: "--jobs"
};

struct ConfigOrigin {
  std::string source;       // "default", or the name of a layer, an environment variable or an option
  Position where{};         // in a layer
  std::string str() const;  // "eka.toml:3:1", "EKA_PLAN_JOBS", "default"
};

// Which atoms are evaluated in one process: each alone; those of a package set that have the same lock; all.
enum class ShareContext { none, set, all };

class Config {
 public:
  using Environment = std::map<std::string, std::string, std::less<>>;

  struct Plan {
    ShareContext sharectx = ShareContext::none;           // evaluate many atoms in one process: true, false, or "set"
    std::uint64_t memory_bytes = std::uint64_t{4} << 30;  // for all evaluations together: an integer, or "512M", "4GiB"
    std::uint64_t disk_bytes = std::uint64_t{1} << 30;    // that one evaluation may write to its store
    std::chrono::seconds timeout{600};                    // for one evaluator: seconds, or "90s", "10m", "1h"
    unsigned jobs = 0;                                    // parallel evaluations; 0: the number of processors
    bool fresh = false;                                   // ignore cached evaluations
    bool ifd = false;                                     // allow import-from-derivation
    bool gcroot = true;                                   // protect planned derivations from Nix's garbage collector
    std::string sandbox = "strict";                       // of evaluations: strict, container
  };
  struct Cache {                            // that is shared with other machines; paths and keys as written
    std::string remote;                     // its URL; empty: none
    bool push = false;                      // store what is evaluated here
    bool trust = false;                     // use evaluations that are not signed
    std::vector<std::string> trusted_keys;  // that sign evaluations: "<name>:<base64>"
    std::string signing_key;                // file with the secret key; empty: none. "~" is expanded
  };
  struct Net {                         // durations, in the same format
    std::chrono::seconds connect{20};  // for establishing a connection: name resolution, TCP and TLS
    std::chrono::seconds stall{120};   // without data before a transfer is aborted
    std::chrono::seconds retry{60};    // during which failed requests are retried
    std::chrono::seconds deadline{0};  // for a whole run; 0, which cannot be configured: none
    bool offline = false;              // use only cached data
  };
  struct Resolve {
    std::optional<Cutoff> newest_before;  // only versions that were published before it are selected
  };
  struct Ui {                       // output for people
    std::string color = "auto";     // auto, always, never
    std::string progress = "auto";  // auto, bar, plain, none
    unsigned verbose = 0;           // number of -v
    unsigned quiet = 0;             // number of -q
  };
  struct Sources {
    std::vector<std::string> local;  // directories whose files a package set may use as sources; absolute
  };
  struct Platforms {
    std::string build, target, legacy_target;  // in Nix's notation: x86_64-linux
  };
  struct DefaultComposer {  // written by `eka new`
    Tag set;
    std::string address;  // of the set: a URI, which may contain an alias
    Label label;
  };
  struct Entry {
    std::string key;  // "plan.jobs"
    Json value;
    ConfigOrigin origin;
  };

  // `layers` in ascending precedence. `environment` may contain all variables: only HOME, XDG_CACHE_HOME and those that
  // begin with EKA_ are read (unknown ones that begin like a section are errors: EKA_PLAN_JBOS). Kind::usage.
  static Result<Config> load(const std::vector<ConfigLayer>& layers, const Environment& environment,
                             const std::vector<ConfigOption>& options = {});
  // Only the defaults and `options`, for reporting errors when the configuration cannot be loaded. `cache_root` may
  // begin with "~". Kind::usage.
  static Result<Config> of(const std::vector<ConfigOption>& options);

  // A key as documented: by --help, man pages, completion and the reference.
  struct Key {
    std::string path;      // "plan.jobs"
    std::string variable;  // "EKA_PLAN_JOBS"
    std::string value;     // how the value is written: "true or false", "a number"
    std::string help;
    std::string words;  // the valid values, separated by "|", if there are few: "auto|always|never"
    bool user_only = false;
  };
  // In the order of protocol.md, aliases last ("uri.aliases.<name>").
  static std::vector<Key> keys();
  static Key key(std::string_view path);

  // Whether `text` is a valid value of `key`. Kind::usage.
  static Result<void> check(std::string_view key, std::string_view text);

  // "~" is expanded; relative if configured as relative.
  const std::string& cache_root() const { return cache_root_; }
  const Cache& cache() const { return cache_; }
  const Plan& plan() const { return plan_; }
  const Net& net() const { return net_; }
  const Resolve& resolve() const { return resolve_; }
  const Ui& ui() const { return ui_; }
  const Sources& sources() const { return sources_; }
  const Platforms& platforms() const { return platforms_; }
  const DefaultComposer& default_composer() const { return default_composer_; }
  const Aliases& aliases() const { return aliases_; }

  // All keys in the order of protocol.md, aliases last.
  std::vector<Entry> entries() const;

 private:
  friend class ConfigReader;
  friend struct ConfigKeys;
  Config();

  std::string cache_root_;
  Plan plan_;
  Net net_;
  Resolve resolve_;
  Ui ui_;
  Sources sources_;
  Platforms platforms_;
  DefaultComposer default_composer_;
  Aliases aliases_;
  std::map<std::string, ConfigOrigin, std::less<>> origins_;  // of values that are not defaults
  Cache cache_;
};

// The platform that this program was compiled for, as Nix names it.
std::string_view native_platform();

}  // namespace eka::atom
