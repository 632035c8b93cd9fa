#include "net/policy/repeat_rule.h"

#include <doctest/doctest.h>

namespace eka::net {

TEST_CASE("repeat rule: only failures of a reused connection before the response, once") {
  // The first failure of a new connection is real, whatever is known of the server.
  for (const bool persists : {true, false}) {
    for (const bool closed : {true, false}) {
      CHECK(repeat_of({.persists = persists, .closed = closed}) == Repeat::no);
    }
  }
  CHECK(repeat_of({.used_before = true, .closed = true}) == Repeat::closed_while_idle);
  CHECK(repeat_of({.used_before = true}) == Repeat::no);  // the server persists and the connection is open: the failure
                                                          // is real
  CHECK(repeat_of({.used_before = true, .persists = false}) == Repeat::one_request_per_connection);
  CHECK(repeat_of({.used_before = true, .persists = false, .closed = true}) == Repeat::one_request_per_connection);
  for (const bool persists : {true, false}) {
    CHECK(repeat_of({.used_before = true, .persists = persists, .closed = true, .answered = true}) == Repeat::no);
    CHECK(repeat_of({.used_before = true, .persists = persists, .closed = true, .repeated = true}) == Repeat::no);
  }
}

}  // namespace eka::net
