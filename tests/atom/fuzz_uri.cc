#include <algorithm>

#include "atom/names/uri.h"
#include "tests/atom/fuzz.h"

using namespace eka::atom;
using eka::fuzz::require;

namespace {

bool is_clean(const std::string& text) {
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

void check_url(const Url& url) {
  require(is_clean(url.str()), "a URL prints control characters");
  require(url.password().empty() || url.str().find("***") != std::string::npos, "a URL prints its password");
  const auto shown = Url::parse(url.str());
  require(shown.has_value() && shown->str() == url.str(), "a printed URL does not read back");
  const auto secret = Url::parse(url.with_secret());
  require(secret.has_value() && secret->with_secret() == url.with_secret(), "a URL does not survive its own text");
  require(url.is_local() || is_host(url.host()), "a URL has a host that is none");
  require(!url.host().starts_with('-') && !url.user().starts_with('-'), "a URL could be an option of ssh");
}

void check_uri_error(const eka::Error& error) {
  require(!error.message().empty() && is_clean(error.message()), "an error prints control characters");
  require(error.kind() == eka::Kind::usage, "an error is not the user's");
}

void fuzz_uri(std::string_view bytes) {
  const Aliases aliases = Aliases::defaults();
  if (const auto url = Url::parse(bytes)) {
    check_url(*url);
    if (url->password().empty())
      require(*Url::parse(url->with_secret()) == *url || url->str() != url->with_secret(), "a URL changed");
  } else {
    check_uri_error(url.error());
  }
  if (const auto direct = parse_direct_uri(bytes, aliases)) check_url(*direct);
  const auto uri = AtomUri::parse(bytes, aliases);
  if (!uri) return check_uri_error(uri.error());
  if (uri->set) check_url(*uri->set);
  const auto again = AtomUri::parse(uri->str(), aliases);
  require(again.has_value(), "an expanded URI does not read back");
  require(again->str() == uri->str(), "an expanded URI expands further");
}

}  // namespace

EKA_FUZZ(fuzz_uri, "uri")
