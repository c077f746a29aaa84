// brainalign-bench-upload: uploads to brainalignd over loopback, with CRC32C, SHA-256
// and the disk, as a share of what bare gRPC streaming reaches in the same run; and the
// server's memory with many uploads at once.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bench/upload/bare_stream.h"
#include "bench/upload/child_program.h"
#include "client/tensors/digest.h"
#include "client/tensors/upload.h"
#include "core/version.h"

namespace brainalign {
namespace {

struct Flags {
  std::string server = "build/release/bin/brainalignd";
  int mebibytes = 1024;
  int rounds = 3;
  int uploads_at_once = 16;
};

constexpr double kMiB = 1 << 20;

double Seconds(const std::function<absl::Status()>& work, absl::Status& status) {
  const auto begin = std::chrono::steady_clock::now();
  if (status.ok()) status = work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// Random bytes that `number` makes another tensor each time.
class Payload {
 public:
  explicit Payload(std::int64_t size_bytes) : words_(static_cast<std::size_t>(size_bytes / 8)) {
    std::mt19937_64 random(1);
    for (std::uint64_t& word : words_) word = random();
  }

  Tensor Next(std::int64_t size_bytes) {
    auto bytes = std::make_shared<std::vector<std::uint64_t>>(
        words_.begin(), words_.begin() + static_cast<std::ptrdiff_t>(size_bytes / 8));
    bytes->front() = ++number_;
    return {{DType::kI64, {size_bytes / 8}, Order::kC},
            reinterpret_cast<const std::byte*>(bytes->data()),
            bytes};
  }

 private:
  std::vector<std::uint64_t> words_;
  std::uint64_t number_ = 0;
};

absl::StatusOr<std::unique_ptr<Connection>> ConnectTo(const std::string& address) {
  ConnectionOptions options;
  options.address = address;
  return Connection::Open(options);
}

absl::Status Send(const std::string& address, const Tensor& tensor, const std::string& digest) {
  const auto connection = ConnectTo(address);
  if (!connection.ok()) return connection.status();
  const TensorObserver nobody = {.on_found = [](std::int64_t) {},
                                 .on_position = [](std::int64_t) {},
                                 .on_break = [](const absl::Status&, double) {}};
  return UploadTensor(**connection, tensor, digest, nobody).status();
}

// Best of the rounds: what the machine's other work disturbs least.
absl::Status MeasureThroughput(const Flags& flags, const ChildProgram& server,
                               const ChildProgram& bare, nlohmann::json& report) {
  const auto size_bytes = static_cast<std::int64_t>(flags.mebibytes) << 20;
  Payload payload(size_bytes);
  double best_bare = 0;
  double best_upload = 0;
  double best_digest = 0;
  for (int round = 0; round < flags.rounds; ++round) {
    const Tensor tensor = payload.Next(size_bytes);
    absl::StatusOr<std::string> digest;
    absl::Status status;
    const double digest_seconds = Seconds(
        [&] {
          digest = Sha256OfData(tensor, nullptr, std::stop_token());
          return digest.status();
        },
        status);
    const double bare_seconds = Seconds([&] { return SendBare(bare.address(), tensor); }, status);
    const double upload_seconds =
        Seconds([&] { return Send(server.address(), tensor, *digest); }, status);
    if (!status.ok()) return status;
    best_bare = std::max(best_bare, flags.mebibytes / bare_seconds);
    best_upload = std::max(best_upload, flags.mebibytes / upload_seconds);
    best_digest = std::max(best_digest, flags.mebibytes / digest_seconds);
  }
  report["bare_mib_per_second"] = best_bare;
  report["upload_mib_per_second"] = best_upload;
  report["upload_share_of_bare"] = best_upload / best_bare;
  report["client_sha256_mib_per_second"] = best_digest;
  std::printf("bare gRPC %.0f MiB/s; upload %.0f MiB/s, %.0f%% of it; the client's SHA-256 %.0f\n",
              best_bare, best_upload, 100 * best_upload / best_bare, best_digest);
  return absl::OkStatus();
}

absl::Status MeasureMemory(const Flags& flags, const ChildProgram& server, nlohmann::json& report) {
  const std::int64_t size_bytes = std::int64_t{128} << 20;
  Payload payload(size_bytes);
  std::vector<absl::Status> ended(static_cast<std::size_t>(flags.uploads_at_once));
  std::vector<Tensor> tensors;
  for (int i = 0; i < flags.uploads_at_once; ++i) tensors.push_back(payload.Next(size_bytes));
  std::int64_t own_bytes = 0;
  {
    std::jthread looker([&](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        own_bytes = std::max(own_bytes, server.Memory("RssAnon"));
        SystemClock().Sleep(0.01, stop);
      }
    });
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < ended.size(); ++i) {
      threads.emplace_back([&, i] {
        const auto connection = ConnectTo(server.address());
        ended[i] = connection.ok()
                       ? UploadTensors(**connection, {{"tensor", tensors[i]}}, nullptr).status()
                       : connection.status();
      });
    }
    for (std::jthread& thread : threads) thread.join();
  }
  for (const absl::Status& status : ended) {
    if (!status.ok()) return status;
  }
  report["uploads_at_once"] = flags.uploads_at_once;
  report["server_own_memory_mib"] = static_cast<double>(own_bytes) / kMiB;
  report["server_peak_rss_mib"] = static_cast<double>(server.Memory("VmHWM")) / kMiB;
  std::printf("%d uploads at once: the server's own memory at most %.0f MiB, peak RSS %.0f MiB\n",
              flags.uploads_at_once, static_cast<double>(own_bytes) / kMiB,
              static_cast<double>(server.Memory("VmHWM")) / kMiB);
  return absl::OkStatus();
}

absl::Status Run(const Flags& flags, const std::string& self, const std::string& data_folder,
                 nlohmann::json& report) {
  auto bare = ChildProgram::Start({self, "--bare-server"});
  if (!bare.ok()) return bare.status();
  auto server = ChildProgram::Start(
      {flags.server, "--listen", "127.0.0.1:0", "--data", data_folder, "--log-level", "warn"});
  if (!server.ok()) return server.status();
  if (absl::Status status = MeasureThroughput(flags, **server, **bare, report); !status.ok()) {
    return status;
  }
  return MeasureMemory(flags, **server, report);
}

}  // namespace
}  // namespace brainalign

