#include "tests/sim/checks.h"

#include <algorithm>
#include <atomic>
#include <fstream>
#include <iterator>
#include <sstream>

#include <fmt/format.h>

#include "atom/hash/base_n.h"
#include "atom/names/atom_commit.h"
#include "store/maintenance/audit.h"
#include "store/name/refs.h"

namespace eka::sim {

namespace fs = std::filesystem;

std::string told(const Error& error) {
  std::string out = error.message();
  for (const auto& context : error.context()) out += "\n  while " + context;
  if (!error.hint().empty()) out += "\n  help: " + error.hint();
  return out;
}

void Checks::step(const std::vector<std::unique_ptr<Process>>& processes) {
  std::set<std::string> planned;
  if (collected) planned_.clear();
  for (const auto& process : processes) {
    results(*process, planned);
    requests(*process);
  }
  // What a process may rely on was planned before it began.
  planned_.merge(planned);
  // What the disk refused of what was learnt is lost.
  if (std::exchange(collected, false) || disk_failed) planned_.clear();
  names();
  if (std::exchange(swept, false) && !disk_failed) litter();
  if (faults_ended && names_seen_ == 0) throw Violation{"no name was found in the cache: has its format changed?"};
}

Checks::Subject Checks::subject(const Item& item) const {
  Subject out{item.wanted.typed, reachable_sets(world_, item.release->set), item.release->locked};
  for (const auto& need : item.release->needs) out.sets.merge(reachable_sets(world_, need.set));
  return out;
}

Checks::Subject Checks::subject_of_author(const Process& process) const {
  Subject out{"", {world_.author}, false};
  for (const auto& need : author_.release(process.added).needs) out.sets.merge(reachable_sets(world_, need.set));
  return out;
}

void Checks::results(const Process& process, std::set<std::string>& planned) {
  if (process.settings.offline && !process.asked.urls.empty()) {
    throw Violation{process.name + " asked " + process.asked.urls.begin()->first + " though it was offline"};
  }
  const bool is_author = process.command > Command::plan_own;
  if (is_author) authored(process);
  if (process.cancelled) {
    simulator_.tell(process.name + ": cancelled");
    return;
  }
  if (process.error) {
    if (is_author) {
      error(process, subject_of_author(process), *process.error);
      return;
    }
    simulator_.tell(process.name + ": " + told(*process.error));
    if (disk_failed && process.error->kind() == Kind::failure) return;
    // The others do not end in the ten, or sixty, seconds that it waits.
    if (process.error->message().contains("is in use by")) return;
    throw Violation{process.name + " failed as a whole: " + told(*process.error)};
  }
  if (process.command == Command::verify) verified(process);
  if (process.command == Command::plan_own) own_plan(process, process.items.front(), process.planned->plans.front());
  if (process.command != Command::plan && process.command != Command::prefetch) return;
  for (std::size_t i = 0; i < process.items.size(); ++i) {
    const auto& item = process.items[i];
    const bool done = process.command == Command::plan ? plan(process, item, process.planned->plans[i])
                                                       : prefetched(process, item, process.prefetched->closures[i]);
    if (done) planned.insert(item.wanted.typed);
  }
  if (process.late) prefetched(process, *process.late_item, process.late->closures.front());
}

// Whether lower versions than the highest may be chosen: offline those that are cached, and where somebody lies or
// failed those that the others have.
bool Checks::may_be_lower(const Process& process, const Subject& subject) const {
  return process.settings.offline || somebody(subject, &Served::lies) ||
         (process.asked.any_failure && somebody(subject, &Served::lacks));
}

// Where those who tell the truth do not answer, it is as the others say: which set a URL is, too.
bool Checks::may_be_anything(const Process& process, const Subject& subject) const {
  return process.asked.any_failure && somebody(subject, &Served::lies);
}

// Whether one of the places of the sets that matter is so.
bool Checks::somebody(const Subject& subject, bool Served::* is_so) const {
  return std::ranges::any_of(internet_.served(), [&](const auto& each) {
    return each.second.*is_so && subject.sets.contains(each.second.set);
  });
}

// What `rev` is, if it may come of `item`; else throws.
const Release& Checks::release_of(const Process& process, const Item& item, const atom::ObjectId& rev) const {
  if (rev == item.release->rev) return *item.release;
  // Offline, the highest that is cached will do.
  const auto found = std::ranges::find(world_.releases, rev, &Release::rev);
  const bool lower = process.settings.offline && !item.exact && found != world_.releases.end() &&
                     found->set == item.release->set && found->label == item.release->label &&
                     (item.major == 0 || item.major == found->major);
  if (!lower) throw Violation{item.wanted.typed + " came out as revision " + rev.hex()};
  return *found;
}

// These give whether it was done.
bool Checks::prefetched(const Process& process, const Item& item, const Result<engine::Prefetched>& result) {
  if (!result) return error(process, subject(item), result.error());
  const auto& root = release_of(process, item, result->root->rev);
  Closure found;
  for (const auto& atom : result->atoms) {
    const auto release = std::ranges::find(world_.releases, atom.rev, &Release::rev);
    if (release == world_.releases.end()) throw Violation{"what does not exist was prefetched: " + atom.rev.hex()};
    found.insert(&*release);
  }
  const bool right =
      may_be_anything(process, subject(item)) ||
      (may_be_lower(process, subject(item)) ? fits(world_, root, found) : found == closure(world_, root));
  if (!right) throw Violation{item.wanted.typed + " was prefetched with other atoms than it needs"};
  simulator_.tell(process.name + ": prefetched " + item.wanted.typed);
  return !may_be_anything(process, subject(item));
}

bool Checks::plan(const Process& process, const Item& item, const Result<engine::Plan>& result) {
  if (!result) return error(process, subject(item), result.error());
  const auto& typed = item.wanted.typed;
  simulator_.tell(
      fmt::format("{}: {} is {}{}", process.name, typed, result->drv_path, result->remembered ? " (remembered)" : ""));
  const auto& root = release_of(process, item, result->rev);
  if (may_be_anything(process, subject(item))) {
    made_of(root, result->drv_path);
    return false;
  }
  auto with = closure(world_, root);
  if (may_be_lower(process, subject(item))) {
    with = made_of(root, result->drv_path);
    if (!fits(world_, root, with)) throw Violation{typed + " was planned with other atoms than it needs"};
  }
  const auto expected = derivation(world_, root, with);
  if (result->drv_path != expected) {
    throw Violation{fmt::format("{} came out as {}, not {}", typed, result->drv_path, expected)};
  }
  if (!store_.valid.contains(expected)) throw Violation{typed + " is said to be planned, but is not in the store"};
  // What is remembered takes nothing from the cache, which may have lost what another evaluation needs.
  return !result->remembered;
}

// The atoms that a derivation was made of.
Closure Checks::made_of(const Release& root, const std::string& drv_path) const {
  Closure out;
  const auto made = store_.made_of.find(drv_path);
  if (made == store_.made_of.end()) throw Violation{drv_path + " was never made"};
  for (const auto& release : world_.releases) {
    const bool is_needed = &release != &root && release.set != world_.author;  // nobody needs what the author makes
    if (is_needed && made->second.contains(release.marker)) out.insert(&release);
  }
  return out;
}

// As it lies there, with what its lock names or the highest of everything.
bool Checks::own_plan(const Process& process, const Item& item, const Result<engine::Plan>& result) {
  if (!result) return error(process, subject(item), result.error());
  simulator_.tell(
      fmt::format("{}: {} {} is {}", process.name, item.wanted.typed, result->version.str(), result->drv_path));
  const auto& root = *item.release;
  if (!result->version.str().starts_with(root.version() + "-dev.")) {
    throw Violation{item.wanted.typed + " is called " + result->version.str()};
  }
  if (author_misled || may_be_anything(process, subject(item))) return false;
  const auto lock = author_.files().lock;
  auto with = lock ? author_.locked(*lock).value() : closure(world_, root);
  if (!lock && may_be_lower(process, subject(item))) with = made_of(root, result->drv_path);
  if (!fits(world_, root, with)) throw Violation{item.wanted.typed + " was planned with other atoms than it needs"};
  const auto expected = derivation(world_, root, with);
  if (result->drv_path == expected) return false;
  throw Violation{fmt::format("{} came out as {}, not {}", item.wanted.typed, result->drv_path, expected)};
}

// All that is asked for, and all that its lock names, is what its sources make of it.
void Checks::verified(const Process& process) {
  bool lied_to = false;
  for (const auto& item : process.items) {
    const auto of = subject(item);
    lied_to = lied_to || somebody(of, &Served::lies) || somebody(of, &Served::lacks);
  }
  std::set<atom::ObjectId> found;
  for (const auto& atom : process.verified->atoms) {
    found.insert(atom.atom.rev);
    if (atom.verdict.differences.empty() || lied_to) continue;
    throw Violation{fmt::format("{} does not stand: {}", atom.atom.str(), atom.verdict.differences.front().message)};
  }
  for (const auto& failure : process.verified->failures) {
    Subject any{"", {}, false};
    for (const auto& item : process.items) any.sets.merge(subject(item).sets);
    error(process, any, failure);
  }
  if (!process.verified->failures.empty() || lied_to) return;
  std::set<atom::ObjectId> expected;
  for (const auto& item : process.items) {
    expected.insert(item.release->rev);
    if (!item.release->locked) continue;
    for (const auto* release : closure(world_, *item.release)) expected.insert(release->rev);
  }
  if (found != expected) throw Violation{process.name + " verified other atoms than it had to"};
  simulator_.tell(fmt::format("{}: verified {} atoms", process.name, found.size()));
}

// Of whoever works on a set: all is written, or nothing.
void Checks::authored(const Process& process) {
  const auto now = author_.files();
  if (process.command == Command::publish) {
    published(process);
    return;
  }
  if (process.command == Command::resolve) {
    if (now.manifest != process.before.manifest) throw Violation{"resolving changed the manifest"};
    if (process.cancelled || process.error) {
      // Written whole, or not at all.
      if (now.lock) author_.locked(*now.lock);
      return;
    }
    resolved(process, now);
    return;
  }
  const bool changed = now.manifest != process.before.manifest;
  if (process.command == Command::add && !changed && !process.cancelled && !process.error) {
    // It was there already.
    if (author_.release(process.added).needs.size() != author_.release().needs.size()) {
      throw Violation{"nothing was added"};
    }
  }
  if (process.command == Command::add_source) {
    if (process.error && now != process.before) throw Violation{"adding failed, but something was written"};
    if (now.manifest == process.before.manifest) return;
    if (!now.lock) throw Violation{"a source was added without a lock"};
    author_.now_fetches(*process.added_source);
    return;
  }
  if (process.error && now != process.before) throw Violation{"adding failed, but something was written"};
  if (!changed) return;
  if (!now.lock) throw Violation{"a dependency was added without a lock"};
  const auto root = author_.release(process.added);
  author_.now_needs(*process.added);
  const auto found = author_.locked(*now.lock);
  const bool fit = found && fits(world_, root, *found);
  author_misled = author_misled || (!fit && may_be_anything(process, subject_of_author(process)));
  if (!fit && !author_misled) throw Violation{"the lock does not fit:\n" + *now.lock};
}

void Checks::resolved(const Process& process, const Author::Files& now) {
  const auto of = subject_of_author(process);
  const auto& result = process.resolved->atoms.front();
  if (!result) {
    if (now != process.before) throw Violation{"resolving failed, but something was written"};
    if (process.locked && result.error().kind() == Kind::failure) return;
    error(process, of, result.error());
    return;
  }
  if (process.locked && now != process.before) throw Violation{"a lock changed that was to stay"};
  if (!now.lock) {
    if (!process.locked) throw Violation{"resolving wrote no lock"};
    return;
  }
  const auto root = author_.release();
  const auto found = author_.locked(*now.lock);
  const bool fit = found && fits(world_, root, *found);
  author_misled = !fit && (may_be_anything(process, of) || (author_misled && !process.fresh));
  if (!fit && !author_misled) throw Violation{"the lock does not fit:\n" + *now.lock};
  if (process.fresh && !may_be_lower(process, of) && fit && *found != closure(world_, root)) {
    throw Violation{"the lock is not of the highest versions:\n" + *now.lock};
  }
  simulator_.tell(process.name + ": resolved");
}

// All refs of an atom are there, or none; and they are there when it is said.
void Checks::published(const Process& process) {
  if (!process.published) return;
  for (const auto& atom : process.published->atoms) {
    const bool is_there = author_.is_published();
    simulator_.tell(fmt::format("{}: {} {}", process.name, atom.version.str(), is_there ? "is published" : "is not"));
    switch (atom.outcome) {
      case engine::PublishOutcome::published:
        if (!is_there) throw Violation{"what is said to be published is not there"};
        break;
      case engine::PublishOutcome::skipped:
        if (!is_there && atom.rev == author_.rev()) throw Violation{"what was skipped is not there"};
        break;
      case engine::PublishOutcome::differs:
        if (is_there) throw Violation{"what is there is said to differ"};
        break;
      case engine::PublishOutcome::refused:
        if (!faults_.on(Fault::push_refused)) throw Violation{"nobody refused: " + atom.refusal->message()};
        break;
      case engine::PublishOutcome::unresolved:
        if (is_there) throw Violation{"what is there is said to have a wrong lock: " + atom.refusal->message()};
        break;
      default:
        throw Violation{"an atom is not published: " + (atom.refusal ? atom.refusal->message() : "")};
    }
  }
}

bool Checks::error(const Process& process, const Subject& subject, const Error& error) {
  const auto& typed = subject.typed;
  simulator_.tell(process.name + ": " + told(error));
  const auto text = told(error);
  if (!text.contains(typed)) throw Violation{"an error does not name " + typed + ":\n" + text};
  if (const auto why = unexplained(process, subject, error)) throw Violation{*why + "\n" + text};
  return false;
}

// Nothing, if the failure is one that the faults of the world explain.
std::optional<std::string> Checks::unexplained(const Process& process, const Subject& subject,
                                               const Error& error) const {
  const bool is_lied_to = somebody(subject, &Served::lies);
  if (faults_ended && !is_lied_to) return "a plan fails though nothing is wrong any more";
  switch (error.kind()) {
    case Kind::offline:
      if (!process.settings.offline) return "an error says offline, but the run was not";
      // Without a lock, sources that are branches are asked for again.
      if (!subject.locked && told(error).contains("while locking source")) return std::nullopt;
      if (!disk_failed && planned_.contains(subject.typed)) return "what was planned before is not planned offline";
      return std::nullopt;
    case Kind::remote:
      if (process.settings.offline) return "a remote fails, but the run was offline";
      if (!process.asked.any_failure && !is_lied_to) return "a remote is blamed that did nothing wrong";
      if (process.asked.failed_only_in_passing() && !is_lied_to && process.command != Command::publish) {
        return "a failure that passes was not retried";  // unlike a push, which is not repeated
      }
      return std::nullopt;
    case Kind::unsatisfiable:
      if (is_lied_to && !process.settings.offline) return std::nullopt;
      return "there are versions that satisfy";
    case Kind::evaluation:
      if (faults_.on(Fault::evaluation_fails) || faults_.on(Fault::evaluation_out_of_memory) ||
          faults_.on(Fault::evaluation_never_ends)) {
        return std::nullopt;
      }
      return "evaluation is blamed that did nothing wrong";
    case Kind::integrity:
      if (is_lied_to || faults_.on(Fault::corrupt_pack)) return std::nullopt;
      return "a lie is seen where nobody lies";
    case Kind::failure:
      if (disk_failed) return std::nullopt;
      return "nothing explains this error";
    default:
      return "nothing explains this error";
  }
}

// Who was never disappointed asks for nothing twice. (What the disk refused may be asked for again.)
void Checks::requests(const Process& process) const {
  const bool asked_a_liar = std::ranges::any_of(internet_.served(), [&](const auto& each) {
    return each.second.lies && process.asked.urls.contains(each.first);
  });
  if (process.asked.any_failure || asked_a_liar || process.cancelled || disk_failed) return;
  // What a caller who left had begun may be requested again; one who comes late locates its atom again.
  if (process.second_caller_leaves || process.late_item) return;
  const std::size_t most = process.command == Command::publish ? 2 : 1;  // what was pushed is listed again
  std::map<atom::ObjectId, std::string> delivered;
  for (const auto& [url, counts] : process.asked.urls) {
    const std::set<std::string> lists(counts.lists.begin(), counts.lists.end());
    for (const auto& list : lists) {
      if (counts.lists.count(list) > most) throw Violation{url + " was asked too often to list " + list};
    }
    std::map<std::string, std::size_t> asked;
    for (const auto& list : lists) {
      std::istringstream prefixes(list);
      for (std::string prefix; prefixes >> prefix;) {
        if (!prefix.starts_with("refs/eka/meta/") || ++asked[prefix] <= most) continue;
        throw Violation{url + " was asked too often for " + prefix};
      }
    }
    for (const auto& [id, times] : counts.delivered) {
      const auto [place, fresh] = delivered.emplace(id, url);
      // What is verified is asked of everybody who says that he has it.
      if (times > 1 || (!fresh && process.command != Command::verify))
        throw Violation{fmt::format("{} was fetched twice, from {} and {}", id.hex(), place->second, url)};
    }
  }
}

// Every name in the cache is true: refs/atoms-2/<giver>/<genesis>/<label>/<version>/<revision>, where the genesis may
// be what one of the set's places says that it is.
void Checks::names() {
  std::map<std::size_t, std::set<atom::ObjectId>> claims;
  std::set<std::string> givers{store::Giver::unknown().str()};
  std::map<std::string, atom::ObjectId> truth;
  for (const auto& [url, served] : internet_.served()) {
    const auto giver = store::Giver::remote(unwrap(atom::Url::parse(url)));
    if (const auto claim = served.refs.find(std::string(atom::init_ref)); claim != served.refs.end()) {
      claims[served.set].insert(claim->second);
    }
    givers.insert(giver.str());
  }
  for (const auto& giver : givers) {
    for (const auto& release : world_.releases) {
      for (const auto& genesis : claims[release.set]) {
        truth[fmt::format("{}/{}/{}/{}/{}", giver, atom::base58(genesis.bytes()), release.label, release.version(),
                          release.rev.hex())] = release.rev;
      }
    }
  }
  // The author's own, under versions that only the engine makes.
  const auto own = fmt::format("refs/atoms-2/{}/{}/{}/", store::Giver::working_tree().str(),
                               atom::base58(world_.sets[world_.author].genesis.bytes()), Author::label);
  for (const auto& [name, hex] : cached_names()) {
    if (!name.starts_with("refs/atoms-2/")) continue;
    if (name.starts_with(own)) continue;
    const auto found = truth.find(name.substr(std::string_view("refs/atoms-2/").size()));
    if (found == truth.end()) throw Violation{"the cache names what does not exist: " + name};
    if (found->second.hex() != hex) throw Violation{fmt::format("the cache says that {} is {}", name, hex)};
    ++names_seen_;
  }
}

// What is remembered of a url is what that url says.
void Checks::vouched(store::Cache& cache) const {
  for (const auto& [url, served] : internet_.served()) {
    const auto parsed = unwrap(atom::Url::parse(url));
    const auto genesis = cache.vouched().genesis_at(parsed);
    if (!genesis) continue;
    const auto said = served.refs.find(std::string(atom::init_ref));
    if (said == served.refs.end() || said->second != *genesis) {
      simulator_.violate(url + " never said that its genesis is " + genesis->hex());
    }
    for (const auto& release : world_.releases) {
      const auto label = unwrap(atom::Label::parse(release.label));
      const auto vouched = cache.vouched().versions(parsed, *genesis, {label});
      for (const auto& atom : vouched.front()) {
        const auto ref = served.refs.find(atom::atom_ref(label, atom.version));
        if (ref != served.refs.end() && ref->second == atom.rev) continue;
        simulator_.violate(
            fmt::format("{} never said that {} {} is {}", url, label.str(), atom.version.str(), atom.rev.hex()));
      }
    }
  }
}

std::map<std::string, std::string> Checks::cached_names() const {
  std::map<std::string, std::string> out;
  const auto git = cache_ / "git";
  std::ifstream packed(git / "packed-refs");
  for (std::string line; std::getline(packed, line);) {
    if (!line.starts_with('#') && line.size() > 41) out[line.substr(41)] = line.substr(0, 40);
  }
  std::error_code ignored;
  for (const auto& entry : fs::recursive_directory_iterator(git / "refs", ignored)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path());
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    const bool is_whole = text.size() == 41 && text.back() == '\n' && atom::ObjectId::parse(text.substr(0, 40));
    // One that a power cut tore says nothing, and is written again when it is needed.
    if (!is_whole && had_power_cut) continue;
    out[fs::relative(entry.path(), git).generic_string()] = is_whole ? text.substr(0, 40) : "torn";
  }
  return out;
}

// Nothing is left of what was on its way.
void Checks::litter() const {
  const store::Places places(cache_);
  for (const auto& place : {places.incoming(), places.trees_incoming(), places.sources_incoming()}) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(place, ignored)) {
      throw Violation{"left behind: " + entry.path().string()};
    }
  }
}

void Checks::audit() const {
  const std::atomic<bool> stopped = false;
  const auto found = store::audit(store::Places(cache_), store::Repair::no, coro::Stop(stopped));
  std::set<std::string> used;
  for (const auto& release : world_.releases) used.insert(release.tree.hex());
  for (const auto& each : found.findings) {
    // A directory that a power cut tore is looked at when it is used again.
    if (had_power_cut && each.kind == "tree" && !used.contains(each.what)) continue;
    throw Violation{fmt::format("the cache is damaged: {} {}: {}", each.kind, each.what, each.why)};
  }
}

}  // namespace eka::sim
