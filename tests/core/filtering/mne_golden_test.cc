// Recordings filtered and resampled as MNE does it (tests/golden/filtering).
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/filtering/recording_filter.h"
#include "core/tensor/format/npy.h"

namespace brainalign {
namespace {

std::string FilteringGoldenPath(const std::string& name) {
  return (std::filesystem::path(BRAINALIGN_SOURCE_DIR) / "tests/golden/filtering" / name).string();
}

nlohmann::json FilteringCases() {
  std::ifstream file(FilteringGoldenPath("manifest.json"));
  return nlohmann::json::parse(file);
}

std::vector<double> RowOf(const Tensor& tensor, std::int64_t row) {
  return tensor.Slice(row)->ToDoubles();
}

bool IsOneNumber(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [&](double v) { return v == values.front(); });
}

double StandardDeviation(const std::vector<double>& values) {
  double mean = 0;
  for (const double value : values) mean += value / static_cast<double>(values.size());
  double sum = 0;
  for (const double value : values) sum += (value - mean) * (value - mean);
  return std::sqrt(sum / static_cast<double>(values.size()));
}

std::vector<std::string> FilteringCaseNames() {
  std::vector<std::string> names;
  for (const auto& test_case : FilteringCases()) names.push_back(test_case.at("name"));
  return names;
}

class MneGoldenTest : public testing::TestWithParam<std::string> {};

TEST_P(MneGoldenTest, AgreesWithMne) {
  const std::string& name = GetParam();
  const nlohmann::json cases = FilteringCases();
  const nlohmann::json& test_case = *std::find_if(
      cases.begin(), cases.end(), [&](const auto& one) { return one.at("name") == name; });
  const absl::StatusOr<Tensor> recording = OpenNpy(FilteringGoldenPath(name + "_recording.npy"));
  const absl::StatusOr<Tensor> expected = OpenNpy(FilteringGoldenPath(name + "_expected.npy"));
  ASSERT_TRUE(recording.ok() && expected.ok());
  FilterOptions options;
  if (const nlohmann::json& band = test_case.at("band_hz"); !band.is_null()) {
    options.band_pass = BandPass{band.at(0).get<double>(), band.at(1).get<double>()};
  }
  if (const nlohmann::json& rate = test_case.at("resample_hz"); !rate.is_null()) {
    options.resample_hz = rate.get<double>();
  }
  const absl::StatusOr<RecordingFilter> filter =
      RecordingFilter::Create({*recording, test_case.at("sfreq_hz").get<double>(),
                               test_case.at("session_starts").get<std::vector<std::int64_t>>()},
                              options);
  ASSERT_TRUE(filter.ok()) << filter.status();
  ASSERT_EQ(filter->spec().shape, expected->spec().shape);

  std::int64_t sensor = 0;
  double largest = 0;
  const absl::Status status = filter->Run(
      2, std::int64_t{1} << 30, nullptr,
      [&](const std::vector<std::byte>& bytes) {
        const TensorSpec spec{filter->spec().dtype, {filter->spec().shape[1]}, Order::kC};
        const std::vector<double> found = Tensor::FromBytes(spec, bytes)->ToDoubles();
        const std::vector<double> wanted = RowOf(*expected, sensor);
        if (IsOneNumber(RowOf(*recording, sensor))) {
          // MNE's is constant but for rounding, and for the ends of a session shorter than the
          // filter.
          EXPECT_TRUE(IsOneNumber(found)) << sensor;
          if (name != "shorter_than_filter") {
            EXPECT_NEAR(found.front(), wanted.front(), 1e-6) << sensor;
          }
        } else {
          const double deviation = StandardDeviation(wanted);
          const double rounding = spec.dtype == DType::kF64 ? 0 : 0x1p-24;
          for (std::size_t m = 0; m < wanted.size(); ++m) {
            const double difference =
                std::max(0.0, std::abs(found[m] - wanted[m]) - rounding * std::abs(wanted[m]));
            largest = std::max(largest, difference / deviation);
          }
        }
        ++sensor;
        return absl::OkStatus();
      },
      nullptr);
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(sensor, expected->dim(0));
  // docs/filtering.md states this tolerance, as a share of a sensor's standard deviation.
  EXPECT_LE(largest, 1e-9) << name;
}

INSTANTIATE_TEST_SUITE_P(Cases, MneGoldenTest, testing::ValuesIn(FilteringCaseNames()),
                         [](const testing::TestParamInfo<std::string>& test) {
                           return test.param;
                         });

}  // namespace
}  // namespace brainalign
