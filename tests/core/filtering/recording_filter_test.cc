#include "core/filtering/recording_filter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

namespace brainalign {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

Tensor WavySamples(std::int64_t sensors, std::int64_t samples, Order order = Order::kC) {
  std::vector<std::byte> bytes(static_cast<std::size_t>(sensors * samples) * sizeof(double));
  for (std::int64_t s = 0; s < sensors; ++s) {
    for (std::int64_t i = 0; i < samples; ++i) {
      const double value = std::sin(static_cast<double>(i * i + 17 * s));
      const std::int64_t at = order == Order::kC ? s * samples + i : i * sensors + s;
      std::memcpy(bytes.data() + static_cast<std::size_t>(at) * sizeof value, &value, sizeof value);
    }
  }
  return *Tensor::FromBytes({DType::kF64, {sensors, samples}, order}, std::move(bytes));
}

Tensor WithSample(const Tensor& samples, std::int64_t position, double value) {
  std::vector<std::byte> bytes(samples.data(), samples.data() + samples.size_bytes());
  std::memcpy(bytes.data() + static_cast<std::size_t>(position) * sizeof value, &value,
              sizeof value);
  return *Tensor::FromBytes(samples.spec(), std::move(bytes));
}

using FilteredRows = std::vector<std::vector<std::byte>>;

absl::StatusOr<FilteredRows> RowsFiltered(const ContinuousRecording& recording,
                                          const FilterOptions& options, int threads = 1) {
  const absl::StatusOr<RecordingFilter> filter = RecordingFilter::Create(recording, options);
  if (!filter.ok()) return filter.status();
  FilteredRows rows;
  const absl::Status status = filter->Run(
      threads, std::int64_t{1} << 30, nullptr,
      [&rows](const std::vector<std::byte>& row) {
        rows.push_back(row);
        return absl::OkStatus();
      },
      nullptr);
  if (!status.ok()) return status;
  return rows;
}

const FilterOptions kBandAndRate{.band_pass = BandPass{1, 12}, .resample_hz = 30};

TEST(RecordingFilterTest, ThreadsAndOrderInMemoryChangeNoBit) {
  const absl::StatusOr<FilteredRows> one = RowsFiltered({WavySamples(5, 1501), 250}, kBandAndRate);
  ASSERT_TRUE(one.ok()) << one.status();
  ASSERT_EQ(one->size(), 5u);
  EXPECT_EQ(*RowsFiltered({WavySamples(5, 1501), 250}, kBandAndRate, 3), *one);
  EXPECT_EQ(*RowsFiltered({WavySamples(5, 1501, Order::kFortran), 250}, kBandAndRate), *one);
}

TEST(RecordingFilterTest, WhatIsInOneSessionDoesNotReachAnother) {
  const ContinuousRecording calm{WavySamples(1, 2000), 250, {0, 1000}};
  const ContinuousRecording loud{WithSample(calm.samples, 999, 1e6), 250, {0, 1000}};
  const FilteredRows a = *RowsFiltered(calm, kBandAndRate);
  const FilteredRows b = *RowsFiltered(loud, kBandAndRate);
  const std::size_t second = 120 * sizeof(double);  // session 1 begins at sample 1000 of 250 Hz
  EXPECT_NE(a[0], b[0]);
  EXPECT_EQ(std::vector(a[0].begin() + second, a[0].end()),
            std::vector(b[0].begin() + second, b[0].end()));
}

TEST(RecordingFilterTest, RefusesWhatCannotBeFilteredAndSaysWhatWouldBeRight) {
  const Tensor samples = WavySamples(2, 500);
  const auto refusal = [&](const FilterOptions& options, std::vector<std::int64_t> starts = {0}) {
    const auto filter = RecordingFilter::Create({samples, 100, std::move(starts)}, options);
    return filter.ok() ? "" : std::string(filter.status().message());
  };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const BandPass& band :
       {BandPass{1, 50}, {20, 1}, {5, 5}, {-1, 20}, {nan, 20}, {1, nan}, {0, 0}}) {
    EXPECT_THAT(refusal({.band_pass = band}), HasSubstr("less than half of the sampling rate, 50"))
        << band.low_hz << " " << band.high_hz;
  }
  EXPECT_THAT(refusal({.band_pass = BandPass{1e-7, 20}}), HasSubstr("raise the lower end"));
  for (const double rate : {0.0, -3.0, 100.5, nan}) {
    EXPECT_THAT(refusal({.resample_hz = rate}), HasSubstr("at most that of the recording, 100 Hz"));
  }
  EXPECT_THAT(refusal({.band_pass = BandPass{20, 40}, .resample_hz = 30}),
              HasSubstr("begins at 20 Hz, but 30 samples a second"));
  EXPECT_THAT(refusal({.resample_hz = 30}, {0, 600}), HasSubstr("session 1 begins at sample 600"));
  EXPECT_THAT(refusal({.resample_hz = 30}, {5}), HasSubstr("session 0 begins at sample 5"));
  EXPECT_THAT(refusal({.resample_hz = 30}, {0, 200, 200}), HasSubstr("session 2 begins"));
  EXPECT_THAT(refusal({.resample_hz = 30}, {0, 1}), HasSubstr("session 0 has 1 samples"));
  EXPECT_THAT(refusal({}), HasSubstr("neither a band-pass nor"));
}

