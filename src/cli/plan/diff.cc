#include "cli/plan/diff.h"

#include "cli/command/settings.h"
#include "cli/command/with_engine.h"
#include "cli/output/complain.h"
#include "cli/output/report_json.h"
#include "cli/output/while_read.h"
#include "cli/plan/diff_report.h"

namespace eka::cli {
namespace {

Text shown(const engine::CompareRequest& request, const engine::CompareReport& report, DiffFormat format) {
  switch (format) {
    case DiffFormat::json:
      return Text::pretty(diff_document(request, report));
    case DiffFormat::markdown:
      return diff_markdown(request, report);
    case DiffFormat::text:
      break;
  }
  return diff_text(report);
}

}  // namespace

int plan_diff(const Common& common, const PlanOptions& options, const std::vector<std::string>& revisions,
              DiffFormat format) {
  const Palette palette(common.color);
  const Preferences preferences = read_preferences(with(common, options.given));
  engine::CompareRequest request{.directory = working_directory(), .base = revisions.at(0)};
  if (revisions.size() > 1) request.head = revisions[1];
  const auto report = with_engine<engine::CompareReport>(preferences.settings, common, [&](engine::Context& context) {
    return while_read(engine::compare(context, request));
  });
  print(shown(request, report, format));
  // A state that the change replaces need not be sound.
  std::vector<Error> errors;
  for (const auto& atom : report.atoms) {
    if (const auto* error = failure_of(atom.after)) errors.push_back(*error);
    if (const auto* error = failure_of(atom.before)) print_error(warning_text(error->message(), palette));
  }
  print_error(describe(errors, palette));
  if (common.verbose > 0) tell_costs(report.remotes);
  return exit_code(errors);
}

}  // namespace eka::cli
