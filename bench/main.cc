// eka-bench: measures eka, and lets its parts be tried alone.
#include <CLI/CLI.hpp>

#include "measure/measure.h"
#include "solve/command.h"

int main(int argc, char** argv) {
  CLI::App app{"Measures eka, and lets its parts be tried alone.", "eka-bench"};
  app.require_subcommand(1);

  eka::bench::SolveOptions solve;
  CLI::App* solve_command = app.add_subcommand(
      "solve", "Solve universes of packages (JSON files); print one JSON line for each, or compare with libsolv.");
  solve_command->add_option("file", solve.files, "universes: one object or an array of them per file");
  solve_command->add_flag("--against-libsolv", solve.against_libsolv,
                          "print totals of eka and libsolv, and their ratio");
  solve_command->add_option("--repeat", solve.repeat, "when comparing: take the fastest of so many runs")
      ->capture_default_str();
  solve_command->add_option("--synthetic", solve.synthetic, "also solve a made-up universe, PACKAGESxVERSIONS");

  eka::bench::MeasureOptions measure;
  CLI::App* measure_command = app.add_subcommand("measure", "Run a program and write what it cost as JSON.");
  measure_command->add_option("-o,--output", measure.output, "the file to write")->required();
  measure_command->add_option("word", measure.words, "the program and its arguments, after --")->required();

  CLI11_PARSE(app, argc, argv);
  if (measure_command->parsed()) return eka::bench::measure_command(measure);
  return eka::bench::solve(solve);
}
