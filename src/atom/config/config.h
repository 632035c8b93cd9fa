// The configuration (protocol.md §8): layers of TOML, then the environment, merged key by key, later over earlier.
//
// Pure: the caller reads the files and hands over their text. Every key has an environment variable, EKA_ and its path
// in capitals with "_" between (EKA_PLATFORMS_LEGACY_TARGET; EKA_URI_ALIASES_WORK sets the alias "work"). What a key
// holds and where that came from is kept for `eka config`. Anything unknown or ill-typed is an error with its place:
// a default that takes over in silence would be found out much later.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "atom/json/json.h"
#include "atom/names/label.h"
#include "atom/names/uri.h"
#include "atom/toml/position.h"
#include "base/error.h"

namespace eka::atom {

struct ConfigLayer {
  std::string name;            // as messages call it: the path of the file
  std::string text;            // TOML
  bool of_repository = false;  // then it may not set what only the user may allow (sources.local)
};

struct ConfigOrigin {
  std::string source;       // "default", the name of a layer, or of an environment variable
  Position where{};         // in a layer
  std::string str() const;  // "eka.toml:3:1", "EKA_PLAN_JOBS", "default"
};

class Config {
 public:
  using Environment = std::map<std::string, std::string, std::less<>>;

  struct Plan {
    bool sharectx = false;                                // evaluate many atoms in one process
    std::uint64_t memory_bytes = std::uint64_t{4} << 30;  // of all evaluations: an integer, or "512M", "4GiB"
    std::uint64_t disk_bytes = std::uint64_t{1} << 30;    // that one evaluation may write into its store
    std::chrono::seconds timeout{600};                    // of one evaluator: seconds, or "90s", "10m", "1h"
    unsigned jobs = 0;   // evaluations at once; 0: as many as the machine has processors
    bool fresh = false;  // evaluate again what is remembered
    bool ifd = false;    // evaluation may read what derivations build
    bool gcroot = true;  // keep Nix's garbage collector from what was planned
  };
  struct Net {                         // durations, as above
    std::chrono::seconds connect{20};  // to get a connection: name, TCP and TLS together
    std::chrono::seconds stall{120};   // without bytes, until a transfer counts as dead
    std::chrono::seconds retry{60};    // within which a request that failed is tried again
    std::chrono::seconds deadline{0};  // for a whole run; 0, which cannot be set: none
    bool offline = false;              // ask nobody
  };
  struct Ui {                       // what a person sees
    std::string color = "auto";     // auto, always, never
    std::string progress = "auto";  // auto, bar, plain, none
    unsigned verbose = 0;           // how often -v
    unsigned quiet = 0;             // how often -q
  };
  struct Sources {
    std::vector<std::string> local;  // directories whose files a package set may use as sources; absolute
  };
  struct Platforms {
    std::string build, target, legacy_target;  // as Nix names them: x86_64-linux
  };
  struct DefaultComposer {  // what `eka new` writes
    Tag set;
    std::string address;  // of the set: a URI, which may hold an alias
    Label label;
  };
  struct Entry {
    std::string key;  // "plan.jobs"
    Json value;
    ConfigOrigin origin;
  };

  // `layers` from the least to the most important. `environment` may be the whole of it: looked at are EKA_ variables
  // (unknown ones are refused when they begin like a section: EKA_PLAN_JBOS), HOME and XDG_CACHE_HOME.
  // Kind::usage on refusal.
  static Result<Config> load(const std::vector<ConfigLayer>& layers, const Environment& environment);

  // "~" is resolved; still relative when it was written so.
  const std::string& cache_root() const { return cache_root_; }
  const Plan& plan() const { return plan_; }
  const Net& net() const { return net_; }
  const Ui& ui() const { return ui_; }
  const Sources& sources() const { return sources_; }
  const Platforms& platforms() const { return platforms_; }
  const DefaultComposer& default_composer() const { return default_composer_; }
  const Aliases& aliases() const { return aliases_; }

  // Every key, in the order of protocol.md, aliases last.
  std::vector<Entry> entries() const;

 private:
  friend class ConfigReader;
  friend struct ConfigKeys;
  Config();

  std::string cache_root_;
  Plan plan_;
  Net net_;
  Ui ui_;
  Sources sources_;
  Platforms platforms_;
  DefaultComposer default_composer_;
  Aliases aliases_;
  std::map<std::string, ConfigOrigin, std::less<>> origins_;  // of what is not a default
};

// The platform that this program was compiled for, as Nix names it.
std::string_view native_platform();

}  // namespace eka::atom
