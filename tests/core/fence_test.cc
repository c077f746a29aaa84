#include "core/fence.h"

#include <new>
#include <stdexcept>
#include <system_error>

#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brainalign {
namespace {

using testing::HasSubstr;

template <typename Exception>
absl::Status StatusOf(const Exception& exception) {
  return Fenced([&]() -> absl::Status { throw exception; });
}

TEST(FenceTest, WhatACallReturnsGoesThrough) {
  EXPECT_TRUE(Fenced([] { return absl::OkStatus(); }).ok());
  EXPECT_EQ(*Fenced([]() -> absl::StatusOr<int> { return 7; }), 7);
  EXPECT_EQ(Fenced([] { return absl::NotFoundError("gone"); }), absl::NotFoundError("gone"));
}

TEST(FenceTest, NoMemoryIsResourceExhausted) {
  EXPECT_EQ(StatusOf(std::bad_alloc()), NoMemoryLeft());
  EXPECT_EQ(StatusOf(std::bad_array_new_length()), NoMemoryLeft());
  EXPECT_TRUE(absl::IsResourceExhausted(NoMemoryLeft()));
  EXPECT_THAT(std::string(NoMemoryLeft().message()), HasSubstr("memory"));
}

TEST(FenceTest, NoThreadIsResourceExhausted) {
  const std::system_error no_thread(
      std::make_error_code(std::errc::resource_unavailable_try_again));
  EXPECT_TRUE(absl::IsResourceExhausted(StatusOf(no_thread)));
}

TEST(FenceTest, AnythingElseIsInternalAndSaysWhat) {
  const absl::Status too_long = StatusOf(std::length_error("vector::reserve"));
  EXPECT_TRUE(absl::IsInternal(too_long));
  EXPECT_THAT(std::string(too_long.message()), HasSubstr("vector::reserve"));
  EXPECT_TRUE(
      absl::IsInternal(StatusOf(std::system_error(std::make_error_code(std::errc::io_error)))));
  EXPECT_TRUE(absl::IsInternal(StatusOf(3)));
}

}  // namespace
}  // namespace brainalign
