// brainalign-bench: what the engine takes for whole jobs of fixed shapes, what the
// bare matrix products of the same shapes take, and benchmarks of its kernels.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bench/data/workload_files.h"
#include "bench/job/job.h"
#include "bench/job/second_model.h"
#include "bench/kernels/run_kernels.h"
#include "bench/products/products.h"
#include "bench/uncertainty/uncertainty_cost.h"
#include "bench/workload.h"
#include "core/tensor/freed_memory.h"
#include "core/version.h"
#include "nlohmann/json.hpp"

namespace {

struct Flags {
  std::string workload;
  std::string preset;
  int threads = static_cast<int>(std::thread::hardware_concurrency());
  double times_fraction = 1;
  std::string precision = "exact";
  std::string data_dir = (std::filesystem::temp_directory_path() / "brainalign-bench").string();
  std::int64_t memory_bytes = std::numeric_limits<std::int64_t>::max();
  bool second_model = false;
  int nulls = 99;
  bool time_generalisation = false;
  std::int64_t cache_bytes = std::int64_t{8} << 30;
  std::string json_path;
  std::vector<std::string> kernel_arguments;
};

// Of `workload`, or what --preset says.
brainalign::Preset PresetOf(const Flags& flags, const brainalign::Workload& workload) {
  return flags.preset.empty() ? workload.presets.front() : *brainalign::ParsePreset(flags.preset);
}

absl::Status WriteReport(const Flags& flags, const nlohmann::json& report) {
  if (flags.json_path.empty()) return absl::OkStatus();
  std::ofstream file(flags.json_path);
  file << report.dump(1) << '\n';
  file.close();
  if (!file) return absl::UnavailableError("cannot write " + flags.json_path);
  return absl::OkStatus();
}

void PrintJob(const Flags& flags, const nlohmann::json& report) {
  const nlohmann::json& seconds = report["seconds"];
  const double busy =
      seconds["processor"].get<double>() / (seconds["measured"].get<double>() * flags.threads);
  std::printf(
      "%s %s, %d threads: %.2f s%s (create %.2f, prepare %.2f, tiles %.2f), threads %.0f%% busy, "
      "peak %.2f GiB of %.2f planned\n",
      flags.workload.c_str(), report["spec"]["preset"].get<std::string>().c_str(), flags.threads,
      seconds["total"].get<double>(),
      report["tiles_run"] == report["tiles_of_all"] ? "" : " scaled up",
      seconds["create"].get<double>(), seconds["prepare"].get<double>(),
      seconds["tiles"].get<double>(), 100 * busy,
      report["memory"]["peak_bytes"].get<double>() / (1 << 30),
      report["memory"]["planned_bytes"].get<double>() / (1 << 30));
}

absl::Status RunSecondModelCommand(const Flags& flags, const brainalign::Workload& workload,
                                   const brainalign::JobRequest& request) {
  const absl::StatusOr<nlohmann::json> report =
      brainalign::RunSecondModel(workload, request, flags.cache_bytes);
  if (!report.ok()) return report.status();
  for (const auto* const name : {"first", "second", "second_without_cache"}) {
    std::printf("%s: ", name);
    PrintJob(flags, (*report)[name]);
  }
  std::printf("the second is spared %.0f%%: the cache held %.2f GiB, %d times; %s\n",
              100 * (*report)["spared_share"].get<double>(),
              (*report)["cache"]["held_bytes"].get<double>() / (1 << 30),
              (*report)["second"]["reused_times"].get<int>(),
              (*report)["same_bits"].get<bool>() ? "same bits with and without" : "BITS DIFFER");
  return WriteReport(flags, *report);
}

absl::Status RunJobCommand(const Flags& flags) {
  const brainalign::Workload& workload = *brainalign::FindWorkload(flags.workload);
  const brainalign::JobRequest request{.preset = PresetOf(flags, workload),
                                       .threads = flags.threads,
                                       .precision = *brainalign::ParsePrecision(flags.precision),
                                       .tiles_fraction = flags.times_fraction,
                                       .data_dir = flags.data_dir,
                                       .memory_bytes = flags.memory_bytes};
  if (flags.second_model) return RunSecondModelCommand(flags, workload, request);
  const absl::StatusOr<nlohmann::json> report = brainalign::RunJob(workload, request);
  if (!report.ok()) return report.status();
  PrintJob(flags, *report);
  return WriteReport(flags, *report);
}

absl::Status RunProductsCommand(const Flags& flags) {
  const brainalign::Workload& workload = *brainalign::FindWorkload(flags.workload);
  const nlohmann::json report =
      brainalign::RunProducts(workload, PresetOf(flags, workload), flags.threads);
  std::printf("%s %s, %d threads: bare products %.2f s, %.0f GF/s (%s)\n", workload.name.c_str(),
              report["preset"].get<std::string>().c_str(), flags.threads,
              report["seconds"].get<double>(), report["operations_per_second"].get<double>() / 1e9,
              report["way"].get<std::string>().c_str());
  return WriteReport(flags, report);
}

absl::Status RunUncertaintyCommand(const Flags& flags) {
  const brainalign::Workload& workload = *brainalign::FindWorkload(flags.workload);
  if (flags.time_generalisation) {
    const absl::StatusOr<nlohmann::json> report =
        brainalign::MeasureGeneralisation(workload, PresetOf(flags, workload), flags.data_dir);
    if (!report.ok()) return report.status();
    std::printf("%s %s, one thread: time generalisation of a time %.1f times the bare X'Y\n",
                workload.name.c_str(), (*report)["preset"].get<std::string>().c_str(),
                (*report)["generalisation_over_product"].get<double>());
    return WriteReport(flags, *report);
  }
  const absl::StatusOr<nlohmann::json> report = brainalign::MeasureUncertainty(
      workload, PresetOf(flags, workload), flags.nulls, flags.data_dir);
  if (!report.ok()) return report.status();
  std::printf("%s %s, one thread: a null %.2f times the bare X'Y, influences %.2f times\n",
              workload.name.c_str(), (*report)["preset"].get<std::string>().c_str(),
              (*report)["null_over_product"].get<double>(),
              (*report)["influence_over_product"].get<double>());
  return WriteReport(flags, *report);
}

absl::Status RunDataCommand(const Flags& flags) {
  const brainalign::Workload& workload = *brainalign::FindWorkload(flags.workload);
  absl::Status status = brainalign::EnsureWorkloadFiles(workload, flags.data_dir);
  if (status.ok()) std::puts(brainalign::FolderOf(workload, flags.data_dir).c_str());
  return status;
}

CLI::App* AddWorkloadCommand(CLI::App& app, const std::string& name, const std::string& what,
                             Flags& flags) {
  std::vector<std::string> names;
  for (const brainalign::Workload& workload : brainalign::AllWorkloads()) {
    names.push_back(workload.name);
  }
  CLI::App* command = app.add_subcommand(name, what);
  command->add_option("workload", flags.workload, "which shape")
      ->required()
      ->check(CLI::IsMember(names));
  return command;
}

void AddReportFlags(CLI::App* command, Flags& flags) {
  command->add_option("--preset", flags.preset, "paper or strict; by default the workload's first")
      ->check(CLI::IsMember({"paper", "strict"}));
  command->add_option("--json", flags.json_path, "file for the whole report");
}

void AddTimingFlags(CLI::App* command, Flags& flags) {
  AddReportFlags(command, flags);
  command->add_option("--threads", flags.threads, "threads; by default one a core")
      ->check(CLI::Range(1, 1024));
}

}  // namespace

