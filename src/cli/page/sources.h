// The styles and scripts of the pages, as in the files of the same names. Generated from sources.cc.in.
#pragma once

#include <string_view>

namespace eka::cli::page {

extern const std::string_view common_css;
extern const std::string_view graph_css;
extern const std::string_view graph_js;
extern const std::string_view timings_css;
extern const std::string_view timings_js;

}  // namespace eka::cli::page
