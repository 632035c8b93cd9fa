#include "tests/git/repository.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace eka::git::test {

std::string shell(const std::filesystem::path& directory, const std::string& command) {
  const std::string whole =
      "cd '" + directory.string() +
      "' && export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_TERMINAL_PROMPT=0 LC_ALL=C"
      " GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_AUTHOR_DATE='1700000000 +0000'"
      " GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b GIT_COMMITTER_DATE='1700000000 +0000'\n" +
      command;
  std::FILE* pipe = popen(whole.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("no shell");
  std::string out;
  char buffer[65536];
  while (const std::size_t n = std::fread(buffer, 1, sizeof buffer, pipe)) out.append(buffer, n);
  if (pclose(pipe) != 0) throw std::runtime_error("failed: " + command);
  return out;
}

void write_file(const std::filesystem::path& path, std::string_view content) {
  std::ofstream(path, std::ios::binary) << content;
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

namespace {

void make_anew(const std::filesystem::path& path) {
  shell(path, R"(set -e
git init -q --bare -b main .
work=$(mktemp -d)
export GIT_WORK_TREE=$work GIT_DIR=$PWD GIT_INDEX_FILE=$work/.index
echo one > $work/one; git add one; git commit -qm one
mkdir -p $work/sub/deep; seq 1 20000 | sha512sum - > $work/sub/deep/sum
head -c 150000 /dev/zero | openssl enc -aes-128-ctr -K 00 -iv 00 2>/dev/null > $work/sub/noise
ln -s one $work/link; git add link sub; git commit -qm two
echo two >> $work/one; git commit -qam three
git tag -a -m 'a tag' v1.0
git branch topic/x HEAD~1
git update-ref refs/eka/meta/a/1.0.0/manifest $(git rev-parse HEAD:one)
git update-ref refs/eka/atoms/a/1.0.0 $(git commit-tree -m 'publish(a): 1.0.0' HEAD:sub)
git pack-refs --all
git update-ref refs/eka/atoms/a/1.1.0 $(git commit-tree -m 'publish(a): 1.1.0' HEAD:sub/deep)
git symbolic-ref refs/remotes/origin/HEAD refs/remotes/origin/nowhere
git repack -qad
echo loose | git hash-object -w --stdin > $work/id
git update-ref refs/loose/blob $(cat $work/id)
rm -rf $work
)");
}

}  // namespace

// Created once per test run, then copied.
void make_repository(const std::filesystem::path& path) {
  static const TemporaryDirectory original;
  if (!std::filesystem::exists(original.path() / "HEAD")) make_anew(original.path());
  std::filesystem::create_directories(path);
  std::filesystem::copy(original.path(), path, std::filesystem::copy_options::recursive);
}

std::string upload_pack(const std::filesystem::path& repository, std::string_view request,
                        const std::string& protocol) {
  const TemporaryDirectory scratch;
  write_file(scratch.path() / "request", request);
  const std::string mode = request.empty() ? "--http-backend-info-refs" : "--stateless-rpc";
  return shell(repository, "GIT_PROTOCOL=" + protocol + " git upload-pack " + mode + " . < '" +
                               (scratch.path() / "request").string() + "'");
}

std::string objects_of(const std::string& pack) {
  const TemporaryDirectory scratch;
  write_file(scratch.path() / "pack", pack);
  return shell(scratch.path(),
               "git init -q . && git index-pack --stdin < pack > /dev/null &&"
               " git cat-file --batch-all-objects --batch-check");
}

std::string git_ls_remote(const std::filesystem::path& repository) {
  return shell(repository, "git ls-remote . | grep -v '\\^{}$'");
}

std::string as_ls_remote(const std::vector<Ref>& refs) {
  std::string out;
  for (const Ref& ref : refs) out += ref.id.hex() + "\t" + ref.name + "\n";
  return out;
}

}  // namespace eka::git::test
