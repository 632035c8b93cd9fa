// What is remembered of the files of a working tree.
#include "store/working/file_states.h"

#include <fstream>

#include <doctest/doctest.h>

#include "store/disk/disk.h"
#include "tests/temporary_directory.h"

using namespace eka;

namespace {

namespace fs = std::filesystem;

const auto blob = atom::ObjectId::of("blob", "x");
const auto tree = atom::ObjectId::of("tree", "");
const git::FileState state{.size = 5, .modified = 1, .changed = 2, .inode = 3, .device = 4};

struct Place {
  test::TemporaryDirectory directory;
  fs::path file = directory.path() / "states";
  Place() {
    fs::create_directory(directory.path() / "quarantines");
    write();
  }
  void write() const {
    store::FileStates::write(file, directory.path() / "quarantines", {{"a", state, blob}, {"b/c", state, tree}}, {tree},
                             {tree, blob});
  }
};

}  // namespace

TEST_CASE("file states: what was written is read") {
  const Place place;
  auto states = store::FileStates::read(place.file);
  CHECK(states.size() == 2);
  CHECK(states.blob("b/c", state) == tree);
  CHECK(states.blob("a", state) == blob);
  CHECK(states.blob("b/c", state) == tree);
  CHECK_FALSE(states.blob("b", state));
  CHECK_FALSE(states.blob("c", state));
  CHECK(states.has_directory(tree));
  CHECK_FALSE(states.has_directory(blob));
  CHECK(states.trees() == std::vector{tree, blob});
  place.write();  // replaced
  CHECK(store::FileStates::read(place.file).size() == 2);
  CHECK(fs::is_empty(place.directory.path() / "quarantines"));
}

TEST_CASE("file states: any difference counts") {
  const Place place;
  auto states = store::FileStates::read(place.file);
  for (const auto member : {&git::FileState::inode, &git::FileState::device, &git::FileState::size}) {
    auto other = state;
    ++(other.*member);
    CHECK_FALSE(states.blob("a", other));
  }
  for (const auto member : {&git::FileState::modified, &git::FileState::changed}) {
    auto other = state;
    ++(other.*member);
    CHECK_FALSE(states.blob("a", other));
  }
}

TEST_CASE("file states: a missing, torn or damaged file is empty") {
  const Place place;
  auto text = store::read_file(place.file, 1 << 20).value();
  const auto is_empty_with = [&](const std::string& content) {
    std::ofstream(place.file, std::ios::trunc) << content;
    auto states = store::FileStates::read(place.file);
    return states.size() == 0 && states.trees().empty() && !states.blob("a", state);
  };
  for (std::size_t size = 0; size < text.size(); ++size) CHECK(is_empty_with(text.substr(0, size)));
  for (std::size_t at = 0; at < text.size(); ++at) {
    auto damaged = text;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    CHECK(is_empty_with(damaged));
  }
  CHECK(is_empty_with(text + "x"));
  CHECK_FALSE(is_empty_with(text));
  fs::remove(place.file);
  CHECK(store::FileStates::read(place.file).size() == 0);
}

TEST_CASE("file states: a file that could change without a trace is not recorded") {
  constexpr std::int64_t second = 1'000'000'000;
  const auto settled = [](std::int64_t modified, std::int64_t changed, std::int64_t begun) {
    return store::is_settled({.modified = modified, .changed = changed}, begun);
  };
  CHECK(settled(10 * second + 1, 10 * second + 1, 10 * second + 2));
  CHECK_FALSE(settled(10 * second + 1, 10 * second + 1, 10 * second + 1));
  CHECK_FALSE(settled(10 * second + 1, 10 * second + 3, 10 * second + 2));
  CHECK_FALSE(settled(12 * second, 10 * second + 1, 11 * second));
  // Times without fractions may have been rounded.
  CHECK_FALSE(settled(10 * second, 10 * second, 11 * second));
  CHECK(settled(10 * second, 10 * second, 12 * second + 1));
}
