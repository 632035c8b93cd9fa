// What the engine tells while it works. cli/ draws it; everything here is also in the report at the end.
#pragma once

#include <cstddef>
#include <string_view>

namespace eka::engine {

enum class Stage { locate, fetch_root, fetch_closure, lay_out, evaluate, admit };

// Called on the reactor, in between: implementations must not block or throw.
class Observer {
 public:
  virtual ~Observer() = default;
  // One unit of a stage began or ended; `what` names it for a person (an atom, a remote).
  virtual void began(Stage stage, std::string_view what) = 0;
  virtual void ended(Stage stage, std::string_view what) = 0;
  // Something that a person should know though nothing failed.
  virtual void note(std::string_view text) = 0;
};

}  // namespace eka::engine