TEST(RecordingFilterTest, NamesThePlaceOfTheFirstNumberThatIsNone) {
  Tensor samples = WithSample(WavySamples(3, 500), 2 * 500 + 30, std::nan(""));
  samples = WithSample(samples, 500 + 250, std::numeric_limits<double>::infinity());
  const absl::StatusOr<FilteredRows> rows = RowsFiltered({samples, 100}, kBandAndRate, 3);
  EXPECT_THAT(rows.status().message(), HasSubstr("inf at sensor 1, sample 250 (2.5 s)"));
}

TEST(RecordingFilterTest, TellsOfShortSessionsAndOfABandThatTheNewRateDoesNotHold) {
  const auto notes = [](const FilterOptions& options) {
    return RecordingFilter::Create({WavySamples(1, 900), 100, {0, 700}}, options)->Notes();
  };
  // 1 Hz takes 331 samples at 100 Hz: the second session has 200.
  EXPECT_THAT(notes({.band_pass = BandPass{1, 12}}),
              testing::ElementsAre(HasSubstr("1 of 2 sessions")));
  EXPECT_THAT(notes({.band_pass = BandPass{40, 45}}), IsEmpty());
  EXPECT_THAT(notes({.band_pass = BandPass{4, 20}, .resample_hz = 30}),
              testing::ElementsAre(HasSubstr("beyond 15 Hz")));
}

TEST(RecordingFilterTest, StopsWhenItIsCancelled) {
  const auto filter = RecordingFilter::Create({WavySamples(2, 500), 100}, kBandAndRate);
  ASSERT_TRUE(filter.ok());
  const absl::Status status = filter->Run(
      2, 1, [] { return true; }, [](const auto&) { return absl::OkStatus(); }, nullptr);
  EXPECT_TRUE(absl::IsCancelled(status));
}

TEST(RecordingFilterTest, WhatThePublishedRatesShiftIsTold) {
  // As MNE 1.3 rounds: 48000 samples are padded to 65536, 8768 before; 1638.4 samples become 1638,
  // and 219.2 become 219. Sample 0 lies at 219 * 65536 / 1638 - 8768 = -5.86 samples of 1200 Hz;
  // sample 1199 at (1199 + 219) * 65536 / 1638 - 8768 - 47960 = 5.85.
  const auto filter = RecordingFilter::Create({WavySamples(1, 48000), 1200}, {.resample_hz = 30});
  ASSERT_TRUE(filter.ok());
  EXPECT_NEAR(filter->largest_shift_seconds(), 5.86 / 1200, 0.01 / 1200);
}

}  // namespace
}  // namespace brainalign
