// eka-bench: benchmarks of eka and of its parts.
#include <CLI/CLI.hpp>

#include "measure/measure.h"
#include "solve/command.h"

int main(int argc, char** argv) {
  CLI::App app{"Benchmarks of eka and of its parts.", "eka-bench"};
  app.require_subcommand(1);

  eka::bench::SolveOptions solve;
  CLI::App* solve_command = app.add_subcommand(
      "solve", "solve package universes (JSON files) and print one JSON line for each, or compare with libsolv");
  solve_command->add_option("file", solve.files, "files with a universe or an array of universes");
  solve_command->add_flag("--against-libsolv", solve.against_libsolv,
                          "print total times of eka and libsolv, and their ratio");
  solve_command->add_option("--repeat", solve.repeat, "when comparing: number of runs, of which the fastest counts")
      ->capture_default_str();
  solve_command->add_option("--synthetic", solve.synthetic, "also solve a generated universe, PACKAGESxVERSIONS");

  eka::bench::MeasureOptions measure;
  CLI::App* measure_command = app.add_subcommand("measure", "run a program and write its resource usage as JSON");
  measure_command->add_option("-o,--output", measure.output, "output file")->required();
  measure_command->add_option("word", measure.words, "program and arguments, after --")->required();

  CLI11_PARSE(app, argc, argv);
  if (measure_command->parsed()) return eka::bench::measure_command(measure);
  return eka::bench::solve(solve);
}
