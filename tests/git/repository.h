// A real repository in a temporary directory, made with git itself, for tests to talk to.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "tests/temporary_directory.h"

namespace eka::git::test {

using eka::test::TemporaryDirectory;

// Runs a shell command, in `directory`, out of reach of anybody's git configuration; throws when it fails. Returns what
// it printed.
std::string shell(const std::filesystem::path& directory, const std::string& command);

void write_file(const std::filesystem::path& path, std::string_view content);
std::string read_file(const std::filesystem::path& path);

// A bare repository at `path`: three commits on main (a 200 kB file that compresses badly among them), a branch with a
// slash, an annotated tag, a ref to a blob, two parentless commits under refs/eka/atoms/, some refs packed and some
// loose.
void make_repository(const std::filesystem::path& path);

// What git-upload-pack answers in protocol v2; with an empty request, its advertisement.
std::string upload_pack(const std::filesystem::path& repository, std::string_view request,
                        const std::string& protocol = "version=2");

}  // namespace eka::git::test
