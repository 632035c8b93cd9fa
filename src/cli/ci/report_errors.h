// Errors as CI systems show them: beside the code.
//
// Under GitHub Actions, each error is also printed as an annotation ("::error file=…,line=…::message"). GitLab reads a
// code quality report from a file.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "atom/json/json.h"
#include "base/error.h"
#include "cli/ci/places.h"
#include "cli/output/terminal.h"
#include "engine/plan/roots.h"

namespace eka::cli {

inline constexpr const char* code_quality_help = "write errors to FILE as a code quality report of GitLab";

struct ErrorReport {
  std::string code_quality{};                 // the file; empty: none
  std::vector<std::filesystem::path> sets{};  // working trees that the errors may be about
};

// Prints errors for people to standard error, then annotations if the runner of GitHub Actions reads them, and writes
// the file. Blocks. Throws Kind::failure if the file cannot be written.
void report_errors(const std::vector<Error>& errors, const Palette& palette, const ErrorReport& report = {});

// Runs `work`; if it throws an Error, writes the file of `report` with it first. A file that cannot be
// written is not reported then.
int with_code_quality(const ErrorReport& report, const std::function<int()>& work);

// The working trees of these atoms, each once.
std::vector<std::filesystem::path> working_trees(const std::vector<engine::Wanted>& items);

// The document of GitLab: an array with one object for each error, empty for none. Errors that name no file are shown
// at Places::otherwise(), or in the file that they would be about. Reads the disk.
atom::Json code_quality(const std::vector<Error>& errors, const Places& places);

}  // namespace eka::cli
