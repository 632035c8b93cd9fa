// What `nix-store --log-format internal-json` says while it builds.
//
// Each line is "@nix " and a JSON object. Those that matter here: {"action": "start", "id", "type": 105, "fields":
// [derivation, …]} begins a build and {"action": "stop", "id"} ends it; {"action": "result", "id", "type": 101,
// "fields": [line]} is a line that it printed; {"action": "msg", "level": 0, "raw_msg"} is an error, in which the
// derivation's path stands. Lines that are something else, or broken, are passed over: the outcome of a build is seen
// in the store, never here.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace eka::eval {

class BuildWatch {
 public:
  virtual ~BuildWatch() = default;
  virtual void began(std::string_view drv_path) = 0;
  virtual void ended(std::string_view drv_path) = 0;
  virtual void printed(std::string_view drv_path, std::string_view line) = 0;
};

class BuildLog {
 public:
  explicit BuildLog(BuildWatch& watch) : watch_(watch) {}
  void line(std::string_view text);

  // By derivation: what Nix said when it failed, and the last lines that it printed. Not yet fit for a terminal.
  std::map<std::string, std::string> failures() const;
  // Errors that tell of no derivation in particular.
  const std::string& complaints() const { return complaints_; }

 private:
  void error(std::string_view message);

  BuildWatch& watch_;
  std::map<std::uint64_t, std::string> builds_;             // the derivation, by Nix's number
  std::map<std::string, std::deque<std::string>> printed_;  // the last lines of each
  std::map<std::string, std::string> errors_;
  std::string complaints_;
};

}  // namespace eka::eval
