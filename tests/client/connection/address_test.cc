#include "client/connection/address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace brainalign {
namespace {

using testing::HasSubstr;

TEST(AddressTest, LoopbackIsKnownByItsNumbersAndItsName) {
  for (const std::string address :
       {"127.0.0.1:7733", "127.1.2.3:1", "localhost:7733", "LocalHost:1", "[::1]:7733"}) {
    EXPECT_TRUE(IsLoopback(address)) << address;
  }
}

TEST(AddressTest, ASocketOfThisMachineIsNotBeyondIt) {
  for (const std::string address :
       {"unix:/srv/brainalign/socket", "unix:///srv/socket", "unix:socket", "unix-abstract:name"}) {
    EXPECT_TRUE(IsLoopback(address)) << address;
  }
  EXPECT_FALSE(IsLoopback("unix.example:7733"));
}

TEST(AddressTest, WhatOnlyLooksLikeLoopbackIsNone) {
  for (const std::string address :
       {"127.evil.example:7733", "127.0.0.1.example:7733", "localhost.example:7733", "0.0.0.0:1",
        "128.0.0.1:1", "[::2]:1", "dns:///localhost:1", "ipv4:127.0.0.1:1", "lab:7733"}) {
    EXPECT_FALSE(IsLoopback(address)) << address;
  }
}

TEST(AddressTest, AnAddressIsHostAndPort) {
  EXPECT_TRUE(CheckAddress("lab:7733").ok());
  for (const std::string address : {"", "lab", "lab:", ":7733"}) {
    EXPECT_EQ(CheckAddress(address).code(), absl::StatusCode::kInvalidArgument) << address;
  }
  for (const std::string address :
       {"unix:/srv/control.sock", "unix:99999x", "[::1]:65535", "dns:///lab:7733"}) {
    EXPECT_TRUE(CheckAddress(address).ok()) << address;
  }
  EXPECT_THAT(CheckAddress("::1:7733").message(), HasSubstr("in brackets: [::1]:7733"));
  EXPECT_THAT(CheckAddress("127.0.0.1:99999").message(), HasSubstr("ports are 1 to 65535"));
  EXPECT_THAT(CheckAddress("lab:0").message(), HasSubstr("is 0; ports"));
  EXPECT_THAT(CheckAddress("127.0.0.1:abc").message(), HasSubstr("is abc; ports are 1 to 65535"));
  EXPECT_THAT(CheckAddress("lab:7733/").message(), HasSubstr("is 7733/; ports are 1 to 65535"));
  EXPECT_THAT(CheckAddress("https://lab").message(), HasSubstr("begins with https://"));
  EXPECT_THAT(CheckAddress("https://lab:7733").message(), HasSubstr("begins with https://"));
}

}  // namespace
}  // namespace brainalign
