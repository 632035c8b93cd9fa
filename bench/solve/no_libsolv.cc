// Used if libsolv is not installed.
#include "base/error.h"
#include "solve/against_libsolv.h"

namespace eka::bench {

bool has_libsolv() {
  return false;
}

LibsolvRun LibsolvProblem::run() const {
  throw Error(Kind::usage, "eka-bench was built without libsolv");
}

}  // namespace eka::bench
