#include "cli/command/record_options.h"

#include <cerrno>
#include <fstream>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "cli/command/settings.h"
#include "cli/output/print.h"
#include "cli/page/timings_page.h"
#include "cli/timings/trace_json.h"

namespace eka::cli {
namespace {

void write_file(const std::string& name, std::string_view text) {
  errno = 0;
  std::ofstream file(name, std::ios::binary | std::ios::trunc);
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
  file.close();
  if (file) return;
  throw Error(Kind::failure, fmt::format("cannot write {}: {}", name, std::generic_category().message(errno)));
}

// The command as typed, as far as it is of use as a title.
std::string title_of(const std::string& command, const std::vector<std::string>& typed) {
  constexpr std::size_t most = 5;
  std::string out = "eka " + command;
  for (std::size_t i = 0; i < typed.size() && i < most; ++i) out += " " + redacted(typed[i]);
  if (typed.size() > most) out += fmt::format(" and {} more", typed.size() - most);
  return out;
}

}  // namespace

void RecordOptions::add_to(CLI::App& command) {
  command
      .add_flag("--timings{eka-timings.html}", timings,
                "write an HTML page that shows what took how long (default file: eka-timings.html)")
      ->option_text("[=FILE]");
  command.add_option("--trace", trace, "write what took how long in Chrome's trace-event format")->type_name("FILE");
}

Record::Record(const RecordOptions& options, const std::string& command, const std::vector<std::string>& typed,
               std::size_t jobs, Display& display)
    : options_(options) {
  if (options.timings.empty() && options.trace.empty()) return;
  recorder_ = std::make_unique<Recorder>(title_of(command, typed), jobs, display.started());
  display.pass_on_to(*recorder_);
  display.tell_received([this](std::uint64_t bytes) { recorder_->received(bytes); });
}

Record::~Record() {
  if (!recorder_) return;
  try {
    write();
  } catch (const Error& error) {
    print_error("{}\n", error.message());
  }
}

void Record::finish(const std::vector<engine::RemoteCost>& remotes) {
  if (!recorder_) return;
  recorder_->cost(remotes);
  write();
}

// Once, whether it succeeds or not.
void Record::write() {
  const auto recorder = std::move(recorder_);
  const Recording recording = recorder->finish();
  if (!options_.timings.empty()) write_file(options_.timings, timings_page(recording));
  if (!options_.trace.empty()) write_file(options_.trace, printable_json(trace_json(recording).canonical()));
}

}  // namespace eka::cli
