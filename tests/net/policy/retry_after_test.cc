#include "net/policy/retry_after.h"

#include <doctest/doctest.h>

using namespace eka;
using std::chrono::seconds;

namespace {

const std::chrono::system_clock::time_point now{seconds(1'000'000)};  // Mon, 12 Jan 1970 13:46:40 GMT

std::optional<seconds> asked(std::string_view value, std::string_view date = {}) {
  return net::retry_after(value, date, now);
}

}  // namespace

TEST_CASE("Retry-After in seconds") {
  CHECK(asked("35") == seconds(35));
  CHECK(asked("86400") == seconds(86400));
  CHECK(asked("99999999999999999999999") == seconds(365L * 24 * 3600));
  for (const char* const none : {"", "0", "-5", "1.5", "5s", "soon", "0x10", " "}) {
    CAPTURE(none);
    CHECK_FALSE(asked(none));
  }
}

TEST_CASE("Retry-After as a date, in each form") {
  CHECK(asked("Mon, 12 Jan 1970 13:47:40 GMT") == seconds(60));
  CHECK(asked("Monday, 12-Jan-70 13:47:40 GMT") == seconds(60));
  CHECK(asked("Mon Jan 12 13:47:40 1970") == seconds(60));
  CHECK(asked("Fri, 31 Dec 9999 23:59:59 GMT") == seconds(365L * 24 * 3600));
  CHECK_FALSE(asked("Mon, 12 Jan 1970 13:46:40 GMT"));
  CHECK_FALSE(asked("Mon, 12 Jan 1970 12:00:00 GMT"));
  CHECK_FALSE(asked("Mon, 12 Jan 1970 13:47:40 CET"));
  CHECK_FALSE(asked("Mon, 12 Foo 1970 13:47:40 GMT"));
}

TEST_CASE("Retry-After as a date is compared with the date of the server") {
  // The clock of this machine is wrong by years.
  CHECK(asked("Fri, 27 Nov 2026 16:00:50 GMT", "Fri, 27 Nov 2026 16:00:00 GMT") == seconds(50));
  CHECK_FALSE(asked("Fri, 27 Nov 2026 16:00:00 GMT", "Fri, 27 Nov 2026 16:00:50 GMT"));
  CHECK(asked("Mon, 12 Jan 1970 13:47:40 GMT", "nonsense") == seconds(60));
}
