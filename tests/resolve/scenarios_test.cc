// The problems in tests/solve/*.json and the expected results in the .txt files of the same name. EKA_ACCEPT=1 updates
// the expected results: check the changes before committing them.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <doctest/doctest.h>

#include "resolve/explain.h"
#include "resolve/solver.h"
#include "solve/universe.h"
#include "tests/resolve/proof.h"

using namespace eka;

namespace {

std::string answer(const bench::Universe& universe) {
  resolve::Solver solver(universe, universe.request);
  const resolve::Outcome outcome = solver.solve();
  if (const auto* solved = std::get_if<resolve::Solved>(&outcome)) {
    CHECK(universe.complaint(*solved) == "");
    std::string text;
    for (const auto& [label, version] : universe.selection(*solved)) text += label + " " + version + "\n";
    return text.empty() ? "nothing\n" : text;
  }
  const auto* unsolvable = std::get_if<resolve::Unsolvable>(&outcome);
  REQUIRE(unsolvable != nullptr);
  CHECK(tests::flaw(unsolvable->why, universe) == "");
  return resolve::explain(unsolvable->why, universe, "this atom").text();
}

std::string read(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("scenarios: the results are as expected") {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(EKA_SCENARIOS)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  REQUIRE(files.size() >= 3);
  for (const std::filesystem::path& file : files) {
    CAPTURE(file);
    std::string text;
    for (const bench::Universe& universe : bench::read_universes(file)) {
      CAPTURE(universe.title);
      text += "--- " + universe.title + "\n" + answer(universe) + "\n";
    }
    std::filesystem::path accepted = file;
    accepted.replace_extension(".txt");
    if (std::getenv("EKA_ACCEPT") != nullptr) std::ofstream(accepted) << text;
    CHECK(text == read(accepted));
  }
}
