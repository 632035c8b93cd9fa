// HTML from text of any origin. Pure.
#pragma once

#include <string>
#include <string_view>

#include "atom/json/json.h"

namespace eka::cli::page {

// `text` as content or as a quoted attribute: markup and control characters in it have no effect.
std::string escaped(std::string_view text);

// <script type="application/json" id="…"> with the document, which cannot end the element.
std::string data_block(std::string_view id, const atom::Json& document);

// A page. `css` and `js` are trusted; `body` is HTML. The policy of the page forbids every script but `js`, and
// everything that would be loaded.
std::string whole(std::string_view title, std::string_view css, std::string_view body, std::string_view js);

}  // namespace eka::cli::page