int main(int argc, char** argv) {
  brainalign::KeepFreedMemory();
  Flags flags;
  CLI::App app{"Measures brainalign's engine."};
  app.set_version_flag("--version", std::string("brainalign-bench ") + brainalign::Version());
  app.require_subcommand(1);
  CLI::App* job = AddWorkloadCommand(app, "job", "run a whole job and time its phases", flags);
  AddTimingFlags(job, flags);
  job->add_option("--times-fraction", flags.times_fraction,
                  "compute this share of the matrix only, and scale the time up")
      ->check(CLI::Range(1e-6, 1.0));
  job->add_option("--precision", flags.precision, "exact, fast or double")
      ->check(CLI::IsMember({"exact", "fast", "double"}))
      ->capture_default_str();
  job->add_option("--memory", flags.memory_bytes, "budget of the plan, such as 4GiB")
      ->transform(CLI::AsSizeValue(/*kb_is_1000=*/true));
  job->add_flag("--second-model", flags.second_model,
                "then run another model on the same recording, with a cache of the brain and "
                "without, and say what it spares");
  job->add_option("--brain-cache", flags.cache_bytes, "limit of that cache, such as 1GiB")
      ->transform(CLI::AsSizeValue(/*kb_is_1000=*/true))
      ->capture_default_str();
  CLI::App* products = AddWorkloadCommand(app, "products", "time the matrix products alone", flags);
  AddTimingFlags(products, flags);
  CLI::App* uncertainty = AddWorkloadCommand(
      app, "uncertainty", "time nulls and influences against the matrix product X'Y", flags);
  AddReportFlags(uncertainty, flags);
  uncertainty->add_option("--nulls", flags.nulls, "nulls of the tile that is timed")
      ->check(CLI::Range(1, 99))
      ->capture_default_str();
  uncertainty->add_flag("--time-generalisation", flags.time_generalisation,
                        "time the maps of one time at all times instead");
  CLI::App* data = AddWorkloadCommand(app, "data", "make a workload's data, say where", flags);
  for (CLI::App* command : {job, uncertainty, data}) {
    command->add_option("--data", flags.data_dir, "folder of all data; kept between runs")
        ->capture_default_str();
  }
  CLI::App* kernels = app.add_subcommand("kernels", "benchmark the core's kernels");
  kernels->add_option("arguments", flags.kernel_arguments,
                      "for Google Benchmark, after --, such as --benchmark_filter=Ridge");
  CLI11_PARSE(app, argc, argv);

  absl::Status status;
  if (job->parsed()) status = RunJobCommand(flags);
  if (products->parsed()) status = RunProductsCommand(flags);
  if (uncertainty->parsed()) status = RunUncertaintyCommand(flags);
  if (data->parsed()) status = RunDataCommand(flags);
  if (kernels->parsed()) status = brainalign::RunKernels(flags.kernel_arguments);
  if (status.ok()) return 0;
  std::cerr << "brainalign-bench: " << status.message() << '\n';
  return 1;
}
