// The one door through which CLI11's headers enter.
#pragma once

#include <CLI/CLI.hpp>
