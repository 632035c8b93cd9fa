// Files of the user's, replaced all or none.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace eka::engine {

struct Replacement {
  std::filesystem::path path;
  std::string content;
};

// Replaces every file, or none. Each new content is written beside its file and made durable first; then a journal
// (".eka-replace" in the directory of the first) says that all of it is there; only then are the files renamed into
// place. A process that is killed before the journal stands has changed nothing; one that is killed after it is
// finished by the next finish_replacing(). Existing permissions are kept; symbolic links are followed.
// Throws Kind::failure.
void replace_files(const std::vector<Replacement>& files);

// Completes what a killed process had begun, if the journal is in `directory`. Cheap when there is nothing: one open.
// (What was only prepared, "<file>.eka-new", is overwritten by the next replacement of that file.)
void finish_replacing(const std::filesystem::path& directory);

}  // namespace eka::engine
