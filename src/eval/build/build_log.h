// Parses the output of `nix-store --log-format internal-json`.
//
// Each line is "@nix " and a JSON object. Relevant objects: {"action": "start", "id", "type": 105, "fields":
// [derivation, …]} begins a build and {"action": "stop", "id"} ends it; {"action": "result", "id", "type": 101,
// "fields": [line]} is a line of its log; {"action": "msg", "level": 0, "raw_msg"} is an error, which contains the
// derivation's path. Other and malformed lines are ignored: the outcome of a build is determined from the store, not
// from its output.
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

  // By derivation: Nix's error message and the last lines of the build log. Not escaped for terminals.
  std::map<std::string, std::string> failures() const;
  // Errors that are not about one derivation.
  const std::string& complaints() const { return complaints_; }

 private:
  void error(std::string_view message);
  void printed(const std::string& drv, std::string_view line);

  BuildWatch& watch_;
  std::map<std::uint64_t, std::string> builds_;             // the derivation, by Nix's activity id
  std::map<std::string, std::deque<std::string>> printed_;  // the last lines of each
  std::map<std::string, bool> framed_;                      // whether a framed error continues in the next line
  std::map<std::string, std::string> errors_;
  std::string complaints_;
};

}  // namespace eka::eval