int main(int argc, char** argv) {
  CLI::App app("Uploads over loopback against bare gRPC streaming.", "brainalign-bench-upload");
  app.set_version_flag("--version",
                       std::string("brainalign-bench-upload ") + brainalign::Version());
  brainalign::Flags flags;
  bool bare_server = false;
  bool json = false;
  app.add_option("--server", flags.server, "The program brainalignd")->capture_default_str();
  app.add_option("--mib", flags.mebibytes, "Size of an upload, MiB")
      ->check(CLI::Range(1, 65'536))
      ->capture_default_str();
  app.add_option("--rounds", flags.rounds, "The best of so many is told")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  app.add_option("--at-once", flags.uploads_at_once, "Uploads at once, for the memory")
      ->check(CLI::Range(1, 32))
      ->capture_default_str();
  app.add_flag("--json", json, "Also print it as JSON");
  app.add_flag("--bare-server", bare_server, "Be what uploads are compared with");
  CLI11_PARSE(app, argc, argv);
  if (bare_server) return brainalign::RunBareServer();

  std::string folder = (std::filesystem::temp_directory_path() / "brainalign-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) {
    std::cerr << "brainalign-bench-upload: cannot make a folder like " << folder << "\n";
    return 1;
  }
  nlohmann::json report;
  const absl::Status status =
      brainalign::Run(flags, std::filesystem::canonical("/proc/self/exe").string(), folder, report);
  std::filesystem::remove_all(folder);
  if (!status.ok()) {
    std::cerr << "brainalign-bench-upload: " << std::string(status.message()) << "\n";
    return 1;
  }
  if (json) std::cout << report.dump(1) << "\n";
  return 0;
}
