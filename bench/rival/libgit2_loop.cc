// eka-libgit2-loop: a client that fetches one remote after the other with libgit2, for comparison.
//
//   eka-libgit2-loop list         for each line "URL" of standard input: its refs, printed
//   eka-libgit2-loop fetch DIR    for each line "NUMBER URL REFSPEC…": fetches into the bare repository DIR/NUMBER
#include <filesystem>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include <git2.h>

#include "git/libgit2/libgit2.h"

namespace {

using namespace eka;

using RemoteHandle = std::unique_ptr<git_remote, git::LibgitDeleter<git_remote_free>>;

void list(const std::string& url) {
  const auto remote = git::make<RemoteHandle>(Kind::remote, "open " + url, git_remote_create_detached, url.c_str());
  git::check(git_remote_connect(remote.get(), GIT_DIRECTION_FETCH, nullptr, nullptr, nullptr), Kind::remote,
             "connect to " + url);
  const git_remote_head** heads = nullptr;
  std::size_t count = 0;
  git::check(git_remote_ls(&heads, &count, remote.get()), Kind::remote, "list " + url);
  for (std::size_t i = 0; i < count; ++i) {
    char id[GIT_OID_HEXSZ + 1] = {};
    git_oid_tostr(id, sizeof id, &heads[i]->oid);
    std::cout << id << ' ' << heads[i]->name << '\n';
  }
}

void fetch(const std::filesystem::path& directory, const std::string& url, const std::vector<std::string>& refspecs) {
  const auto repository =
      git::make<git::RepositoryHandle>(Kind::failure, "open a repository", git_repository_open_bare, directory.c_str());
  const auto remote =
      git::make<RemoteHandle>(Kind::remote, "open " + url, git_remote_create_anonymous, repository.get(), url.c_str());
  std::vector<char*> words;
  for (const auto& refspec : refspecs) words.push_back(const_cast<char*>(refspec.c_str()));
  const git_strarray specs{words.data(), words.size()};
  git_fetch_options options;
  git_fetch_options_init(&options, GIT_FETCH_OPTIONS_VERSION);
  options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE;
  git::check(git_remote_fetch(remote.get(), &specs, &options, nullptr), Kind::remote, "fetch from " + url);
}

int run(const std::vector<std::string>& words) {
  const bool lists = words.size() == 1 && words[0] == "list";
  const bool fetches = words.size() == 2 && words[0] == "fetch";
  if (!lists && !fetches) {
    std::cerr << "usage: eka-libgit2-loop list | fetch DIR\n";
    return 2;
  }
  const git::Libgit2 library;
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream fields(line);
    std::string url;
    if (lists) {
      fields >> url;
      list(url);
      continue;
    }
    std::string number;
    fields >> number >> url;
    std::vector<std::string> refspecs;
    for (std::string refspec; fields >> refspec;) refspecs.push_back(refspec);
    fetch(std::filesystem::path(words[1]) / number, url, refspecs);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::cerr << "eka-libgit2-loop: " << error.what() << '\n';
    return 1;
  }
}
