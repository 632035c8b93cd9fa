#include "eval/nix/answers.h"

#include <doctest/doctest.h>

namespace eka::eval {
namespace {

constexpr std::string_view first = "trace: eka-answer m1 {\"label\":\"a\",\"drvPath\":\"/nix/store/x.drv\"}\n";

TEST_CASE("answers are parsed from input split anywhere, with the output before them") {
  const std::string text =
      "warning: w\n" + std::string(first) + "trace: t\ntrace: u\n" + std::string(first) + "error: e";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    AnswerReader reader("m1");
    std::vector<Answer> answers;
    for (std::size_t at = 0; at < text.size(); at += piece) {
      for (Answer& answer : reader.feed(std::string_view(text).substr(at, piece))) answers.push_back(std::move(answer));
    }
    CAPTURE(piece);
    REQUIRE(answers.size() == 2);
    CHECK(answers[0].label == "a");
    CHECK(answers[0].drv_path == "/nix/store/x.drv");
    CHECK(answers[0].said == "warning: w\n");
    CHECK(answers[1].said == "trace: t\ntrace: u\n");
    CHECK(reader.rest() == "error: e");
  }
}

TEST_CASE("the attribute `meta` of a derivation is JSON, on one line") {
  AnswerReader reader("m1");
  const auto answers = reader.feed(std::string(first) +
                                   R"(trace: eka-answer m1 {"label":"a","drvPath":"/nix/store/x.drv",)"
                                   R"("meta":{"license":{"free":true}, "description":"two\nlines"}})" +
                                   "\n"
                                   R"(trace: eka-answer m1 {"label":"a","drvPath":"/nix/store/x.drv","meta":null})" +
                                   "\n");
  REQUIRE(answers.size() == 3);
  CHECK_FALSE(answers[0].meta.has_value());
  CHECK(answers[1].meta == R"({"license":{"free":true},"description":"two\nlines"})");
  CHECK(answers[2].meta == "null");
}

TEST_CASE("lines without the mark or with an invalid answer are treated as output") {
  AnswerReader reader("m2");
  CHECK(reader.feed(first).empty());
  CHECK(reader.feed("x trace: eka-answer m2 {\"label\":\"a\",\"drvPath\":\"d\"}\n").empty());
  CHECK(reader.feed("trace: eka-answer m2 {\"label\":1}\ntrace: eka-answer m2 nonsense\n").empty());
  CHECK(reader.rest().starts_with(first));
}

TEST_CASE("marks are unique") {
  CHECK(random_mark().size() == 32);
  CHECK(random_mark() != random_mark());
}

}  // namespace
}  // namespace eka::eval
