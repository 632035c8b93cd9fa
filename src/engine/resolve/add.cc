#include "engine/resolve/add.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "atom/config/cutoff.h"
#include "atom/toml/toml_edit.h"
#include "engine/fetch/release_dates.h"
#include "engine/locate/locate.h"
#include "engine/resolve/settle.h"

namespace eka::engine {
namespace {

using atom::toml_quoted;

void refuse_password(const atom::Url& url) {
  if (url.password().empty()) return;
  throw Error(Kind::usage, fmt::format("{} contains a password, which would be written to the manifest", url.str()))
      .with_hint("remove it and use a git credential helper or ~/.netrc");
}

// The last part of a URL without its archive suffix: "o/thing.tar.gz" gives thing, "o/r.git" gives r.
std::string stem(const atom::Url& url) {
  std::string path = url.path().substr(0, url.path().find_first_of("?#"));
  while (path.ends_with('/')) path.pop_back();
  auto name = path.substr(path.rfind('/') + 1);
  if (const auto tar = name.find(".tar"); tar != std::string::npos && tar > 0) return name.substr(0, tar);
  for (const char* ending : {".git", ".tgz", ".zip", ".txz"}) {
    if (name.ends_with(ending)) name.resize(name.size() - std::string_view(ending).size());
  }
  return name;
}

// An edit of one manifest in progress: text in, text out, verified at every step.
class Edit {
 public:
  explicit Edit(std::string text) : text_(std::move(text)) {}
  void set(const atom::KeyPath& path, const std::string& literal) {
    text_ = unwrap(atom::set_entry(text_, path, literal));
  }
  void append(const atom::KeyPath& path, const std::string& literal) {
    text_ = unwrap(atom::append_element(text_, path, literal));
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

class Addition {
 public:
  Addition(Context& context, AddRequest request) : context_(context), request_(std::move(request)) {}

  coro::Task<AddReport> finish() {
    if (!request_.uri.rev.empty()) {
      throw Error(Kind::usage,
                  fmt::format("cannot add {}: a manifest names versions, not revisions", request_.uri.str()))
          .with_hint("specify a requirement, such as @=1.2.3; the lock file pins its revision");
    }
    atom_ = co_await atom_at(context_, request_.atom);
    Edit edit(atom_->manifest_text);
    if (request_.uri.set) {
      co_await ask();
      edit_set(edit);
    } else {
      edit_own_set(edit);
    }
    co_await check_label();
    co_await learn_dates();
    const auto requirement = request_.uri.requirement ? request_.uri.requirement->str() : "^" + highest().str();
    edit.set({"deps", "from", tag_->str(), request_.uri.label.str()}, toml_quoted(requirement));
    warn_of_yanked();
    report_.file = atom_->manifest_file().string();
    report_.entry = fmt::format("{} {} from `{}`", request_.uri.label.str(), requirement, tag_->str());
    auto resolved = co_await settle(context_, *atom_, edit.text());
    report_.changes = std::move(resolved.changes);
    report_.remotes = context_.remotes().costs();
    co_return std::move(report_);
  }

 private:
  const atom::Url& url() const { return *request_.uri.set; }

  // Queries the requested set and those in the manifest, to compare their geneses.
  coro::Task<> ask() {
    refuse_password(url());
    context_.remotes().named_by_user(url());
    for (const auto& mirror : request_.mirrors) context_.remotes().named_by_user(mirror);
    context_.remotes().named_by_user(atom_->manifest);
    Questions questions;
    questions[url()].insert(request_.uri.label);
    for (const auto& mirror : request_.mirrors) {
      refuse_password(mirror);
      questions[mirror].insert(request_.uri.label);
    }
    for (const auto& [tag, source] : atom_->manifest.sets) {
      for (const auto& mirror : source.mirrors) questions[mirror];
    }
    co_await context_.sets().ask(std::move(questions));
    if (const auto* failure = context_.sets().failure(url())) throw Error(*failure);
    genesis_ = context_.sets().offer(url())->genesis;
    std::erase_if(request_.mirrors, [&](const atom::Url& mirror) { return !is_mirror(mirror); });
  }

  // Whether the set has the atom at all, before versions are chosen. That is unknown offline if no version is cached.
  coro::Task<> check_label() {
    if (!request_.uri.set || context_.settings.offline || is_offered_at(url())) co_return;
    for (const auto& mirror : request_.mirrors) {
      if (is_offered_at(mirror)) co_return;
    }
    const auto labels = co_await offered_labels(context_, context_.remotes(), url());
    throw Error(Kind::unsatisfiable, fmt::format("no atom `{}` at {}", request_.uri.label.str(), url().str()))
        .with_hint(labels_hint(request_.uri.label, labels));
  }

  // Of the versions among which highest() selects.
  coro::Task<> learn_dates() {
    if (!request_.uri.set || request_.uri.requirement) co_return;
    const auto* offer = context_.sets().offer(url());
    const auto& label = request_.uri.label;
    std::vector<Release> releases;
    for (const auto& version : offer->usable(label)) {
      Published atom{genesis_, label, version, offer->atoms.at(label).at(version)};
      releases.push_back({std::move(atom), offer->origin_of(label, version), {url()}});
    }
    co_await context_.release_dates().learn(std::move(releases));
  }

  bool is_offered_at(const atom::Url& place) {
    const auto* offer = context_.sets().offer(place);
    return offer != nullptr && offer->atoms.contains(request_.uri.label);
  }

  bool is_mirror(const atom::Url& mirror) {
    const auto* offer = context_.sets().offer(mirror);
    if (offer != nullptr && offer->genesis == genesis_) return true;
    report_.warnings.push_back(
        offer == nullptr
            ? fmt::format("ignoring mirror {}: {}", mirror.str(), context_.sets().failure(mirror)->message())
            : fmt::format("ignoring mirror {}: its genesis is {}, but that of {} is {}", mirror.str(),
                          offer->genesis.hex(), url().str(), genesis_.hex()));
    return false;
  }

  bool means_same_set(const atom::SetSource& source) const {
    if (source.local) return genesis_ == atom_->set.genesis;
    return std::ranges::any_of(source.mirrors, [&](const atom::Url& mirror) {
      const auto* offer = context_.sets().offer(mirror);
      return offer != nullptr && offer->genesis == genesis_;
    });
  }

  void edit_set(Edit& edit) {
    const auto& sets = atom_->manifest.sets;
    const auto known = std::ranges::find_if(sets, [&](const auto& entry) { return means_same_set(entry.second); });
    if (known == sets.end()) {
      declare_set(edit);
      return;
    }
    tag_ = known->first;
    if (request_.set && *request_.set != *tag_) {
      report_.warnings.push_back(fmt::format("the manifest already contains this set as `{}`", tag_->str()));
    }
    std::vector<std::string> fresh;
    for (const auto& mirror : request_.mirrors) {
      const auto& declared = known->second.mirrors;
      if (std::ranges::find(declared, mirror) == declared.end()) fresh.push_back(toml_quoted(mirror.str()));
    }
    const atom::KeyPath path{"package", "sets", tag_->str()};
    for (const auto& literal : fresh) edit.append(path, literal);
  }

  void declare_set(Edit& edit) {
    tag_ = request_.set ? *request_.set : tag_from_url();
    if (atom_->manifest.sets.contains(*tag_)) {
      throw Error(Kind::usage, fmt::format("`{}` is already the name of another set in {}", tag_->str(),
                                           atom_->manifest_file().string()))
          .with_hint("use --set to choose another name");
    }
    std::string literal = "[" + toml_quoted(url().str());
    for (const auto& mirror : request_.mirrors) {
      if (mirror != url()) literal += ", " + toml_quoted(mirror.str());
    }
    edit.set({"package", "sets", tag_->str()}, literal + "]");
  }

  atom::Tag tag_from_url() const {
    auto tag = atom::Tag::parse(stem(url()));
    if (!tag) throw std::move(tag).error().with_hint("use --set to choose a name for the set");
    return *std::move(tag);
  }

  void edit_own_set(Edit& edit) {
    genesis_ = atom_->set.genesis;
    for (const auto& [tag, source] : atom_->manifest.sets) {
      if (source.local) tag_ = tag;
    }
    if (tag_) return;
    tag_ = request_.set ? *request_.set : unwrap(atom::Tag::parse("local"));
    if (atom_->manifest.sets.contains(*tag_)) {
      throw Error(Kind::usage, fmt::format("`{}` is already the name of another set", tag_->str()))
          .with_hint("use --set to choose another name");
    }
    edit.set({"package", "sets", tag_->str()}, toml_quoted("::"));
  }

  // The published versions that new locks may use. Throws if none of them may.
  std::vector<atom::Version> usable_versions() {
    const auto& label = request_.uri.label;
    const auto* offer = context_.sets().offer(url());
    auto out = offer->usable(label);
    if (out.empty() && is_offered_at(url()))
      throw Error(Kind::unsatisfiable, fmt::format("all versions of `{}` are yanked", label.str()));
    const auto& dates = context_.release_dates();
    std::vector<std::string> late;
    std::erase_if(out, [&](const atom::Version& version) {
      const auto& rev = offer->atoms.at(label).at(version);
      if (!dates.is_left_out(rev)) return false;
      late.push_back(fmt::format("{} ({})", version.str(), dates.shown(rev)));
      return true;
    });
    if (!out.empty() || late.empty()) return out;
    throw Error(Kind::unsatisfiable,
                fmt::format("no version of `{}` is known to have been published before {} (resolve.newest-before)",
                            label.str(), atom::timestamp(*dates.limit())))
        .with_hint(fmt::format("published: {}", fmt::join(late, ", ")));
  }

  // The highest published version, or for an atom of the own set the version in the working tree.
  atom::Version highest() {
    if (!request_.uri.set) {
      const auto& set = atom_->set;
      const auto siblings = read_working_atoms(set.directory, {request_.uri.label.str()}, false, set.genesis);
      return siblings.front().manifest.version;
    }
    const auto versions = usable_versions();
    auto chosen = choose_version(request_.uri.label, atom::Requirement{}, versions);
    if (!chosen && !versions.empty()) return without_build(std::ranges::max(versions));  // pre-releases only
    return without_build(unwrap(std::move(chosen)));
  }

  // If a higher version than all usable ones would satisfy.
  void warn_of_yanked() {
    if (!request_.uri.set) return;
    const auto* offer = context_.sets().offer(url());
    const auto yanked = offer->yanked.find(request_.uri.label);
    if (yanked == offer->yanked.end() || yanked->second.empty()) return;
    const auto& newest = yanked->second.rbegin()->first;
    const auto usable = offer->usable(request_.uri.label);
    if (!usable.empty() && std::ranges::max(usable) > newest) return;
    if (request_.uri.requirement && !request_.uri.requirement->matches(newest)) return;
    report_.warnings.push_back(fmt::format("{} {} is yanked, and not used", request_.uri.label.str(), newest.str()));
  }

  static atom::Version without_build(const atom::Version& version) {
    return {version.major(), version.minor(), version.patch(), version.pre_release()};
  }

  Context& context_;
  AddRequest request_;
  AddReport report_;
  std::optional<WorkingAtom> atom_;
  atom::ObjectId genesis_;
  std::optional<atom::Tag> tag_;
};

std::string direct_literal(const AddDirectRequest& request) {
  using Fetch = AddDirectRequest::Fetch;
  const auto url = toml_quoted(request.url.str());
  switch (request.fetch) {
    case Fetch::git: {
      if (request.at.empty()) return fmt::format("{{ git = {} }}", url);
      const char* key = atom::Requirement::parse(request.at) ? "version" : "ref";
      return fmt::format("{{ git = {}, {} = {} }}", url, key, toml_quoted(request.at));
    }
    case Fetch::tar:
      return fmt::format("{{ tar = {} }}", url);
    case Fetch::file:
      return fmt::format("{{ url = {} }}", url);
    case Fetch::build:
      break;
  }
  if (!request.unpack) return fmt::format("{{ build = {} }}", url);
  return fmt::format("{{ build = {}, unpack = {} }}", url, *request.unpack);
}

}  // namespace

AddDirectRequest::Fetch guess_fetch(const atom::Url& url) {
  using Scheme = atom::Url::Scheme;
  if (url.scheme() == Scheme::ssh || url.scheme() == Scheme::git) return AddDirectRequest::Fetch::git;
  const auto path = url.path().substr(0, url.path().find_first_of("?#"));
  if (path.ends_with(".git")) return AddDirectRequest::Fetch::git;
  const auto name = path.substr(path.rfind('/') + 1);
  const bool archive = name.find(".tar") != std::string::npos || name.ends_with(".tgz") || name.ends_with(".txz") ||
                       name.ends_with(".zip");
  return archive ? AddDirectRequest::Fetch::tar : AddDirectRequest::Fetch::file;
}

coro::Task<AddReport> add(Context& context, AddRequest request) {
  Addition addition(context, std::move(request));
  co_return co_await addition.finish();
}

coro::Task<AddReport> add_direct(Context& context, AddDirectRequest request) {
  refuse_password(request.url);
  const auto atom = co_await atom_at(context, request.atom);
  if (!request.key) {
    auto key = atom::Label::parse(stem(request.url));
    if (!key) throw std::move(key).error().with_hint("use --key to choose a name for the source");
    request.key = *std::move(key);
  }
  Edit edit(atom.manifest_text);
  edit.set({"deps", "direct", "nix", request.key->str()}, direct_literal(request));
  AddReport report;
  report.file = atom.manifest_file().string();
  report.entry = fmt::format("{} = {}", request.key->str(), direct_literal(request));
  auto resolved = co_await settle(context, atom, edit.text());
  report.changes = std::move(resolved.changes);
  report.remotes = context.remotes().costs();
  co_return report;
}

}  // namespace eka::engine
