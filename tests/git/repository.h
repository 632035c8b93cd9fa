// A real repository in a temporary directory, created with git.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "git/wire/ref.h"
#include "tests/temporary_directory.h"

namespace eka::git::test {

using eka::test::TemporaryDirectory;

// Runs a shell command in `directory`, isolated from the user's git configuration; throws if it fails. Returns its
// output.
std::string shell(const std::filesystem::path& directory, const std::string& command);

void write_file(const std::filesystem::path& path, std::string_view content);
std::string read_file(const std::filesystem::path& path);

// Creates a bare repository at `path`: three commits on main (including a 200 kB file that hardly compresses), a branch
// with a slash, an annotated tag, a ref to a blob, two parentless commits under refs/eka/atoms/, with both packed and
// loose refs.
void make_repository(const std::filesystem::path& path);

// The response of git-upload-pack in protocol v2; for an empty request, its advertisement.
std::string upload_pack(const std::filesystem::path& repository, std::string_view request,
                        const std::string& protocol = "version=2");

// The objects of a pack as `git cat-file --batch-check` prints them.
std::string objects_of(const std::string& pack);

// Refs as `git ls-remote` prints them: of a repository, without peeled tags, and of a list.
std::string git_ls_remote(const std::filesystem::path& repository);
std::string as_ls_remote(const std::vector<Ref>& refs);

}  // namespace eka::git::test
