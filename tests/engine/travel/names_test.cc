#include "engine/travel/names.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "engine/maintain/cache_key.h"

using namespace eka;

namespace {

store::VouchedSet set_at(const char* url) {
  const auto label = unwrap(atom::Label::parse("server"));
  const auto rev = atom::ObjectId::of("blob", url);
  return {
      unwrap(atom::Url::parse(url)),
      atom::ObjectId::of("blob", "genesis"),
      {{label, unwrap(atom::Version::parse("1.0.0")), rev}, {label, unwrap(atom::Version::parse("1.1.0-x+y")), rev}}};
}

}  // namespace

TEST_CASE("names are read as they were written, each for its own URL") {
  const std::vector sets{set_at("https://a.example/x"), set_at("ssh://git@b.example/y z")};
  const auto text = engine::write_names(sets);
  const auto read = engine::read_names(text);
  REQUIRE(read);
  REQUIRE(read->size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK((*read)[i].reached_at == sets[i].reached_at);
    CHECK((*read)[i].genesis == sets[i].genesis);
    REQUIRE((*read)[i].atoms.size() == 2);
    CHECK((*read)[i].atoms[1].version == sets[i].atoms[1].version);
    CHECK((*read)[i].atoms[1].rev == sets[i].atoms[1].rev);
  }
  CHECK(engine::write_names(*read) == text);
}

TEST_CASE("names without a URL, of this machine, or malformed are refused") {
  const std::string title = "eka cache 1\n", id(40, 'a');
  CHECK(engine::read_names(title)->empty());
  for (const auto& text :
       {std::string(), std::string("eka cache 2\n"), title + "atom x 1.0.0 " + id + "\n",
        title + "set " + id + " file:///srv/x\n", title + "set " + id + " /srv/x\n",
        title + "set xyz https://a.example\n", title + "set " + id + " https://a.example\natom x 1 2\n",
        title + "set " + id + " https://a.example\natom x 1.0.0 " + id + " more\n"}) {
    CAPTURE(text);
    CHECK_FALSE(engine::read_names(text));
  }
}

TEST_CASE("the key of a cache depends on what the locks name") {
  atom::Lock one, two;
  one.composer.use = two.composer.use = atom::LockedComposer::Use::static_;
  two.sets.emplace(
      atom::ObjectId::of("blob", "set"),
      atom::LockedSet{unwrap(atom::Tag::parse("s")), false, {unwrap(atom::Url::parse("https://a.example"))}});
  const auto key = engine::cache_key("x86_64-linux", {one, two});
  CHECK(key.starts_with("eka-1-x86_64-linux-"));
  CHECK(key == engine::cache_key("x86_64-linux", {two, one, two}));
  CHECK(key != engine::cache_key("x86_64-linux", {one}));
  CHECK(key != engine::cache_key("aarch64-linux", {one, two}));
}
