#include "proxy/fault.h"

#include <doctest/doctest.h>

#include "base/error.h"

namespace eka::proxy {
namespace {

using Then = Cutter::Then;

// The effect of a fault on `stream`, received in pieces of `size`: what passes, and what happens then.
std::pair<std::string, Then> cut(const std::string& fault, const std::string& stream, std::size_t size) {
  Cutter cutter(Fault::parse(fault));
  std::string passed;
  for (std::size_t at = 0; at < stream.size(); at += size) {
    auto verdict = cutter.take(stream.substr(at, size));
    passed += verdict.pass;
    if (verdict.then != Then::go_on) return {passed, verdict.then};
  }
  return {passed, Then::go_on};
}

const std::string answer = "HTTP/1.1 200 OK\r\nA: b\r\n\r\n0123456789";

}  // namespace

TEST_CASE("a fault is parsed from text") {
  const Fault fault = Fault::parse("status:code=429,retry-after=2,about=command=fetch,about=/x.git,from=3,times=2");
  CHECK(fault.kind == Fault::Kind::status);
  CHECK(fault.code == 429);
  CHECK(fault.headers == "Retry-After: 2\r\n");
  CHECK(fault.about == std::vector<std::string>{"command=fetch", "/x.git"});
  CHECK(fault.from == 3);
  CHECK(fault.times == 2);
  CHECK(Fault::parse("reset:up,at=7").direction == Fault::Direction::up);
  for (const char* bad : {"", "explode", "reset:at=x", "reset:nonsense=1", "status", "answer"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(Fault::parse(bad), Error);
  }
}

TEST_CASE("a stream is cut at the given byte, whatever its pieces") {
  for (std::size_t size = 1; size <= answer.size(); ++size) {
    CAPTURE(size);
    CHECK(cut("reset:at=0", answer, size) == std::pair(std::string(), Then::reset));
    CHECK(cut("reset:at=5", answer, size) == std::pair(answer.substr(0, 5), Then::reset));
    CHECK(cut("truncate:body=4", answer, size) == std::pair(answer.substr(0, answer.size() - 6), Then::close));
    CHECK(cut("stall:body=0", answer, size) == std::pair(answer.substr(0, answer.size() - 10), Then::stall));
    CHECK(cut("trickle:body=10", answer, size) == std::pair(answer, Then::trickle));
    CHECK(cut("reset:body=11", answer, size) == std::pair(answer, Then::go_on));
    auto corrupted = answer;
    corrupted.back() = static_cast<char>(~corrupted.back());
    CHECK(cut("corrupt:body=9", answer, size) == std::pair(corrupted, Then::go_on));
  }
}

TEST_CASE("the rest after a cut is returned") {
  Cutter cutter(Fault::parse("trickle:at=2"));
  const auto verdict = cutter.take("abcde");
  CHECK(verdict.pass == "ab");
  CHECK(verdict.rest == "cde");
  CHECK(cutter.take("fgh").then == Then::go_on);  // a cut happens once
}

TEST_CASE("the plan selects by the content and the number of a request") {
  FaultPlan plan({Fault::parse("reset:about=/a.git,about=command=fetch,from=2,times=1"),
                  Fault::parse("status:code=500,connections=1")});
  const Occasion fetch_a{.connection = 2, .first_line = "POST /a.git/x HTTP/1.1", .body_start = "0012command=fetch"};
  const Occasion list_a{.connection = 2, .first_line = "POST /a.git/x HTTP/1.1", .body_start = "0014command=ls-refs"};
  CHECK(!plan.next(fetch_a));
  CHECK(!plan.next(list_a));
  CHECK(plan.next(fetch_a)->kind == Fault::Kind::reset);
  CHECK(!plan.next(fetch_a));
  CHECK(plan.next({.connection = 1})->kind == Fault::Kind::status);
  CHECK(!plan.next({.connection = 2}));
  CHECK(plan.happened() == 2);
  CHECK(!plan.refuses());
  CHECK(FaultPlan({Fault::parse("refuse")}).refuses()->count() == 0);
}

}  // namespace eka::proxy
