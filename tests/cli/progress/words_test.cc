#include "cli/progress/words.h"

#include <doctest/doctest.h>

#include "base/text.h"

using namespace eka;
using namespace std::chrono_literals;

TEST_CASE("durations, sizes and counts as people read them") {
  CHECK(cli::duration_text(0ms) == "0.0 s");
  CHECK(cli::duration_text(4149ms) == "4.1 s");
  CHECK(cli::duration_text(9999ms) == "9.9 s");
  CHECK(cli::duration_text(10000ms) == "10 s");
  CHECK(cli::duration_text(65s) == "1 min 5 s");
  CHECK(cli::duration_text(123min) == "2 h 3 min");
  CHECK(cli::size_text(0) == "0 B");
  CHECK(cli::size_text(999) == "999 B");
  CHECK(cli::size_text(1000) == "1.0 kB");
  CHECK(cli::size_text(340'400) == "340 kB");
  CHECK(cli::size_text(999'400) == "999 kB");
  CHECK(cli::size_text(999'600) == "1.0 MB");
  CHECK(cli::size_text(2'149'000) == "2.1 MB");
  CHECK(cli::size_text(5'000'000'000) == "5.0 GB");
}

TEST_CASE("a long name is cut in the middle, and keeps more of its end") {
  const std::string url = "https://example.org/team/packages/set-02.git";
  CHECK(cli::cut_middle(url, 44, "…") == url);
  CHECK(cli::cut_middle(url, 24, "…") == "https:/…kages/set-02.git");
  CHECK(cli::cut_middle(url, 24, "...") == "https:/...ges/set-02.git");
  CHECK(cli::cut_end(url, 24, "…") == "https://example.org/tea…");
}

TEST_CASE("cutting never exceeds the width and never divides a character") {
  const std::string names[] = {"plain", "日本語のパッケージ名", "naïve-ümläut-äöü", "", "a"};
  for (const auto& name : names) {
    for (std::size_t width = 0; width < 24; ++width) {
      for (const char* const mark : {"…", "..."}) {
        CAPTURE(name);
        CAPTURE(width);
        for (const auto& cut : {cli::cut_middle(name, width, mark), cli::cut_end(name, width, mark)}) {
          CHECK(columns_of(cut) <= width);
          CHECK(printable(cut) == cut);  // valid UTF-8
        }
      }
    }
  }
}

TEST_CASE("without UTF-8, characters that are not ASCII are question marks") {
  CHECK(cli::ascii_only("a-ü-日") == "a-?-?");
}

TEST_CASE("the first locale variable that is set decides about UTF-8") {
  CHECK(cli::is_utf8_locale(nullptr, nullptr, "de_DE.UTF-8"));
  CHECK(cli::is_utf8_locale("", "C.utf8", "C"));
  CHECK_FALSE(cli::is_utf8_locale("C", nullptr, "de_DE.UTF-8"));
  CHECK_FALSE(cli::is_utf8_locale(nullptr, nullptr, nullptr));
  CHECK_FALSE(cli::is_utf8_locale("POSIX", "C.UTF-8", "C.UTF-8"));
}
