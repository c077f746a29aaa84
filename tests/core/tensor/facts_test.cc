#include "core/tensor/facts.h"

#include <sys/mman.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <vector>

#include "core/align/alignment.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brainalign {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

template <typename T>
Tensor MakeVector(DType dtype, const std::vector<T>& values) {
  std::vector<std::byte> bytes(values.size() * sizeof(T));
  if (!bytes.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  return *Tensor::FromBytes({dtype, {static_cast<std::int64_t>(values.size())}, Order::kC},
                            std::move(bytes));
}

TEST(FactsTest, ExtremesOfEachType) {
  EXPECT_EQ(FindFacts(MakeVector<float>(DType::kF32, {3, -2.5, 0})), (TensorFacts{true, -2.5, 3}));
  EXPECT_EQ(FindFacts(MakeVector<double>(DType::kF64, {1e300, -1e300})),
            (TensorFacts{true, -1e300, 1e300}));
  EXPECT_EQ(FindFacts(MakeVector<std::int16_t>(DType::kI16, {-7, 9, 1})),
            (TensorFacts{true, -7, 9}));
  EXPECT_EQ(FindFacts(MakeVector<std::int64_t>(DType::kI64, {5})), (TensorFacts{true, 5, 5}));
  // 1 and -2.
  EXPECT_EQ(FindFacts(MakeVector<std::uint16_t>(DType::kF16, {0x3c00, 0xc000})),
            (TensorFacts{true, -2, 1}));
  EXPECT_EQ(FindFacts(MakeVector<std::uint16_t>(DType::kBF16, {0x3f80, 0xc000})),
            (TensorFacts{true, -2, 1}));
}

TEST(FactsTest, WhatIsNotFiniteIsNoExtreme) {
  EXPECT_EQ(FindFacts(MakeVector<float>(DType::kF32, {1, kNaN, 2, -kInfinity})),
            (TensorFacts{false, 1, 2}));
  EXPECT_EQ(FindFacts(MakeVector<float>(DType::kF32, {kInfinity})), (TensorFacts{false, 0, 0}));
  EXPECT_EQ(FindFacts(MakeVector<float>(DType::kF32, {})), (TensorFacts{true, 0, 0}));
}

TEST(FactsTest, AnyPlaceIsFound) {
  // Ends of vectors and of blocks.
  for (const std::size_t size : {1U, 15U, 16U, 17U, 16383U, 16384U, 16385U, 40000U}) {
    std::vector<float> values(size, 1);
    for (const std::size_t at : {std::size_t{0}, size / 2, size - 1}) {
      values[at] = kNaN;
      EXPECT_FALSE(FindFacts(MakeVector<float>(DType::kF32, values)).all_finite)
          << size << " " << at;
      values[at] = 8;
      const TensorFacts facts = FindFacts(MakeVector<float>(DType::kF32, values));
      EXPECT_TRUE(facts.all_finite);
      EXPECT_EQ(facts.largest, 8) << size << " " << at;
      values[at] = 1;
    }
  }
}

TEST(FactsTest, StopsWhenItIsToldTo) {
  int asked = 0;
  FindFacts(MakeVector<float>(DType::kF32, std::vector<float>(2'000'000, 1)),
            [&] { return ++asked > 1; });
  EXPECT_EQ(asked, 2);
}

// A tensor whose bytes nobody may look at.
Tensor Untouchable(const std::vector<std::int64_t>& shape) {
  const TensorSpec spec{DType::kF32, shape, Order::kC};
  const auto size = static_cast<std::size_t>(*SizeInBytes(spec));
  void* const bytes = ::mmap(nullptr, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return Tensor(spec, static_cast<const std::byte*>(bytes),
                std::shared_ptr<const void>(bytes, [size](const void* mapped) {
                  ::munmap(const_cast<void*>(mapped), size);
                }));
}

TEST(FactsTest, AlignmentIsPlannedWithoutALookAtActivationsWhoseFactsAreKnown) {
  constexpr std::int64_t kWords = 60;
  constexpr std::int64_t kTimes = 3;
  AlignmentInputs inputs;
  std::vector<float> epochs;
  for (int i = 0; i < kWords * 2 * kTimes; ++i) epochs.push_back(static_cast<float>(std::sin(i)));
  std::vector<std::byte> bytes(epochs.size() * sizeof(float));
  std::memcpy(bytes.data(), epochs.data(), bytes.size());
  inputs.brain.epochs =
      *Tensor::FromBytes({DType::kF32, {kWords, 2, kTimes}, Order::kC}, std::move(bytes));
  inputs.brain.facts = FindFacts(inputs.brain.epochs);
  inputs.brain.times_seconds = {0, 0.1, 0.2};
  inputs.layers.push_back({Untouchable({kWords, 1000}), 1, "layer", TensorFacts{true, -1, 1}});
  const auto alignment = Alignment::Create(inputs, AlignmentOptions(), nullptr);
  ASSERT_TRUE(alignment.ok()) << alignment.status();
  EXPECT_GT((*alignment)->plan().peak_bytes(), 0);
}

}  // namespace
}  // namespace brainalign
