// Forwards build events of Nix to the observer of the run.
#pragma once

#include <string_view>

#include "engine/context/observer.h"
#include "eval/evaluator.h"

namespace eka::engine {

// `observer` must outlive it.
class BuildProgress : public eval::BuildWatch {
 public:
  explicit BuildProgress(Observer& observer) : observer_(observer) {}
  void began(std::string_view drv_path) override { observer_.began(Stage::build, name_of(drv_path)); }
  void ended(std::string_view drv_path) override { observer_.ended(Stage::build, name_of(drv_path)); }
  void printed(std::string_view drv_path, std::string_view line) override {
    observer_.printed(name_of(drv_path), line);
  }

 private:
  // "server-1.4.0" of "/nix/store/<hash>-server-1.4.0.drv".
  static std::string_view name_of(std::string_view drv_path) {
    constexpr std::size_t before = std::string_view("/nix/store/").size() + 33;
    if (drv_path.size() <= before) return drv_path;
    drv_path.remove_prefix(before);
    if (drv_path.ends_with(".drv")) drv_path.remove_suffix(4);
    return drv_path;
  }

  Observer& observer_;
};

}  // namespace eka::engine
