#include "eval/store/store_object.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace eka;
using eval::StoreObject;

namespace {

std::string word(const std::string& text) {
  std::string out;
  for (unsigned i = 0; i < 8; ++i) out += static_cast<char>((text.size() >> (8 * i)) & 0xff);
  return out + text + std::string((8 - text.size() % 8) % 8, '\0');
}

std::string file(const std::string& content) {
  return word("nix-archive-1") + word("(") + word("type") + word("regular") + word("contents") + word(content) +
         word(")");
}

// As computed by Nix: builtins.toFile "x" "hello".
StoreObject hello() {
  return {"/nix/store/4g4g9i669dl63abpww0djbl2jxl6bwiz-x", {}, "text:sha256:", file("hello")};
}

}  // namespace

TEST_CASE("a path that Nix computed is genuine") {
  CHECK(eval::content_address(hello()) == "text:sha256:094qif9n4cq4fdg459qzbhg1c6wywawwaaivx0k0x8xhbyx4vwic");
}

TEST_CASE("content, references, method and name belong to the path") {
  auto object = hello();
  object.nar = file("hallo");
  CHECK(eval::content_address(object).empty());
  object = hello();
  object.references = {"/nix/store/4g4g9i669dl63abpww0djbl2jxl6bwiz-x"};
  CHECK(eval::content_address(object).empty());
  object = hello();
  object.path.back() = 'y';
  CHECK(eval::content_address(object).empty());
  for (const char* method : {"", "fixed:sha256:", "fixed:r:sha256:", "fixed:r:sha1:", "text:"}) {
    object = hello();
    object.method = method;
    CHECK(eval::content_address(object).empty());
  }
  object = hello();
  object.nar += "x";
  CHECK(eval::content_address(object).empty());
  object.path = "/etc/passwd";
  CHECK(eval::content_address(object).empty());
}

TEST_CASE("objects are split as they were joined") {
  const auto a = hello();
  StoreObject b = hello();
  b.references = {a.path, a.path};
  const auto text = eval::join({&a, &b});
  const auto read = eval::split_objects(text);
  REQUIRE(read);
  REQUIRE(read->size() == 2);
  CHECK((*read)[0].nar == a.nar);
  CHECK((*read)[1].references == b.references);
  for (std::size_t size = 1; size < text.size(); ++size) {
    const auto cut = eval::split_objects(text.substr(0, size));
    CHECK_FALSE((cut && cut->size() == 2));
  }
}
